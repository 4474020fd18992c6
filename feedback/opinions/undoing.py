"""Taking back the latest change of status, area, kind, department, assignee, due date, urgency or outcome."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.errors import Invalid
from feedback.opinions import due, lifecycle, outcomes
from feedback.opinions.models import HistoryEntry, Label, Matter
from feedback.opinions.rules import Kind, MatterStatus, Outcome, Source
from feedback.opinions.service import IN_APPROVAL, note_change, open_matter, record, stamp
from feedback.staff.rules import Actor, Role

UNDOABLE = frozenset({"status", "area", "kind", "routed", "assigned", "due", "urgent", "outcome"})
_REASON = "元に戻す"


def undoable(entries: Sequence[HistoryEntry]) -> frozenset[int]:
    """Which entries of a history (in order) can be taken back: the latest of each kind, if staff made it."""
    latest = {entry.action: entry for entry in entries}
    return frozenset(
        entry.id
        for entry in latest.values()
        if entry.action in UNDOABLE
        and entry.source == Source.STAFF
        and (entry.before is not None or entry.action in {"area", "kind", "assigned", "outcome"})
        and (entry.action != "outcome" or entry.kept is not None)
        and (entry.action != "status" or lifecycle.may_undo(Role.DESK, *_steps(entry)))
    )


def _steps(entry: HistoryEntry) -> tuple[MatterStatus, MatterStatus]:
    return MatterStatus(entry.before or ""), MatterStatus(entry.after or "")


def undo(session: Session, matter_id: int, *, actor: Actor, version: int, at: datetime, entry_id: int) -> None:
    """Take one change back; the history keeps both steps."""
    matter = open_matter(session, matter_id, actor=actor, version=version)
    entries = session.scalars(
        select(HistoryEntry).where(HistoryEntry.matter_id == matter_id).order_by(HistoryEntry.id)
    ).all()
    if entry_id not in undoable(entries):
        raise Invalid("この変更は元に戻せません。あとから別の変更が行われています。")
    if matter.status is MatterStatus.WITHDRAWN:
        raise Invalid("市民が取り下げた案件は変更できません。")
    entry = next(one for one in entries if one.id == entry_id)
    if matter.status is MatterStatus.APPROVING and entry.action in {"status", "routed"}:
        raise Invalid(IN_APPROVAL)
    if entry.action == "status" and not lifecycle.may_undo(actor.role, *_steps(entry)):
        raise Invalid("この状況の変更は、元に戻す操作の対象ではありません。「再開」などで改めて変更してください。")
    kept = _take_back(session, matter, entry, actor, at)
    before, after = entry.after, entry.before
    note_change(matter, entry.action, before=before, after=after, actor=actor, at=at, reason=_REASON, kept=kept)
    if entry.action in {"area", "kind", "routed"}:
        due.revise(session, matter, at=at, reason=_REASON)
    if entry.action == "due":
        matter.due_fixed = any(
            one.action == "due" and one.id < entry_id and one.source == Source.STAFF for one in entries
        )
    record(session, matter, "matter.undone", actor=actor, at=at, change=entry.action)


def _take_back(
    session: Session, matter: Matter, entry: HistoryEntry, actor: Actor, at: datetime
) -> dict[str, str | None] | None:
    """Give the matter what it had. Returns what taking this back again needs."""
    if entry.action != "outcome":
        _RESTORE[entry.action](session, matter, entry.before, actor, at)
        return None
    present = outcomes.as_kept(matter)
    outcomes.restore(matter, Outcome(entry.before) if entry.before else None, entry.kept or {})
    return present


def _status(_session: Session, matter: Matter, before: str | None, _actor: Actor, at: datetime) -> None:
    stamp(matter, MatterStatus(before or MatterStatus.RECEIVED), at=at)


def _area(session: Session, matter: Matter, before: str | None, actor: Actor, at: datetime) -> None:
    matter.area_key = before
    matter.area_source = _who_decided(session, matter, before)
    Label(matter=matter, source=Source.STAFF, field="area", value=before, staff_id=actor.id, at=at)


def _kind(_session: Session, matter: Matter, before: str | None, actor: Actor, at: datetime) -> None:
    matter.kind = Kind(before) if before else None
    Label(matter=matter, source=Source.STAFF, field="kind", value=before, staff_id=actor.id, at=at)


def _routed(_session: Session, matter: Matter, before: str | None, _actor: Actor, at: datetime) -> None:
    matter.department_id = int(before or matter.department_id)
    matter.assignee_id = None
    matter.routed_at = at


def _assigned(_session: Session, matter: Matter, before: str | None, _actor: Actor, _at: datetime) -> None:
    matter.assignee_id = int(before) if before else None


def _due(_session: Session, matter: Matter, before: str | None, _actor: Actor, _at: datetime) -> None:
    matter.due_on = date.fromisoformat(before) if before else None


def _urgent(_session: Session, matter: Matter, before: str | None, _actor: Actor, _at: datetime) -> None:
    matter.urgent = before == "1"


_RESTORE: dict[str, Callable[[Session, Matter, str | None, Actor, datetime], None]] = {
    "status": _status,
    "area": _area,
    "kind": _kind,
    "routed": _routed,
    "assigned": _assigned,
    "due": _due,
    "urgent": _urgent,
}


def _who_decided(session: Session, matter: Matter, area_key: str | None) -> Source:
    """Whose word an area was: the citizen's or a colleague's when they chose it, else the model's."""
    source = session.scalar(
        select(Label.source)
        .where(Label.matter_id == matter.id, Label.field == "area", Label.value == area_key)
        .order_by(Label.id.desc())
        .limit(1)
    )
    return Source(source) if source else Source.MODEL
