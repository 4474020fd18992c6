"""Counts matters for reports: a few group-bys over the period, from whose results all tables are made.

A matter's standing says where it is counted (`Standing`). Months are those of receipt in Japan. The statements of one
report must see one state of the data: use `Database.snapshot`.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from feedback.clock import tokyo_date
from feedback.opinions.models import HistoryEntry, Matter, Submission
from feedback.opinions.rules import OPEN_STATUSES, Channel, MatterStatus
from feedback.reports.periods import month_key
from feedback.statistics.queries import Scope, as_day, day_of
from feedback.taxonomy.mapping import area_mapping, now_column
from feedback.themes.models import Theme, ThemeMember


class Standing(StrEnum):
    """Where a matter is counted."""

    COUNTED = "counted"
    TRANSFERRED = "transferred"
    OUT_OF_SCOPE = "out_of_scope"
    WITHDRAWN = "withdrawn"
    SPAM = "spam"


STANDING_NAMES = {
    Standing.COUNTED: "集計対象",
    Standing.TRANSFERRED: "移送",
    Standing.OUT_OF_SCOPE: "対象外",
    Standing.WITHDRAWN: "取り下げ・送信取消",
    Standing.SPAM: "営業・いたずら",
}
"""In the order in which a submission with several matters is counted: where the first of its matters stands."""

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Cube:
    """Counts by some dimensions, named in order."""

    names: tuple[str, ...]
    counts: Mapping[Key, int]

    def by(self, *names: str, **only: Any) -> Counter[Any]:
        """Counts by dimensions (one: by its values; several: by tuples), where others have a value, or one of a set."""
        places = [self.names.index(name) for name in names]
        wanted = [(self.names.index(name), _test(value)) for name, value in only.items()]
        found: Counter[Any] = Counter()
        for key, number in self.counts.items():
            if all(test(key[place]) for place, test in wanted):
                found[key[places[0]] if len(places) == 1 else tuple(key[place] for place in places)] += number
        return found

    def total(self, **only: Any) -> int:
        """The sum where dimensions have a value, or one of a set."""
        wanted = [(self.names.index(name), _test(value)) for name, value in only.items()]
        return sum(n for key, n in self.counts.items() if all(test(key[place]) for place, test in wanted))


def _test(value: Any) -> Callable[[Any], bool]:
    if isinstance(value, set | frozenset | list | tuple | dict):
        among = frozenset(value)
        return lambda one: one in among
    return lambda one: bool(one == value)


def standing() -> ColumnElement[Any]:
    """A matter's standing in SQL. What was closed straight after it left the city counts as having left it."""
    left = {MatterStatus.TRANSFERRED: Standing.TRANSFERRED, MatterStatus.OUT_OF_SCOPE: Standing.OUT_OF_SCOPE}
    plain = {**left, MatterStatus.WITHDRAWN: Standing.WITHDRAWN, MatterStatus.SPAM: Standing.SPAM}
    conditions: list[tuple[ColumnElement[bool], ColumnElement[str]]] = [
        (Matter.status == status, _word(where)) for status, where in plain.items()
    ]
    for status, where in left.items():
        closed = and_(Matter.status == MatterStatus.CLOSED, Matter.id.in_(_closed_from(status)))
        conditions.append((closed, _word(where)))
    return case(*conditions, else_=_word(Standing.COUNTED))


def _word(where: Standing) -> ColumnElement[str]:
    return literal_column(f"'{where}'", String)


def _closed_from(status: MatterStatus) -> Any:
    later = aliased(HistoryEntry)
    return select(HistoryEntry.matter_id).where(
        HistoryEntry.action == "status",
        HistoryEntry.after == MatterStatus.CLOSED.value,
        HistoryEntry.before == status.value,
        ~select(later.id)
        .where(later.matter_id == HistoryEntry.matter_id, later.action == "status", later.id > HistoryEntry.id)
        .exists(),
    )


def month_column(session: Session, column: Any) -> ColumnElement[Any]:
    """The month in Japan of a moment, as text 2026-11."""
    if session.get_bind().dialect.name == "sqlite":
        return func.substr(func.datetime(cast(column, String), literal_column("'+9 hours'")), 1, 7)
    return func.to_char(func.timezone(literal_column("'Asia/Tokyo'"), column), literal_column("'YYYY-MM'"))


def cube(session: Session, scope: Scope, dimensions: Mapping[str, Any], *, submissions: bool = False) -> Cube:
    """Matters of a scope by dimensions. ``submissions``: columns of `Submission` are among them."""
    found: Counter[Key] = Counter()
    query = select(*dimensions.values(), func.count()).select_from(Matter)
    if submissions:
        query = query.join(Submission, Submission.id == Matter.submission_id)
    groups: list[ColumnElement[Any]] = [literal_column(str(place)) for place in range(1, len(dimensions) + 1)]
    for *key, number in session.execute(query.where(*scope.conditions()).group_by(*groups)):
        found[tuple(key)] += number
    return Cube(tuple(dimensions), found)


