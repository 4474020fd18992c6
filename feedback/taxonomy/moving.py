"""Open matters follow their area: in bulk, each with a step in its history, and back again."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from feedback.opinions.models import HistoryEntry, Label, Matter, Submission
from feedback.opinions.rules import OPEN_STATUSES, MatterStatus, Source
from feedback.routing.rules import Router
from feedback.rows import write_rows
from feedback.staff.rules import Actor
from feedback.taxonomy.models import TaxonomyVersion

_CHUNK = 500
_UNSTARTED = (MatterStatus.RECEIVED, MatterStatus.ROUTED)

Choose = Callable[[str, str], str | None]
"""The new area of a matter, from its area and its text; None: it stays."""


def open_in(keys: Sequence[str]) -> ColumnElement[bool]:
    """Condition on `Matter`: somebody has to work on it, and it is of one of these areas."""
    return and_(Matter.area_key.in_(keys), Matter.status.in_(sorted(OPEN_STATUSES)))


def move_open(
    session: Session,
    keys: Sequence[str],
    choose: Choose,
    *,
    router: Router | None,
    actor: Actor,
    at: datetime,
    reason: str,
) -> list[list[Any]]:
    """Give open matters of these areas their new one.

    With a ``router`` those that nobody has begun, and no person has sent anywhere, also go to the department of
    their new area. Returns for each moved matter its id, its area and department before, and its version now.
    """
    moved = []
    for rows in _open(session, keys):
        steps: list[dict[str, Any]] = []
        changes: dict[tuple[str, int | None], list[int]] = defaultdict(list)
        for row in rows:
            target = choose(row.area_key, row.text)
            if target is None:
                continue
            department = _department(row, target, router)
            changes[target, department].append(row.id)
            steps.append(_step(row.id, "area", row.area_key, target, actor, at, reason))
            if department is not None:
                steps.append(_step(row.id, "routed", str(row.department_id), str(department), actor, at, reason))
            moved.append([row.id, row.area_key, row.department_id, row.version + 1])
        for (target, department), ids in changes.items():
            _update(session, ids, target, department, at=at)
        write_rows(session, cast("Table", HistoryEntry.__table__), steps)
    session.expire_all()
    return moved


def move_back(session: Session, moved: Sequence[Sequence[Any]], *, actor: Actor, at: datetime) -> None:
    """Give matters their area and department of before."""
    reason = "分野の見直しを元に戻した"
    for first in range(0, len(moved), _CHUNK):
        some = moved[first : first + _CHUNK]
        before = {matter_id: (area, department) for matter_id, area, department, _ in some}
        rows = session.execute(select(Matter.id, Matter.area_key, Matter.department_id).where(Matter.id.in_(before)))
        steps: list[dict[str, Any]] = []
        changes: dict[tuple[str, int | None], list[int]] = defaultdict(list)
        for row in rows.all():
            area, department = before[row.id]
            elsewhere = department if department != row.department_id else None
            changes[area, elsewhere].append(row.id)
            steps.append(_step(row.id, "area", row.area_key, area, actor, at, reason))
            if elsewhere is not None:
                steps.append(_step(row.id, "routed", str(row.department_id), str(department), actor, at, reason))
        for (area, elsewhere), ids in changes.items():
            _update(session, ids, area, elsewhere, at=at)
        write_rows(session, cast("Table", HistoryEntry.__table__), steps)
    session.expire_all()


def used_since(session: Session, version: TaxonomyVersion) -> bool:
    """Whether people or readings have used the areas of a change: then it cannot be taken back."""
    moved = version.moved.get("matters", [])
    for first in range(0, len(moved), _CHUNK):
        seen = {matter_id: number for matter_id, _, _, number in moved[first : first + _CHUNK]}
        found = dict(iter(session.execute(select(Matter.id, Matter.version).where(Matter.id.in_(seen)))))
        if found != seen:
            return True
    new = version.targets
    received = select(Matter.id).where(Matter.area_key.in_(new), Matter.received_at > version.at)
    said = select(Label.id).where(Label.field == "area", Label.value.in_(new), Label.at > version.at)
    return session.scalar(select(or_(received.exists(), said.exists()))) or False


def _open(session: Session, keys: Sequence[str]) -> Iterator[Sequence[Any]]:
    """Open matters in the order of their ids, locked; ``routed_by_hand``: a person sent it where it is."""
    last = 0
    by_hand = exists().where(Label.matter_id == Matter.id, Label.field.in_(("department", "not_department")))
    while True:
        rows = session.execute(
            select(
                Matter.id,
                Matter.version,
                Matter.area_key,
                Matter.kind,
                Matter.text,
                Matter.status,
                Matter.department_id,
                Submission.district,
                by_hand.label("by_hand"),
            )
            .join(Submission, Submission.id == Matter.submission_id)
            .where(open_in(keys), Matter.id > last)
            .order_by(Matter.id)
            .limit(_CHUNK)
            .with_for_update(of=Matter)
        ).all()
        if not rows:
            return
        last = rows[-1].id
        yield rows


def _department(row: Any, target: str, router: Router | None) -> int | None:
    """Where a matter goes with its new area; None when it stays where it is."""
    if router is None or row.by_hand or row.status not in _UNSTARTED:
        return None
    found = router.route(area_key=target, kind=row.kind, text=row.text, district=row.district).department_id
    return found if found != row.department_id else None


def _step(
    matter_id: int, action: str, before: str, after: str, actor: Actor, at: datetime, reason: str
) -> dict[str, Any]:
    # Not a person's word on this very matter, so the source is the system; who changed the areas stands beside it.
    return {
        "matter_id": matter_id,
        "at": at,
        "source": Source.SYSTEM,
        "staff_id": actor.id,
        "action": action,
        "before": before,
        "after": after,
        "reason": reason,
    }


def _update(session: Session, ids: Sequence[int], area: str, department: int | None, *, at: datetime) -> None:
    values: dict[str, Any] = {"area_key": area, "version": Matter.version + 1}
    if department is not None:
        values |= {"department_id": department, "assignee_id": None, "routed_at": at}
    session.execute(
        update(Matter).where(Matter.id.in_(ids)).values(values).execution_options(synchronize_session=False)
    )


def count_open(session: Session, keys: Sequence[str]) -> int:
    """How many open matters there are of these areas."""
    return session.scalar(select(func.count()).select_from(Matter).where(open_in(keys))) or 0
