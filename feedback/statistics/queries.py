"""Figures of the dashboard: counts by area, department, kind, channel, status and month, and days until an answer.

Everything comes from a few group-bys over the index on time of receipt; withdrawn and spam are told apart, never lost.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, String, cast, func, literal_column, select
from sqlalchemy.orm import Session

from feedback.business_days import business_days_between
from feedback.clock import TOKYO, fiscal_year, fiscal_year_name
from feedback.deadlines.service import calendar as load_calendar
from feedback.departments.models import Department
from feedback.opinions.models import Matter
from feedback.opinions.rules import (
    CHANNEL_NAMES,
    KIND_NAMES,
    OPEN_STATUSES,
    STATUS_NAMES,
    Channel,
    Kind,
    MatterStatus,
)
from feedback.taxonomy.mapping import area_mapping, names_of_areas

BANDS = ((2, "2日以内"), (5, "3～5日"), (10, "6～10日"), (14, "11～14日"), (30, "15～30日"), (None, "31日以上"))
"""Business days until an answer, upper end included, as cities publish them."""
SMALL_BASE = 30
"""Below this many answers a median is only a reference value."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which matters are counted: received from ``first`` to ``last`` (days in Japan), of a department or of all."""

    first: date
    last: date
    department_id: int | None = None

    @property
    def start(self) -> datetime:
        """First moment counted."""
        return datetime.combine(self.first, time(), TOKYO).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """First moment no longer counted."""
        return datetime.combine(self.last + timedelta(days=1), time(), TOKYO).astimezone(UTC)

    def conditions(self) -> list[ColumnElement[bool]]:
        """The scope as conditions on `Matter`."""
        found: list[ColumnElement[bool]] = [Matter.received_at >= self.start, Matter.received_at < self.end]
        if self.department_id is not None:
            found.append(Matter.department_id == self.department_id)
        return found


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a table: a key to filter by (None: not known yet), its name, how many, and of all how much."""

    key: str | None
    name: str
    count: int
    ratio: float


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the fiscal year (4 to 3): matters in the year before, in this one; None when still to come."""

    month: int
    before: int
    current: int | None


