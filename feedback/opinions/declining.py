"""Taking a 「当課ではない」 back, by the person who said it, while nobody else has begun with the matter.

The matter has left the department, so its page and the undo of its history are out of reach; this is the way back.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from feedback.errors import Invalid, NotFound
from feedback.opinions.models import HistoryEntry, Label, Matter, Note
from feedback.opinions.rules import DECLINED, OPEN_STATUSES, MatterStatus, Source
from feedback.opinions.service import note_change, record, stamp
from feedback.staff.rules import Actor, Permission

TAKEN_BACK_WITHIN = timedelta(minutes=10)
TAKEN_BACK = "「当課ではない」の取り消し"
"""The reason of the step that gives a matter back."""


@dataclass(frozen=True, slots=True)
class Declined:
    """A matter that can still be taken back, until a moment."""

    matter_id: int
    receipt: str
    department: str
    until: datetime


def declined(session: Session, matter_id: int, *, actor: Actor, at: datetime) -> Declined | None:
    """The matter if the actor declined it a short while ago and nobody has touched it since, else None."""
    matter = _matter(session, matter_id)
    step = _step(matter, actor) if matter is not None else None
    if matter is None or step is None or not _untouched(session, matter, step, at=at):
        return None
    return Declined(matter.id, matter.submission.receipt_number, matter.department.name, step.at + TAKEN_BACK_WITHIN)


def take_back(session: Session, matter_id: int, *, actor: Actor, at: datetime) -> None:
    """Give the matter back to the actor's department, as it was before it was declined.

    NotFound unless the actor declined it; Invalid when it is too late or somebody has begun with it.
    """
    matter = _matter(session, matter_id)
    step = _step(matter, actor) if matter is not None else None
    if matter is None or step is None:
        raise NotFound("案件が見つかりません。")
    if not _untouched(session, matter, step, at=at):
        raise Invalid(
            "もう取り消せません。時間が過ぎたか、送り先ですでに対応が始まっています。広聴担当に連絡してください。"
        )
    _restore(matter, step)
    _restore_due(matter, step, at=at)
    Label(
        matter=matter, source=Source.STAFF, field="department", value=step.before, staff_id=actor.id, at=at
    )  # labels are only added: the last word on the department counts
    note_change(matter, "routed", before=step.after, after=step.before, actor=actor, at=at, reason=TAKEN_BACK)
    record(session, matter, "matter.decline_taken_back", actor=actor, at=at, department_id=matter.department_id)


def _matter(session: Session, matter_id: int) -> Matter | None:
    return session.scalar(
        select(Matter)
        .where(Matter.id == matter_id)
        .options(joinedload(Matter.submission), joinedload(Matter.department), selectinload(Matter.history))
    )


def _step(matter: Matter, actor: Actor) -> HistoryEntry | None:
    """The step with which the actor declined the matter for the department they still belong to."""
    if actor.department_id is None or not actor.may(Permission.WORK_MATTERS):
        return None
    routed = [entry for entry in matter.history if entry.action == "routed"]
    last = routed[-1] if routed else None
    own = last is not None and last.staff_id == actor.id and last.before == str(actor.department_id)
    return last if own and last is not None and (last.reason or "").startswith(DECLINED) else None


def _untouched(session: Session, matter: Matter, step: HistoryEntry, *, at: datetime) -> bool:
    later = [entry for entry in matter.history if entry.id > step.id and entry.source == Source.STAFF]
    if later or at > step.at + TAKEN_BACK_WITHIN or matter.status not in OPEN_STATUSES:
        return False
    notes = select(func.count()).where(Note.matter_id == matter.id, Note.at >= step.at, Note.staff_id != step.staff_id)
    return session.scalar(notes) == 0


def _restore_due(matter: Matter, step: HistoryEntry, *, at: datetime) -> None:
    """The deadline as it was, where being passed on had moved it."""
    moved = next((entry for entry in matter.history if entry.id > step.id and entry.action == "due"), None)
    if moved is not None and moved.before is not None:
        HistoryEntry(
            matter=matter,
            at=at,
            source=Source.SYSTEM,
            action="due",
            before=moved.after,
            after=moved.before,
            reason=TAKEN_BACK,
        )
        matter.due_on = date.fromisoformat(moved.before)


def _restore(matter: Matter, step: HistoryEntry) -> None:
    """Department, assignee, status and time of routing as they were; routing had reset the last three."""
    since: list[HistoryEntry] = []
    for entry in matter.history:
        if entry.id < step.id:
            since = [entry] if entry.action == "routed" else [*since, entry]
    last = {entry.action: entry for entry in since}
    matter.department_id = int(step.before or matter.department_id)
    matter.bounces -= 1
    if "routed" in last:
        matter.routed_at = last["routed"].at
    if "assigned" in last and (assignee := last["assigned"].after):
        matter.assignee_id = int(assignee)
    if "status" in last and (status := last["status"].after):
        stamp(matter, MatterStatus(status), at=last["status"].at)
