"""Reads of standards and of the city's own days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.business_days import Calendar, holiday_name
from feedback.deadlines.models import CityDay, ServiceStandard
from feedback.routing.models import Area


@dataclass(frozen=True, slots=True)
class StandardRow:
    """A service standard as the list shows it; ``area`` None: every area. ``is_used``: the area is, or is every one."""

    id: int
    area_key: str | None
    area: str | None
    kind: str | None
    business_days: int
    is_used: bool = True


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day that is not like the others: a national holiday (``own`` false) or a day of the city's own."""

    day: date
    is_open: bool
    name: str
    own: bool


def standards(session: Session) -> list[StandardRow]:
    """All standards, the city's own first, then by area and kind."""
    rows = session.execute(
        select(
            ServiceStandard.id,
            ServiceStandard.area_key,
            Area.name,
            ServiceStandard.kind,
            ServiceStandard.business_days,
            Area.position,
            Area.active,
        ).outerjoin(Area, Area.key == ServiceStandard.area_key)
    ).all()
    ordered = sorted(rows, key=lambda row: (row.position is not None, row.position or 0, row.kind or ""))
    return [
        StandardRow(row.id, row.area_key, row.name, row.kind, row.business_days, row.active is not False)
        for row in ordered
    ]


def days_of(session: Session, first: date, last: date) -> Sequence[DayRow]:
    """National holidays and the city's own days from a day to another, in order."""
    own = {
        row.day: DayRow(row.day, row.is_open, row.name, True)
        for row in session.scalars(select(CityDay).where(CityDay.day.between(first, last)))
    }
    length = (last - first).days + 1
    holidays = {
        day: DayRow(day, False, name, False)
        for day in (first + timedelta(days=number) for number in range(length))
        if (name := holiday_name(day))
    }
    return [row for _, row in sorted((holidays | own).items())]


def open_days(days: Sequence[DayRow]) -> Calendar:
    """The calendar that these days make."""
    own = [one for one in days if one.own]
    return Calendar(
        closed=frozenset(one.day for one in own if not one.is_open),
        opened=frozenset(one.day for one in own if one.is_open),
    )
