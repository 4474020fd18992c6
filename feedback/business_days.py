"""Business days of Japanese municipalities: no weekends, no national holidays, not 12/29 to 1/3."""

from datetime import date, timedelta
from functools import cache

import jpholiday


@cache
def is_business_day(day: date) -> bool:
    """Whether the city hall is open on a day."""
    if day.weekday() >= 5 or (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        return False
    return not jpholiday.is_holiday(day)


@cache
def add_business_days(start: date, days: int) -> date:
    """The business day that lies ``days`` business days after ``start`` (which itself does not count)."""
    day = start
    for _ in range(days):
        day += timedelta(days=1)
        while not is_business_day(day):
            day += timedelta(days=1)
    return day


def business_days_between(start: date, end: date) -> int:
    """Business days after ``start`` up to and including ``end``; 0 when ``end`` is not later."""
    return sum(is_business_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
