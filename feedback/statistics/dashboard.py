"""All figures of the dashboard, counted from the facts of two fiscal years and of the period asked for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.clock import fiscal_year, fiscal_year_name
from feedback.departments.models import Department
from feedback.opinions.narrowing import UNKNOWN
from feedback.opinions.rules import AGE_BANDS, CHANNEL_NAMES, KIND_NAMES, OPEN_STATUSES, OUTCOME_NAMES, STATUS_NAMES
from feedback.statistics import keeping
from feedback.statistics.answering import Answers, answers, answers_by
from feedback.statistics.filters import FigureFilter
from feedback.statistics.sheets import NOTHING, Codes, Facts, Field, due_days
from feedback.taxonomy.mapping import area_mapping, names_of_areas
from feedback.taxonomy.rules import AreaMapping

MOST_MONTHS = 24
"""Columns of the heat map at most: the newest months of a longer period."""
_FIXED: Mapping[Field, Mapping[str, str]] = {
    Field.KIND: {str(key): name for key, name in KIND_NAMES.items()},
    Field.CHANNEL: {str(key): name for key, name in CHANNEL_NAMES.items()},
    Field.STATUS: {str(key): name for key, name in STATUS_NAMES.items()},
    Field.OUTCOME: {str(key): name for key, name in OUTCOME_NAMES.items()},
    Field.AGE: AGE_BANDS,
}
_OF_OPEN = (Field.AREA, Field.DEPARTMENT, Field.URGENT, Field.DUE)
_UNKNOWN_NAMES = {Field.AREA: "分野未定", Field.KIND: "種別未定", Field.OUTCOME: "対応区分の記録なし"}


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a table: a key to filter by (`UNKNOWN`: not known), its name, how many 件 now and a year before."""

    key: str
    name: str
    count: int
    before: int
    ratio: float

    @property
    def change(self) -> int:
        """How many more than a year before; below 0: fewer."""
        return self.count - self.before


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the fiscal year (4 to 3): matters in the year before, in this one; None when still to come."""

    month: int
    before: int
    current: int | None


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures at the top. ``submissions`` are 通, ``matters`` 件; the rest are matters, and of them open ones."""

    submissions: int
    matters: int
    open: int
    overdue: int
    urgent: int
    no_area: int


@dataclass(frozen=True, slots=True)
class Received:
    """How much came in: 通 and 件."""

    submissions: int
    matters: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Matters by area and month of receipt: a row of counts for each area."""

    months: tuple[tuple[int, int], ...]
    rows: tuple[tuple[str, str, tuple[int, ...]], ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """A department's figures; ``median`` in business days, None without answers."""

    key: str
    name: str
    received: int
    open: int
    overdue: int
    answers: int
    median: float | None
    is_small: bool


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything the dashboard shows, for one filter; ``before`` is what came in on the same days a year earlier."""

    totals: Totals
    before: Received
    areas: tuple[Share, ...]
    kinds: tuple[Share, ...]
    outcomes: tuple[Share, ...]
    channels: tuple[Share, ...]
    statuses: tuple[Share, ...]
    districts: tuple[Share, ...]
    ages: tuple[Share, ...]
    departments: tuple[DepartmentLine, ...]
    months: tuple[Month, ...]
    year: int
    heat: HeatMap
    answers: Answers
    answers_before: Answers

    @property
    def year_name(self) -> str:
        """The fiscal year of ``months``, as printed."""
        return fiscal_year_name(self.year)

    @property
    def year_before_name(self) -> str:
        """The fiscal year before it."""
        return fiscal_year_name(self.year - 1)


def dashboard(session: Session, wanted: FigureFilter, *, today: date) -> Dashboard:
    """Count everything. Exact as of now."""
    year = fiscal_year(wanted.last)
    two_years = date(year - 1, 4, 1), date(year + 1, 3, 31)
    first = min(wanted.first, wanted.year_before.first, two_years[0])
    loaded = keeping.load(session, first, max(wanted.last, two_years[1]))
    mapping = area_mapping(session)
    facts = loaded.facts.only(wanted.characters(loaded.codes, mapping))
    names = Names(session, loaded.codes, mapping)
    now = facts.between(wanted.first, wanted.last)
    before = facts.between(wanted.year_before.first, wanted.year_before.last)
    count = Counted(names, now, before)
    open_ = _open(now, loaded.codes)
    return Dashboard(
        totals=_totals(now, open_, today=today),
        before=Received(before.submissions, before.matters),
        areas=count.shares(Field.AREA),
        kinds=count.shares(Field.KIND),
        outcomes=count.shares(Field.OUTCOME),
        channels=count.shares(Field.CHANNEL),
        statuses=count.shares(Field.STATUS),
        districts=count.shares(Field.DISTRICT),
        ages=count.shares(Field.AGE),
        departments=_departments(now, open_, names, today=today),
        months=_months(facts, year=year, today=today),
        year=year,
        heat=_heat(now, names),
        answers=answers(now),
        answers_before=answers(before),
    )


class Names:
    """What characters of a field stand for: keys to filter by, their names, and the order they are printed in."""

    def __init__(self, session: Session, codes: Codes, mapping: AreaMapping) -> None:
        self.codes = codes
        self._mapping = mapping
        departments = select(Department.id, Department.name).order_by(Department.position, Department.id)
        self._names = dict(_FIXED) | {
            Field.AREA: names_of_areas(session, mapping),
            Field.DEPARTMENT: {str(key): name for key, name in session.execute(departments)},
        }

    def by_key(self, field: Field, counts: Mapping[str, int]) -> Counter[str]:
        """Counts by character as counts by key, past areas counting as today's."""
        values = self.codes.values(field)
        found: Counter[str] = Counter()
        for character, count in counts.items():
            value = values[character]
            key = self._mapping.now(value) if field is Field.AREA else value
            found[UNKNOWN if key is None else key] += count
        return found

    def counted(self, field: Field, facts: Facts) -> Counter[str]:
        """How many matters each key has."""
        return self.by_key(field, facts.count(field, self.codes.known(field).values()))

    def name(self, field: Field, key: str) -> str:
        """What a key is called."""
        if key == UNKNOWN:
            return _UNKNOWN_NAMES.get(field, "不明")
        return self._names.get(field, {}).get(key, key)

    def order(self, field: Field) -> list[str]:
        """The keys of a field that has an order of its own."""
        return list(self._names.get(field, {})) if field is not Field.AREA else []