def voices(session: Session, scope: Scope) -> Cube:
    """By month, channel, kind and standing."""
    return cube(
        session,
        scope,
        {
            "month": month_column(session, Matter.received_at),
            "channel": Matter.channel,
            "kind": Matter.kind,
            "standing": standing(),
        },
    )


def areas(session: Session, scope: Scope) -> Cube:
    """By month, area as it counts today, kind and standing."""
    return cube(
        session,
        scope,
        {
            "month": month_column(session, Matter.received_at),
            "area": now_column(area_mapping(session), Matter.area_key),
            "kind": Matter.kind,
            "standing": standing(),
        },
    )


def anonymous() -> ColumnElement[bool]:
    """Condition (with `Submission`): neither a name nor a contact was given, and no LINE account is behind it."""
    return and_(Submission.sender_name.is_(None), Submission.sender_contact.is_(None), Matter.channel != Channel.LINE)


def offices(session: Session, scope: Scope) -> Cube:
    """By month, department, whether anonymous (1 or 0), outcome, whether open (1 or 0) and standing."""
    is_open = Matter.status.in_(sorted(OPEN_STATUSES))
    return cube(
        session,
        scope,
        {
            "month": month_column(session, Matter.received_at),
            "department": Matter.department_id,
            "anonymous": case((anonymous(), 1), else_=0),
            "outcome": Matter.outcome,
            "open": case((is_open, 1), else_=0),
            "standing": standing(),
        },
        submissions=True,
    )


def people(session: Session, scope: Scope) -> Cube:
    """By month, age band, district and standing."""
    return cube(
        session,
        scope,
        {
            "month": month_column(session, Matter.received_at),
            "age": Submission.age_band,
            "district": Submission.district,
            "standing": standing(),
        },
        submissions=True,
    )


def sent(session: Session, scope: Scope) -> Cube:
    """Submissions (通) with at least one matter counted, by month and channel."""
    dimensions = {"month": month_column(session, Matter.received_at), "channel": Matter.channel}
    query = (
        select(*dimensions.values(), func.count(func.distinct(Matter.submission_id)))
        .where(*scope.conditions(), standing() == Standing.COUNTED.value)
        .group_by(literal_column("1"), literal_column("2"))
    )
    return Cube(tuple(dimensions), {tuple(key): number for *key, number in session.execute(query)})


def days_to_answer(session: Session, scope: Scope) -> list[tuple[Any, Any, Any, int]]:
    """Day of receipt, of answer and due day of matters counted, and how many share them."""
    received, answered = day_of(session, Matter.received_at), day_of(session, Matter.answered_at)
    rows = session.execute(
        select(received, answered, Matter.due_on, func.count())
        .where(*scope.conditions(), Matter.answered_at.is_not(None), standing() == Standing.COUNTED.value)
        .group_by(received, answered, Matter.due_on)
    )
    return [(as_day(first), as_day(last), due, number) for first, last, due, number in rows]


@dataclass(frozen=True, slots=True)
class ThemeCount:
    """A theme's matters in a department."""

    theme_id: int
    words: tuple[str, ...]
    area_key: str
    department_id: int
    matters: int


def contents(session: Session, scope: Scope) -> list[ThemeCount]:
    """Themes of matters counted, department by department."""
    rows = session.execute(
        select(ThemeMember.theme_id, Matter.department_id, func.count())
        .select_from(Matter)
        .join(ThemeMember, ThemeMember.matter_id == Matter.id)
        .join(Theme, and_(Theme.id == ThemeMember.theme_id, Theme.area_key == Matter.area_key))
        .where(*scope.conditions(), standing() == Standing.COUNTED.value)
        .group_by(ThemeMember.theme_id, Matter.department_id)
    ).all()
    themes = {one.id: one for one in session.scalars(select(Theme).where(Theme.id.in_({row.theme_id for row in rows})))}
    return [
        ThemeCount(theme_id, tuple(themes[theme_id].words), themes[theme_id].area_key, department_id, number)
        for theme_id, department_id, number in rows
    ]


def first_month(session: Session) -> str | None:
    """The month of the oldest matter there is."""
    oldest = session.scalar(select(func.min(Matter.received_at)))
    return None if oldest is None else month_key(tokyo_date(oldest))


def late(session: Session, scope: Scope, *, today: Any) -> Counter[int]:
    """Matters counted whose due day has passed, by department: open, or answered after it."""
    is_open = Matter.status.in_(sorted(OPEN_STATUSES))
    past = or_(and_(is_open, Matter.due_on < today), day_of(session, Matter.answered_at) > Matter.due_on)
    rows = session.execute(
        select(Matter.department_id, func.count())
        .where(*scope.conditions(), past, standing() == Standing.COUNTED.value)
        .group_by(Matter.department_id)
    )
    return Counter(dict(iter(rows)))
