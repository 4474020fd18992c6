"""Business days (営業日) of a city hall: no weekends, no national holidays, not 12/29 to 1/3, and the city's own days.

Everything takes the calendar; without one only what holds in the whole country counts.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

import jpholiday


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a city adds to the days of the country: closing days of its own, and days on which it works all the same."""

    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()


NATIONAL = Calendar()
"""No days of the city's own."""


def is_business_day(day: date, calendar: Calendar = NATIONAL) -> bool:
    """Whether the city hall is open on a day."""
    return day in calendar.opened or (day not in calendar.closed and _is_usual(day))


@cache
def _is_usual(day: date) -> bool:
    if day.weekday() >= 5 or (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        return False
    return not jpholiday.is_holiday(day)


@lru_cache(maxsize=16_384)
def add_business_days(start: date, days: int, calendar: Calendar = NATIONAL) -> date:
    """The business day that lies ``days`` business days after ``start`` (which itself does not count)."""
    return _walk(start, days, calendar, timedelta(days=1))


@lru_cache(maxsize=1024)
def subtract_business_days(end: date, days: int, calendar: Calendar = NATIONAL) -> date:
    """The latest day after which, up to and including ``end``, there were ``days`` business days."""
    day = end
    while days > 0:
        days -= is_business_day(day, calendar)
        day -= timedelta(days=1)
    return day


def previous_business_day(day: date, calendar: Calendar = NATIONAL) -> date:
    """The last business day before a day."""
    return _walk(day, 1, calendar, timedelta(days=-1))


def business_days_between(start: date, end: date, calendar: Calendar = NATIONAL) -> int:
    """Business days after ``start`` up to and including ``end``; 0 when ``end`` is not later."""
    return sum(is_business_day(start + timedelta(days=n), calendar) for n in range(1, (end - start).days + 1))


def holiday_name(day: date) -> str | None:
    """What the country calls a day that is a national holiday, else None."""
    name: str | None = jpholiday.is_holiday_name(day)
    return name


def _walk(day: date, days: int, calendar: Calendar, step: timedelta) -> date:
    for _ in range(days):
        day += step
        while not is_business_day(day, calendar):
            day += step
    return day
