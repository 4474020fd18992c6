"""How each department does: what reached it, what it passed on, how quickly it acts and answers, what was late."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from feedback.business_days import business_days_between
from feedback.deadlines.service import calendar as load_calendar
from feedback.departments.models import Department
from feedback.opinions.declining import TAKEN_BACK
from feedback.opinions.models import HistoryEntry, Matter
from feedback.opinions.rules import DECLINED, OPEN_STATUSES
from feedback.statistics.queries import SMALL_BASE, Scope, as_day, day_of


@dataclass(frozen=True, slots=True)
class DepartmentFigures:
    """A department's figures. ``received``: matters it has, and those it passed on with 「当課ではない」.

    Medians are business days, None without any; ``late``: open past their due date, or answered after it.
    """

    id: int
    name: str
    received: int
    declined: int
    open: int
    late: int
    answers: int
    first_days: float | None
    answer_days: float | None

    @property
    def declined_share(self) -> float:
        """Of all that reached it, what it passed on."""
        return self.declined / self.received if self.received else 0.0

    @property
    def late_share(self) -> float:
        """Of all it has, what was late."""
        held = self.received - self.declined
        return self.late / held if held else 0.0

    @property
    def is_small(self) -> bool:
        """Whether there are too few answers for more than a reference value."""
        return self.answers < SMALL_BASE


def by_department(session: Session, scope: Scope, *, today: date) -> list[DepartmentFigures]:
    """The figures of every department with matters in the scope, in the city's order."""
    counts = {row[0]: row[1:] for row in session.execute(_counts(session, scope, today=today))}
    declined = _declined(session, scope)
    first = _medians(session, scope, Matter.routed_at, Matter.started_at)
    answered = _medians(session, scope, Matter.received_at, Matter.answered_at)
    found = []
    for department_id, name in session.execute(
        select(Department.id, Department.name).order_by(Department.position, Department.id)
    ):
        held, open_, late, answers = counts.get(department_id, (0, 0, 0, 0))
        passed = declined[department_id]
        if held or passed:
            found.append(
                DepartmentFigures(
                    id=department_id,
                    name=name,
                    received=held + passed,
                    declined=passed,
                    open=open_,
                    late=late,
                    answers=answers,
                    first_days=first.get(department_id),
                    answer_days=answered.get(department_id),
                )
            )
    return found


def _counts(session: Session, scope: Scope, *, today: date) -> Any:
    is_open = Matter.status.in_(sorted(OPEN_STATUSES))
    late = or_(and_(is_open, Matter.due_on < today), day_of(session, Matter.answered_at) > Matter.due_on)
    return (
        select(
            Matter.department_id,
            func.count(),
            func.count().filter(is_open),
            func.count().filter(late),
            func.count().filter(Matter.answered_at.is_not(None)),
        )
        .where(*scope.conditions())
        .group_by(Matter.department_id)
    )


def _declined(session: Session, scope: Scope) -> Counter[int]:
    """How often each passed a matter on, less what it took back."""
    everywhere = Scope(scope.first, scope.last)
    step = select(HistoryEntry.before, HistoryEntry.after, HistoryEntry.reason).join(
        Matter, Matter.id == HistoryEntry.matter_id
    )
    rows = session.execute(
        step.where(
            *everywhere.conditions(),
            Matter.bounces > 0,
            HistoryEntry.action == "routed",
            or_(HistoryEntry.reason.startswith(DECLINED, autoescape=True), HistoryEntry.reason == TAKEN_BACK),
        )
    )
    found: Counter[int] = Counter()
    for before, after, reason in rows:
        taken_back = reason == TAKEN_BACK
        found[int((after if taken_back else before) or 0)] += -1 if taken_back else 1
    wanted = scope.department_id
    return Counter({key: count for key, count in found.items() if wanted in {None, key}})


def _medians(session: Session, scope: Scope, start: Any, end: Any) -> dict[int, float]:
    """Business days are counted for each pair of days once, however many matters share it."""
    first, last = day_of(session, start), day_of(session, end)
    conditions: Sequence[ColumnElement[bool]] = [*scope.conditions(), end.is_not(None), end >= start]
    rows = session.execute(
        select(Matter.department_id, first, last, func.count())
        .where(*conditions)
        .group_by(Matter.department_id, first, last)
    )
    calendar = load_calendar(session)
    days: dict[int, Counter[int]] = defaultdict(Counter)
    for department_id, from_, to, count in rows:
        days[department_id][business_days_between(as_day(from_), as_day(to), calendar)] += count
    return {department_id: float(median(counted.elements())) for department_id, counted in days.items()}
