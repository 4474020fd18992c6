"""Changes the taxonomy: merge, split, retire, and take the last change back.

Matters keep the area that was decided then; only open ones move, each with a step in its history. Rules, templates and
standards go along. Raises Invalid or NotAllowed, fit to show.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback.answers.models import AnswerTemplate
from feedback.deadlines import areas as standards
from feedback.errors import Invalid, NotAllowed
from feedback.routing import editing
from feedback.routing.editing import AreaWords
from feedback.routing.models import Area, RoutingRule
from feedback.routing.service import load_router
from feedback.staff.rules import Actor, Permission
from feedback.taxonomy import moving
from feedback.taxonomy.models import TaxonomyVersion
from feedback.taxonomy.recording import record_change
from feedback.taxonomy.rules import Operation, part_of

_FOLLOWERS: tuple[tuple[str, Any], ...] = (("rules", RoutingRule), ("templates", AnswerTemplate))
"""Rows that name an area and go along when it is merged, and under which name they are kept for taking it back."""


@dataclass(frozen=True, slots=True)
class NewArea:
    """An area that a change brings."""

    key: str
    name: str
    short_name: str
    department_id: int | None


Part = str | NewArea
"""An area to merge into or to split into: one that there is, by its key, or a new one."""


def merge(
    session: Session, *, sources: Sequence[str], into: Part, reroute: bool, actor: Actor, at: datetime
) -> TaxonomyVersion:
    """Make one area of several. ``reroute``: matters nobody has begun go to the department of the new area."""
    _needs(actor)
    chosen = list(dict.fromkeys(sources))
    _active(session, chosen)
    target = _key_of(into)
    gone = [key for key in chosen if key != target]
    if not gone or len({*chosen, target}) < 2:
        raise Invalid("統合する分野を二つ以上選んでください。")
    _make(session, [into], actor=actor, at=at)
    moved: dict[str, Any] = {"retired": gone, "new": _new_keys([into])}
    for name, table in _FOLLOWERS:
        moved[name] = _follow(session, table, gone, target)
    moved["standards"] = standards.merge(session, gone, target, is_new=isinstance(into, NewArea))
    _retire(session, gone)
    session.flush()
    router = load_router(session) if reroute else None
    moved["matters"] = moving.move_open(
        session, gone, lambda _area, _text: target, router=router, actor=actor, at=at, reason="分野の見直し（統合）"
    )
    return record_change(session, Operation.MERGE, sources=gone, targets=[target], actor=actor, at=at, moved=moved)


def split(
    session: Session,
    *,
    source: str,
    parts: Sequence[tuple[Part, Sequence[str]]],
    reroute: bool,
    actor: Actor,
    at: datetime,
) -> TaxonomyVersion:
    """Make several areas of one. Open matters with a part's words go there; the others wait to be sorted by hand."""
    _needs(actor)
    _active(session, [source])
    words = [(_key_of(part), tuple(told)) for part, told in parts]
    keys = [key for key, _ in words]
    if len(keys) < 2 or len(set(keys)) < len(keys) or source in keys:
        raise Invalid("分けた先の分野を、もとの分野とは別に、二つ以上指定してください。")
    _make(session, [part for part, _ in parts], actor=actor, at=at)
    followed = standards.split(session, source, keys)
    _retire(session, [source])
    session.flush()
    router = load_router(session) if reroute else None
    matters = moving.move_open(
        session,
        [source],
        lambda _area, text: part_of(text, words),
        router=router,
        actor=actor,
        at=at,
        reason="分野の見直し（分割）",
    )
    return record_change(
        session,
        Operation.SPLIT,
        sources=[source],
        targets=keys,
        actor=actor,
        at=at,
        moved={
            "retired": [source],
            "new": _new_keys([part for part, _ in parts]),
            "matters": matters,
            "standards": followed,
        },
    )


def retire(session: Session, *, key: str, actor: Actor, at: datetime) -> TaxonomyVersion:
    """No longer use an area. Its matters keep it; nothing new comes to it."""
    _needs(actor)
    _active(session, [key])
    _retire(session, [key])
    return record_change(session, Operation.RETIRE, sources=[key], actor=actor, at=at, moved={"retired": [key]})


def undo(session: Session, *, number: int, actor: Actor, at: datetime) -> None:
    """Take the last change back, while nobody has used it. New areas stay, but are no longer used."""
    _needs(actor)
    version = last_change(session)
    why_not = why_not_undone(session, version)
    if version is None or version.number != number or why_not:
        raise Invalid(why_not or "元に戻せるのは、最後の見直しだけです。画面を開き直してください。")
    retired = list(version.moved["retired"])
    for area in session.scalars(select(Area).where(Area.key.in_([*retired, *version.moved.get("new", [])]))):
        area.active = area.key in retired
    for name, table in _FOLLOWERS:
        for row_id, key in version.moved.get(name, []):
            session.execute(update(table).where(table.id == row_id).values(area_key=key))
    standards.undo(session, version.moved.get("standards", {}))
    moving.move_back(session, version.moved.get("matters", []), actor=actor, at=at)
    version.undone_at = at
    editing.note(session, "taxonomy.undone", version.number, actor, at)


def last_change(session: Session) -> TaxonomyVersion | None:
    """The newest change that was not taken back."""
    in_force = select(TaxonomyVersion).where(TaxonomyVersion.undone_at.is_(None))
    return session.scalar(in_force.order_by(TaxonomyVersion.number.desc()).limit(1))


def why_not_undone(session: Session, version: TaxonomyVersion | None) -> str | None:
    """Why a change cannot be taken back, in words; None when it can."""
    if version is None:
        return "元に戻せる見直しがありません。"
    if version.operation not in {Operation.MERGE, Operation.SPLIT, Operation.RETIRE}:
        return "追加や名前の変更は、「分野」の画面で直してください。"
    if moving.used_since(session, version):
        return "この見直しのあとに新しい分野が使われたため、元に戻せません。"
    return None


def _needs(actor: Actor) -> None:
    if not actor.may(Permission.MANAGE_MASTER):
        raise NotAllowed("この操作をする権限がありません。")


def _active(session: Session, keys: Sequence[str]) -> None:
    known = set(session.scalars(select(Area.key).where(Area.key.in_(keys), Area.active)))
    if not keys or known != set(keys):
        raise Invalid("使っている分野から選び直してください。")


def _key_of(part: Part) -> str:
    return part.key if isinstance(part, NewArea) else part


def _new_keys(parts: Sequence[Part]) -> list[str]:
    return [part.key for part in parts if isinstance(part, NewArea)]


def _make(session: Session, parts: Sequence[Part], *, actor: Actor, at: datetime) -> None:
    there = [part for part in parts if isinstance(part, str)]
    if there:
        _active(session, there)
    for part in parts:
        if isinstance(part, NewArea):
            words = AreaWords(part.name, part.short_name, "", part.department_id, True)
            editing.save_area(session, key=part.key, words=words, new=True, actor=actor, at=at, noted=False)


def _retire(session: Session, keys: Sequence[str]) -> None:
    session.execute(update(Area).where(Area.key.in_(keys)).values(active=False))


def _follow(session: Session, table: Any, gone: Sequence[str], target: str) -> list[list[Any]]:
    rows = session.execute(select(table.id, table.area_key).where(table.area_key.in_(gone)).order_by(table.id)).all()
    by_area: dict[str, list[int]] = defaultdict(list)
    for row_id, key in rows:
        by_area[key].append(row_id)
    for ids in by_area.values():
        session.execute(update(table).where(table.id.in_(ids)).values(area_key=target))
    return [[row_id, key] for row_id, key in rows]
