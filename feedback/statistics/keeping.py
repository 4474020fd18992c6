"""Makes the day sheets, and reads a period's facts: from sheets where they hold, else from the matters themselves.

So figures are exact at any moment, and writing pays for a note of a day at most. A day changed while its sheet is made
is noted again by whoever changes it, and made again: sheets are read only after the notes they answer to are gone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from feedback.business_days import Calendar, business_days_between
from feedback.clock import TOKYO, tokyo_date
from feedback.deadlines.service import calendar as load_calendar
from feedback.opinions.models import Matter, Submission
from feedback.statistics.models import ChangedDay, DaySheet, FigureCode
from feedback.statistics.sheets import LAYOUT, Codes, Facts, Field, Line, Sheet, write_sheet

DAYS_AT_ONCE = 60
"""Sheets made in one transaction, since others wait for it on SQLite."""
_RANGES_AT_ONCE = 100
_LOCK = 7_305_812
"""Advisory lock: two makers at once could overwrite a newer sheet by an older one."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The facts of a period, and what their characters stand for."""

    facts: Facts
    codes: Codes


def load(session: Session, first: date, last: date, *, fields: Iterable[Field] = Field) -> Loaded:
    """Everything received from one day to another. Exact as of now, whatever sheets there are."""
    # One statement, so that a sheet and the notes against it are of one moment. Codes come after the sheets that use
    # them, and the matters of all other days last.
    noted = select(ChangedDay.day).where(ChangedDay.day.between(first, last))
    rows = session.execute(
        select(DaySheet.day, DaySheet.matters, DaySheet.columns).where(
            DaySheet.day.between(first, last), DaySheet.layout == LAYOUT, DaySheet.day.not_in(noted)
        )
    )
    sheets = {day: Sheet.unpack(matters, packed) for day, matters, packed in rows}
    codes = _codes(session)
    sheets |= _counted(session, _gaps(first, last, sheets), codes)
    return Loaded(Facts.of(sorted(sheets.items()), fields), codes)


def catch_up(session: Session, *, today: date) -> int:
    """Make sheets of changed days and of days that have none; never of today. Returns how many; 0: all are made."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(sql("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        # A closing day under way would change business days of sheets that its trigger cannot see yet.
        session.execute(sql("LOCK TABLE city_days IN SHARE MODE"))
    noted = select(ChangedDay.day).distinct().order_by(ChangedDay.day.desc()).limit(DAYS_AT_ONCE)
    days = set(session.scalars(noted))
    if len(days) < DAYS_AT_ONCE:
        days |= set(_missing(session, today=today)[: DAYS_AT_ONCE - len(days)])
    if not days:
        return 0
    session.execute(delete(ChangedDay).where(ChangedDay.day.in_(days)))
    past = sorted(day for day in days if day < today)
    _make(session, past)
    return len(past)


def rebuild(session: Session) -> None:
    """Forget all sheets, so that `catch_up` makes them anew; meanwhile figures come from the matters."""
    session.execute(delete(DaySheet))
    session.execute(delete(FigureCode))


def _missing(session: Session, *, today: date) -> list[date]:
    """Days before today, from the first with matters on, that have no sheet; the newest first."""
    earliest = session.scalar(select(func.min(Matter.received_at)))
    if earliest is None:
        return []
    first = tokyo_date(earliest)
    made = set(session.scalars(select(DaySheet.day).where(DaySheet.layout == LAYOUT)))
    return [day for n in range((today - first).days) if (day := today - timedelta(days=n + 1)) not in made]


def _make(session: Session, days: Sequence[date]) -> None:
    codes = _codes(session)
    counted = _counted(session, list(_runs(days)), codes)
    for field, value, code in codes.added:
        session.add(FigureCode(field=field, value=value, code=code))
    there = set(session.scalars(select(DaySheet.day).where(DaySheet.day.in_(days))))
    for day in days:
        sheet = counted.get(day, Sheet(0, ""))
        values = {"layout": LAYOUT, "matters": sheet.matters, "columns": sheet.pack()}
        if day in there:
            session.execute(update(DaySheet).where(DaySheet.day == day).values(values))
        else:
            session.execute(insert(DaySheet).values(day=day, **values))
    session.flush()


def _codes(session: Session) -> Codes:
    rows = session.execute(select(FigureCode.field, FigureCode.value, FigureCode.code))
    return Codes((field, value, code) for field, value, code in rows)


def _gaps(first: date, last: date, known: Iterable[date]) -> list[tuple[date, date]]:
    """The stretches of days of a period that are not known."""
    found, at = [], first
    for day in sorted(known):
        if day > at:
            found.append((at, day - timedelta(days=1)))
        at = day + timedelta(days=1)
    return [*found, (at, last)] if at <= last else found


def _runs(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Days as stretches of neighbouring ones."""
    run: list[date] = []
    for day in sorted(days):
        if run and day - run[-1] > timedelta(days=1):
            yield run[0], run[-1]
            run = []
        run.append(day)
    if run:
        yield run[0], run[-1]


def _counted(session: Session, stretches: Sequence[tuple[date, date]], codes: Codes) -> dict[date, Sheet]:
    """Sheets of the days in these stretches that have matters, from the matters."""
    lines: dict[date, list[Line]] = defaultdict(list)
    took = _Took(load_calendar(session))
    for start in range(0, len(stretches), _RANGES_AT_ONCE):
        for row in session.execute(_rows(stretches[start : start + _RANGES_AT_ONCE])):
            day = tokyo_date(row.received_at)
            lines[day].append(_line(day, row, took))
    return {day: write_sheet(found, codes) for day, found in lines.items()}


class _Took(dict[tuple[date, date], int]):
    """Business days from one day to another; each pair is reckoned once, however many matters share it."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def __missing__(self, pair: tuple[date, date]) -> int:
        found = self[pair] = business_days_between(*pair, self._calendar)
        return found


def _rows(stretches: Sequence[tuple[date, date]]) -> Any:
    return (
        select(
            Matter.submission_id,
            Matter.received_at,
            Matter.area_key,
            Matter.kind,
            Matter.department_id,
            Matter.channel,
            Matter.status,
            Matter.outcome,
            Submission.district,
            Submission.age_band,
            Matter.urgent,
            Matter.answered_at,
            Matter.due_on,
        )
        .join(Submission, Submission.id == Matter.submission_id)
        .where(or_(*(_received(first, last) for first, last in stretches)))
        .order_by(Matter.submission_id, Matter.number)
    )


def _received(first: date, last: date) -> ColumnElement[bool]:
    return and_(Matter.received_at >= _midnight(first), Matter.received_at < _midnight(last + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), TOKYO).astimezone(UTC)


def _line(day: date, row: Any, took: _Took) -> Line:
    return Line(
        submission_id=row.submission_id,
        values=(
            row.area_key,
            row.kind,
            str(row.department_id),
            row.channel,
            row.status,
            row.outcome,
            row.district,
            row.age_band,
        ),
        urgent=row.urgent,
        answered=took[day, tokyo_date(row.answered_at)] if row.answered_at else None,
        due=(row.due_on - day).days if row.due_on else None,
    )
