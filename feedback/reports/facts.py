"""Everything a report is made of, read once in one snapshot, so that the tables are pure work on it."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from feedback.business_days import business_days_between
from feedback.deadlines.service import calendar as load_calendar
from feedback.reports import cases, counting, naming
from feedback.reports.cases import Case
from feedback.reports.counting import Cube, Standing, ThemeCount
from feedback.reports.naming import Names
from feedback.reports.periods import Period, month_key, year_of, year_of_month
from feedback.reports.reconciliation import Reconciliation, reconcile
from feedback.statistics.queries import Scope

TREND_YEARS = 10
AREA_YEARS = 5


@dataclass(frozen=True, slots=True)
class Days:
    """Business days from receipt to answer of one or more matters, and whether the answer was in time."""

    days: int
    in_time: bool | None
    matters: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What was counted. Cubes reach as far back as their tables need; ``since``: the first fiscal year with data."""

    period: Period
    today: date
    names: Names
    since: int | None
    voices: Cube
    areas: Cube
    offices: Cube
    people: Cube
    sent: Cube
    days: tuple[Days, ...]
    contents: tuple[ThemeCount, ...]
    late: Counter[int]
    cases: tuple[Case, ...]
    cases_found: int
    reconciliation: Reconciliation

    @property
    def counted(self) -> int:
        """Matters of the period that the tables count."""
        return self.reconciliation.counted

    @property
    def complete(self) -> bool:
        """Whether the period is over."""
        return self.today > self.period.last

    @property
    def past(self) -> tuple[str, ...]:
        """The same months a year earlier; of a period that goes on, those that have begun."""
        begun = tuple(key for key in self.period.months if key <= month_key(self.today))
        return tuple(f"{int(key[:4]) - 1}{key[4:]}" for key in begun)

    @property
    def past_name(self) -> str:
        """What `past` is called in headings."""
        return self.period.name_before if self.complete or len(self.period.months) == 1 else "前年同期"

    def known(self, year: int) -> bool:
        """Whether the system had begun by a fiscal year."""
        return self.since is not None and year >= self.since


def gather(
    session: Session,
    period: Period,
    *,
    today: date,
    department_id: int | None = None,
    step: Any = lambda: None,
    years: int = TREND_YEARS,
) -> Facts:
    """Read it all. ``step`` is called after each statement or two, for progress. ``years`` to look back at."""
    area_years = min(years, AREA_YEARS)
    scope = Scope(period.first, period.last, department_id)

    def back(many: int) -> Scope:
        return replace(scope, first=year_of(period.year - many + 1).first)

    def stepped(value: Any) -> Any:
        step()
        return value

    first = counting.first_month(session)
    listed, found = cases.cases(session, scope)
    return Facts(
        period=period,
        today=today,
        names=naming.names(session),
        since=year_of_month(first) if first else None,
        voices=stepped(counting.voices(session, back(years))),
        areas=stepped(counting.areas(session, back(area_years))),
        offices=stepped(counting.offices(session, back(2))),
        people=stepped(counting.people(session, back(2))),
        sent=stepped(counting.sent(session, back(years))),
        days=stepped(_days(session, scope)),
        contents=stepped(tuple(counting.contents(session, scope))),
        late=counting.late(session, scope, today=today),
        cases=listed,
        cases_found=found,
        reconciliation=stepped(reconcile(session, scope)),
    )


STEPS = 8
"""How often `gather` calls ``step``."""


def _days(session: Session, scope: Scope) -> tuple[Days, ...]:
    calendar = load_calendar(session)
    return tuple(
        Days(business_days_between(first, last, calendar), None if due is None else last <= due, number)
        for first, last, due, number in counting.days_to_answer(session, scope)
    )


def counted_by(cube: Cube, months: tuple[str, ...], *names: str, **only: Any) -> Counter[Any]:
    """Counts of the matters counted in some months, by dimensions."""
    if "standing" in cube.names:
        only["standing"] = Standing.COUNTED
    return cube.by(*names, month=months, **only)


def earlier(period: Period) -> tuple[str, ...]:
    """The same months a year earlier."""
    return tuple(f"{int(key[:4]) - 1}{key[4:]}" for key in period.months)


def so_far(first: date, last: date) -> tuple[str, ...]:
    """The months from one to another."""
    return Period(first, last, "").months


def is_known(facts: Facts, months: tuple[str, ...]) -> bool:
    """Whether anything can be known of some months."""
    return bool(months) and facts.known(year_of_month(months[-1]))
