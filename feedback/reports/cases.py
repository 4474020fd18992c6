"""Reads the cases of a report: what changed in the city because somebody spoke (反映事例), and quotes of citizens."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from feedback import masking
from feedback.departments.models import Department
from feedback.opinions.models import Matter
from feedback.opinions.queries import personal_data_of
from feedback.opinions.rules import Kind, MatterStatus, Outcome, receipt_number
from feedback.statistics.queries import Scope

LISTED = 100
LONGEST_QUOTE = 160
_GONE = (MatterStatus.WITHDRAWN, MatterStatus.SPAM)


@dataclass(frozen=True, slots=True)
class Case:
    """A matter and what the city did. ``words``: how it begins, masked; None when they are gone."""

    matter_id: int
    receipt: str
    area_key: str | None
    kind: Kind | None
    department: str
    department_id: int
    received_at: datetime
    words: str | None
    outcome: Outcome
    what: str
    planned_month: date | None
    reflected_on: date | None


def cases(
    session: Session,
    scope: Scope,
    *,
    outcomes: tuple[Outcome, ...] = (Outcome.REFLECTED, Outcome.PLANNED),
    area_keys: tuple[str, ...] = (),
    limit: int = LISTED,
) -> tuple[tuple[Case, ...], int]:
    """Matters received or reflected in the scope with these outcomes, newest reflected first; and how many in all."""
    conditions = _conditions(scope, outcomes, area_keys)
    found = session.scalar(select(func.count()).select_from(Matter).where(*conditions)) or 0
    rows = session.execute(
        select(Matter, Department.name)
        .join(Department, Department.id == Matter.department_id)
        .where(*conditions)
        .order_by(Matter.reflected_on.desc().nulls_last(), Matter.planned_month, Matter.id)
        .limit(limit)
    ).all()
    personal = personal_data_of(session, [matter.id for matter, _ in rows])
    return tuple(
        Case(
            matter_id=matter.id,
            receipt=receipt_number(matter.submission_id, matter.received_at),
            area_key=matter.area_key,
            kind=matter.kind,
            department=department,
            department_id=matter.department_id,
            received_at=matter.received_at,
            words=beginning(masking.mask(matter.text, personal.get(matter.id, ()))) or None,
            outcome=matter.outcome or outcomes[0],
            what=matter.outcome_reason or "",
            planned_month=matter.planned_month,
            reflected_on=matter.reflected_on,
        )
        for matter, department in rows
    ), found


def _conditions(scope: Scope, outcomes: tuple[Outcome, ...], area_keys: tuple[str, ...]) -> list[ColumnElement[bool]]:
    received = (Matter.received_at >= scope.start) & (Matter.received_at < scope.end)
    reflected = Matter.reflected_on.between(scope.first, scope.last)
    found = [Matter.outcome.in_(outcomes), or_(received, reflected), Matter.status.not_in(_GONE)]
    if scope.department_id is not None:
        found.append(Matter.department_id == scope.department_id)
    if area_keys:
        found.append(Matter.area_key.in_(area_keys))
    return found


def beginning(text: str) -> str:
    """The beginning of somebody's words, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"
