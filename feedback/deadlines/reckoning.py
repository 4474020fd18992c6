"""Business days between two columns, reckoned by the database from a row of numbers the city's calendar gives."""

from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    LargeBinary,
    String,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.orm import Session

from feedback.business_days import is_business_day
from feedback.clock import TOKYO
from feedback.deadlines.service import calendar

_DIGITS = 5


def business_days_of(session: Session, start: Any, end: Any, *, first: date, last: date) -> ColumnElement[int]:
    """Business days after the day of ``start`` up to the day of ``end``, as `business_days_between` counts them.

    Both are moments; days before ``first`` or after ``last`` count as these. 0 when ``end`` is not later.
    """
    days = range((last - first).days + 1)
    opened = list(accumulate(int(is_business_day(first + timedelta(days=n), calendar(session))) for n in days))
    if session.get_bind().dialect.name == "sqlite":
        packed = literal(b"".join(b"%05d" % number for number in opened), LargeBinary)
        return _less(*(_from_bytes(packed, _sqlite_place(one, first, len(opened))) for one in (start, end)))
    numbers = select(cast(literal(opened, ARRAY(Integer)), ARRAY(Integer))).scalar_subquery()
    return _less(*(numbers[_place(one, first, len(opened))] for one in (start, end)))


def _less(start: Any, end: Any) -> ColumnElement[int]:
    found: ColumnElement[int] = end - start
    return found


def _from_bytes(packed: Any, place: Any) -> Any:
    # Bytes are reached at once; of a text the database would read all that is before.
    return cast(cast(func.substr(packed, place * _DIGITS + 1, _DIGITS), String), Integer)


def _sqlite_place(moment: Any, first: date, size: int) -> Any:
    days = func.julianday(func.date(cast(moment, String), literal_column("'+9 hours'")))
    return func.max(0, func.min(size - 1, cast(days - func.julianday(first.isoformat()), Integer)))


def _place(moment: Any, first: date, size: int) -> Any:
    days = cast(func.timezone(TOKYO.key, moment), Date) - literal(first, Date)
    return func.greatest(1, func.least(size, cast(days, Integer) + 1))
