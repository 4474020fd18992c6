"""Changing many matters at once, and taking the whole change back.

A matter that cannot be changed stays as it was, with the reason in words; the others change.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.batches.models import Batch
from feedback.errors import Invalid, NotFound
from feedback.opinions.models import Label, Matter
from feedback.opinions.queries import visible_to
from feedback.opinions.rules import MatterStatus, Source, receipt_number
from feedback.opinions.service import in_bulk, note_change, open_matter, record
from feedback.staff.rules import Actor

UNDONE_WITHIN = timedelta(minutes=10)
_KEPT = ("department_id", "assignee_id", "status", "due_on", "routed_at", "started_at", "answered_at", "closed_at")
_STEPS = {"department_id": "routed", "assignee_id": "assigned", "status": "status"}
_REASON = "まとめて行った変更の取り消し"


def perform(
    session: Session,
    matters: Sequence[tuple[int, int]],
    change: Callable[[int, int], None],
    *,
    action: str,
    actor: Actor,
    at: datetime,
) -> Batch:
    """Make a change to matters (id, version as seen), remembering how they stood."""
    before, receipts = _states(session, [one for one, _ in matters], actor=actor)
    _, refused = in_bulk(session, list(matters), change)
    left = {matter_id for matter_id, _ in refused}
    done = [matter_id for matter_id, _ in matters if matter_id not in left]
    versions = dict(iter(session.execute(select(Matter.id, Matter.version).where(Matter.id.in_(done)))))
    batch = Batch(
        staff_id=actor.id,
        at=at,
        action=action,
        changed=[[one, versions[one], before[one]] for one in done],
        refused=[[matter_id, reason, receipts.get(matter_id)] for matter_id, reason in refused],
    )
    session.add(batch)
    session.flush()
    return batch


def undo(session: Session, batch_id: int, *, actor: Actor, at: datetime) -> tuple[int, list[tuple[int, str]]]:
    """Give every matter back what it had, unless somebody changed it since. Returns as `in_bulk`.

    NotFound when the change is not the actor's, Invalid when it was too long ago or was taken back before.
    """
    batch = session.get(Batch, batch_id)
    if batch is None or batch.staff_id != actor.id:
        raise NotFound("取り消す変更が見つかりません。")
    if not undoable(batch, at=at):
        raise Invalid("この変更は、もう取り消せません。案件の画面で一件ずつ変更してください。")
    kept = {matter_id: before for matter_id, _, before in batch.changed}
    versions = [(matter_id, version) for matter_id, version, _ in batch.changed]
    batch.undone_at = at
    return in_bulk(
        session,
        versions,
        lambda matter_id, version: _restore(session, matter_id, version, kept[matter_id], actor=actor, at=at),
    )


def undoable(batch: Batch, *, at: datetime) -> bool:
    """Whether the whole change can still be taken back."""
    return bool(batch.changed) and batch.undone_at is None and at <= batch.at + UNDONE_WITHIN


def _states(
    session: Session, matter_ids: Sequence[int], *, actor: Actor
) -> tuple[dict[int, dict[str, Any]], dict[int, str]]:
    """How matters stand, and their receipt numbers, as far as the actor may see them."""
    columns = [getattr(Matter, name) for name in _KEPT]
    told = (Matter.id, Matter.submission_id, Matter.received_at)
    rows = session.execute(select(*told, *columns).where(Matter.id.in_(matter_ids), visible_to(actor))).all()
    kept = {row[0]: {name: _plain(value) for name, value in zip(_KEPT, row[3:], strict=True)} for row in rows}
    return kept, {row[0]: receipt_number(row[1], row[2]) for row in rows}


def _restore(
    session: Session, matter_id: int, version: int, before: dict[str, Any], *, actor: Actor, at: datetime
) -> None:
    matter = open_matter(session, matter_id, actor=actor, version=version)
    if matter.status is MatterStatus.WITHDRAWN:
        raise Invalid("市民が取り下げた案件は変更できません。")
    for name, step in _STEPS.items():
        present = getattr(matter, name)
        if _plain(present) != before[name]:
            note_change(matter, step, before=present, after=before[name], actor=actor, at=at, reason=_REASON)
    if matter.department_id != before["department_id"]:
        value = str(before["department_id"])  # labels are only added: the last word on the department counts
        Label(matter=matter, source=Source.STAFF, field="department", value=value, staff_id=actor.id, at=at)
    for name, value in before.items():
        setattr(matter, name, _typed(name, value))
    record(session, matter, "matter.batch_undone", actor=actor, at=at)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "status":
        return MatterStatus(value)
    if name == "due_on":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if name.endswith("_at") else value
