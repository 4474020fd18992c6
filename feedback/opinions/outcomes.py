"""What the city did with a matter (対応区分), and the plans whose result is still to be collected."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.clock import tokyo_date
from feedback.departments.models import Department
from feedback.errors import Invalid
from feedback.opinions.models import Matter
from feedback.opinions.queries import visible_to
from feedback.opinions.rules import MatterStatus, Outcome, receipt_number
from feedback.opinions.service import note_change, open_matter, record
from feedback.staff.rules import Actor

_SAYS_WHAT = frozenset({Outcome.PLANNED, Outcome.REFLECTED})
_GONE = (MatterStatus.WITHDRAWN, MatterStatus.SPAM)


@dataclass(frozen=True, slots=True)
class Plan:
    """A matter whose 反映予定 has no result yet. ``change``: what is planned; ``month``: by its first day."""

    matter_id: int
    receipt: str
    department_id: int
    department: str
    month: date
    change: str


def set_outcome(
    session: Session,
    matter_id: int,
    *,
    actor: Actor,
    version: int,
    at: datetime,
    outcome: Outcome | None,
    reason: str,
    planned_month: date | None = None,
    reflected_on: date | None = None,
) -> None:
    """Say what the city did. 「困難」 needs its reason, 反映予定 what and by which month, 反映済 what and when.

    ``planned_month`` is any day of the month. What the other outcomes have no use for is left empty.
    """
    matter = open_matter(session, matter_id, actor=actor, version=version)
    words = reason.strip()
    _check(outcome, words, planned_month, reflected_on, today=tokyo_date(at))
    kept = as_kept(matter)
    note_change(matter, "outcome", before=matter.outcome, after=outcome, actor=actor, at=at, reason=words, kept=kept)
    matter.outcome, matter.outcome_reason = outcome, words or None
    matter.planned_month = planned_month.replace(day=1) if planned_month and outcome is Outcome.PLANNED else None
    matter.reflected_on = reflected_on if outcome is Outcome.REFLECTED else None
    record(session, matter, "matter.outcome", actor=actor, at=at, outcome=outcome)


def as_kept(matter: Matter) -> dict[str, str | None]:
    """The outcome with its words and dates, as the history keeps it to be taken back."""
    month, day = matter.planned_month, matter.reflected_on
    return {
        "reason": matter.outcome_reason,
        "planned_month": month.isoformat() if month else None,
        "reflected_on": day.isoformat() if day else None,
    }


def restore(matter: Matter, outcome: Outcome | None, kept: Mapping[str, str | None]) -> None:
    """Give a matter back an earlier outcome."""
    month, day = kept.get("planned_month"), kept.get("reflected_on")
    matter.outcome, matter.outcome_reason = outcome, kept.get("reason")
    matter.planned_month = date.fromisoformat(month) if month else None
    matter.reflected_on = date.fromisoformat(day) if day else None


def _check(outcome: Outcome | None, words: str, month: date | None, day: date | None, *, today: date) -> None:
    if outcome is Outcome.DIFFICULT and not words:
        raise Invalid("「困難」とするときは、理由を入力してください。")
    if outcome in _SAYS_WHAT and not words:
        raise Invalid("何をどのように変えるのか（変えたのか）を入力してください。")
    if outcome is Outcome.PLANNED and month is None:
        raise Invalid("「反映予定」とするときは、予定の年月を入力してください。")
    if outcome is Outcome.REFLECTED and (day is None or day > today):
        raise Invalid("「反映済」とするときは、反映した日（今日まで）を入力してください。")


def open_plans(session: Session, *, until: date, actor: Actor | None = None) -> list[Plan]:
    """Plans for months that have begun by a day, oldest first: their departments are asked for the result.

    ``actor`` narrows to what they may see; None is for the system's own reminders.
    """
    conditions = [
        Matter.planned_month.is_not(None),
        Matter.planned_month <= until,
        Matter.outcome == Outcome.PLANNED,
        Matter.status.not_in(_GONE),
    ]
    if actor is not None:
        conditions.append(visible_to(actor))
    rows = session.execute(
        select(Matter, Department.name)
        .join(Department, Department.id == Matter.department_id)
        .where(*conditions)
        .order_by(Matter.planned_month, Matter.id)
    )
    return [
        Plan(
            matter_id=matter.id,
            receipt=receipt_number(matter.submission_id, matter.received_at),
            department_id=matter.department_id,
            department=department,
            month=matter.planned_month or until,
            change=matter.outcome_reason or "",
        )
        for matter, department in rows
    ]