class Counted:
    """Facts of a period and of the year before, as lines of tables."""

    def __init__(self, names: Names, now: Facts, before: Facts) -> None:
        self._names, self._now, self._before = names, now, before

    def shares(self, field: Field) -> tuple[Share, ...]:
        """How many matters of each value: in the field's own order, else the largest first; unknown ones last."""
        counts = self._names.counted(field, self._now)
        before = self._names.counted(field, self._before)
        order = {key: place for place, key in enumerate(self._names.order(field))}
        total = counts.total()

        def rank(key: str) -> tuple[bool, int, int, str]:
            return key == UNKNOWN, order.get(key, len(order)), -counts[key], key

        return tuple(
            Share(key, self._names.name(field, key), counts[key], before[key], counts[key] / total if total else 0.0)
            for key in sorted(counts.keys() | before.keys(), key=rank)
        )


def _open(facts: Facts, codes: Codes) -> Facts:
    known = codes.known(Field.STATUS)
    return facts.only({Field.STATUS: {known[one] for one in OPEN_STATUSES if one in known}}, fields=_OF_OPEN)


def _overdue(facts: Facts, *, today: date) -> list[int]:
    """Where, among open matters, those past their due date stand."""
    due = facts.columns[Field.DUE]
    found: list[int] = []
    for day, start, end in facts.by_day():
        late = {one for one in set(due[start:end]) - {NOTHING} if due_days(one) < (today - day).days}
        found.extend(place for place in range(start, end) if due[place] in late)
    return found


def _totals(facts: Facts, open_: Facts, *, today: date) -> Totals:
    return Totals(
        submissions=facts.submissions,
        matters=facts.matters,
        open=open_.matters,
        overdue=len(_overdue(open_, today=today)),
        urgent=open_.matters - open_.columns[Field.URGENT].count(NOTHING),
        no_area=open_.columns[Field.AREA].count(NOTHING),
    )


def _months(facts: Facts, *, year: int, today: date) -> tuple[Month, ...]:
    sizes: Counter[tuple[int, int]] = Counter()
    for day, size in facts.days:
        sizes[day.year, day.month] += size
    return tuple(
        Month(
            month,
            sizes[calendar_year - 1, month],
            sizes[calendar_year, month] if date(calendar_year, month, 1) <= today else None,
        )
        for month in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
        for calendar_year in [year if month >= 4 else year + 1]
    )


def _heat(facts: Facts, names: Names) -> HeatMap:
    months = list(facts.by_month())
    shown = [(month, names.counted(Field.AREA, one)) for month, one in months[-MOST_MONTHS:]]
    total: Counter[str] = Counter()
    for _, counts in shown:
        total.update(counts)
    areas = sorted(total, key=lambda key: (key == UNKNOWN, -total[key], key))
    rows = tuple(
        (key, names.name(Field.AREA, key), tuple(counts[key] for _, counts in shown)) for key in areas if total[key]
    )
    return HeatMap(tuple(month for month, _ in shown), rows, cut=len(months) > MOST_MONTHS)


def _departments(facts: Facts, open_: Facts, names: Names, *, today: date) -> tuple[DepartmentLine, ...]:
    column = open_.columns[Field.DEPARTMENT]
    received = names.counted(Field.DEPARTMENT, facts)
    still = names.counted(Field.DEPARTMENT, open_)
    late = names.by_key(Field.DEPARTMENT, Counter(column[place] for place in _overdue(open_, today=today)))
    values = names.codes.values(Field.DEPARTMENT)
    answered = {values[character]: found for character, found in answers_by(facts, Field.DEPARTMENT).items()}
    return tuple(
        DepartmentLine(
            key=key,
            name=names.name(Field.DEPARTMENT, key),
            received=received[key],
            open=still[key],
            overdue=late[key],
            answers=answered[key].count,
            median=answered[key].median,
            is_small=answered[key].is_small,
        )
        for key in _ordered(received, names.order(Field.DEPARTMENT))
    )


def _ordered(counts: Mapping[str, int], order: Sequence[str]) -> list[str]:
    return [key for key in order if counts.get(key)]