@dataclass(frozen=True, slots=True)
class Answers:
    """Business days from receipt to answer: how many answers, their median, and how many in each band."""

    count: int
    median: float | None
    bands: tuple[Share, ...]

    @property
    def is_small(self) -> bool:
        """Whether there are too few for more than a reference value."""
        return self.count < SMALL_BASE


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures at the top. ``submissions`` are 通, ``matters`` 件; the rest are matters."""

    submissions: int
    matters: int
    open: int
    overdue: int
    urgent: int
    unrouted: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """All figures of one dashboard."""

    totals: Totals
    areas: tuple[Share, ...]
    departments: tuple[Share, ...]
    kinds: tuple[Share, ...]
    channels: tuple[Share, ...]
    statuses: tuple[Share, ...]
    months: tuple[Month, ...]
    year: int
    answers: Answers

    @property
    def year_name(self) -> str:
        """The fiscal year of ``months``, as printed."""
        return fiscal_year_name(self.year)

    @property
    def year_before_name(self) -> str:
        """The fiscal year before it."""
        return fiscal_year_name(self.year - 1)


def statistics(session: Session, scope: Scope, *, today: date) -> Statistics:
    """All figures of a scope; what is overdue is so on ``today``."""
    areas: Counter[str | None] = Counter()
    departments: Counter[int] = Counter()
    kinds: Counter[str | None] = Counter()
    channels: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    # One pass over the index and rows of the period; five separate group-bys cost five passes.
    mapping = area_mapping(session)
    for area, department, kind, channel, status, count in session.execute(_grouped(scope)):
        areas[mapping.now(area)] += count
        departments[department] += count
        kinds[kind] += count
        channels[channel] += count
        statuses[status] += count
    area_names = names_of_areas(session, mapping)
    department_names = dict(iter(session.execute(select(Department.id, Department.name))))
    year = fiscal_year(scope.last)
    return Statistics(
        totals=_totals(session, scope, statuses, today=today),
        areas=_shares(areas, area_names, unknown="未分類"),
        departments=_shares(
            Counter({str(key): count for key, count in departments.items()}),
            {str(key): name for key, name in department_names.items()},
        ),
        kinds=_shares(
            kinds, {kind.value: name for kind, name in KIND_NAMES.items()}, unknown="未分類", order=list(Kind)
        ),
        channels=_shares(
            channels, {channel.value: name for channel, name in CHANNEL_NAMES.items()}, order=list(Channel)
        ),
        statuses=_shares(
            statuses, {status.value: name for status, name in STATUS_NAMES.items()}, order=list(MatterStatus)
        ),
        months=_months(session, scope, year=year, today=today),
        year=year,
        answers=_answers(session, scope),
    )


def _grouped(scope: Scope) -> Select[*tuple[Any, ...]]:
    by = (Matter.area_key, Matter.department_id, Matter.kind, Matter.channel, Matter.status)
    return select(*by, func.count()).where(*scope.conditions()).group_by(*by)


def _totals(session: Session, scope: Scope, statuses: Counter[str], *, today: date) -> Totals:
    submissions = session.scalar(select(func.count(func.distinct(Matter.submission_id))).where(*scope.conditions()))
    overdue, urgent, unrouted = session.execute(
        select(
            func.count().filter(Matter.due_on < today),
            func.count().filter(Matter.urgent),
            func.count().filter(Matter.area_key.is_(None)),
        ).where(*scope.conditions(), Matter.status.in_(sorted(OPEN_STATUSES)))
    ).one()
    return Totals(
        submissions=submissions or 0,
        matters=statuses.total(),
        open=sum(statuses[status] for status in OPEN_STATUSES),
        overdue=overdue,
        urgent=urgent,
        unrouted=unrouted,
    )


def _shares(
    counts: Counter[Any],
    names: dict[str, str],
    *,
    unknown: str = "不明",
    order: Sequence[str] = (),
) -> tuple[Share, ...]:
    """Largest first, or in a fixed order; nothing known about comes last."""
    total = counts.total()

    def rank(key: str | None) -> tuple[bool, int, int]:
        place = order.index(key) if key in order else 0
        return key is None, place, -counts[key]

    return tuple(
        Share(key, unknown if key is None else names.get(key, key), counts[key], counts[key] / total)
        for key in sorted(counts, key=rank)
    )


def _months(session: Session, scope: Scope, *, year: int, today: date) -> tuple[Month, ...]:
    two_years = Scope(date(year - 1, 4, 1), date(year + 1, 3, 31), scope.department_id)
    month_of = _month(session)
    counted: Counter[tuple[int, int]] = Counter()
    for written, count in session.execute(
        select(month_of, func.count()).where(*two_years.conditions()).group_by(month_of)
    ):
        counted[int(str(written)[:4]), int(str(written)[5:7])] += count
    return tuple(
        Month(
            month,
            counted[year - 1 if month >= 4 else year, month],
            counted[calendar_year, month] if date(calendar_year, month, 1) <= today else None,
        )
        for month in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
        for calendar_year in [year if month >= 4 else year + 1]
    )


def _month(session: Session) -> ColumnElement[Any]:
    """The month of receipt in Japan, as text 2026-11."""
    if session.get_bind().dialect.name == "sqlite":
        return func.substr(func.datetime(cast(Matter.received_at, String), "+9 hours"), 1, 7)
    return func.to_char(func.timezone("Asia/Tokyo", Matter.received_at), "YYYY-MM")


def _answers(session: Session, scope: Scope) -> Answers:
    """Business days are counted for each pair of days once, however many matters share it."""
    received, answered = day_of(session, Matter.received_at), day_of(session, Matter.answered_at)
    calendar = load_calendar(session)
    days: Counter[int] = Counter()
    for first, last, count in session.execute(
        select(received, answered, func.count())
        .where(*scope.conditions(), Matter.answered_at.is_not(None))
        .group_by(received, answered)
    ):
        days[business_days_between(as_day(first), as_day(last), calendar)] += count
    total = days.total()
    bands = []
    lowest = -1
    for highest, name in BANDS:
        inside = sum(n for day, n in days.items() if day > lowest and (highest is None or day <= highest))
        bands.append(Share(None, name, inside, inside / total if total else 0.0))
        lowest = highest if highest is not None else lowest
    return Answers(total, float(median(days.elements())) if total else None, tuple(bands))


def day_of(session: Session, column: Any) -> ColumnElement[Any]:
    """The day in Japan of a moment, as the database has days; read it with `as_day`."""
    if session.get_bind().dialect.name == "sqlite":
        return func.date(cast(column, String), literal_column("'+9 hours'"))
    return cast(func.timezone("Asia/Tokyo", column), Date)


def as_day(value: date | str) -> date:
    """A day that the database gave."""
    return date.fromisoformat(value) if isinstance(value, str) else value
