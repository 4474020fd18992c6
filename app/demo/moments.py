"""When things happen in the demonstration city: by the season, more of late, and in office hours where it matters."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from app.demo.texts import Opinion, with_channel
from feedback.business_days import add_business_days, is_business_day
from feedback.clock import TOKYO, fiscal_year, tokyo_date

_SEASONS = {"spring": {3, 4, 5}, "summer": {6, 7, 8, 9}, "autumn": {9, 10, 11}, "winter": {12, 1, 2}}
_OPEN_MINUTES = (8 * 60 + 35, 17 * 60 + 10)
_LATELY = 1.6
"""How much more comes in during the last two months, so that there is something left to do."""
_HOURS = (6, 7, 7, 8, 9, 10, 12, 12, 13, 15, 16, 17, 18, 19, 19, 20, 20, 21, 21, 22, 23)
"""The hours of the day at which citizens write."""


def at_clock(day: date, minutes: int, seconds: int = 0) -> datetime:
    """A moment of a day in Japan, in UTC; minutes count from midnight."""
    moment = datetime.combine(day, time(minutes // 60, minutes % 60, seconds), TOKYO)
    return moment.astimezone(UTC)


def office_moment(after: datetime, *, days: int, chance: random.Random) -> datetime:
    """A moment in office hours so many business days later (0: the same day while the office is open)."""
    opens, closes = _OPEN_MINUTES
    day = tokyo_date(after)
    if days == 0 and is_business_day(day):
        local = after.astimezone(TOKYO)
        earliest = max(opens, local.hour * 60 + local.minute + 6)
        if earliest < closes:
            return at_clock(day, chance.randint(earliest, min(closes, earliest + 150)), chance.randint(0, 59))
    day = add_business_days(day, max(1, days))
    return at_clock(day, chance.randint(opens, closes), chance.randint(0, 59))


def arrivals(opinions: Sequence[Opinion], *, now: datetime, chance: random.Random) -> list[tuple[datetime, Opinion]]:
    """Every opinion with its channel and the moment it arrives, in the order of time, none later than ``now``."""
    months = _months(now)
    fixed = [one for one in opinions if one.ago is not None or one.aged is not None]
    free = [one for one in opinions if one.ago is None and one.aged is None]
    found = [(_before(one, now=now, chance=chance), one) for one in fixed]
    for month, one in _spread(free, months, now=now, chance=chance):
        progress = months.index(month) / max(1, len(months) - 1)
        opinion = with_channel(one, progress=progress, chance=chance)
        found.append((_within(month, opinion, now=now, chance=chance), opinion))
    return sorted(found, key=lambda pair: pair[0])


def first_day(now: datetime) -> date:
    """The first day of the fiscal year before the present one."""
    return date(fiscal_year(now) - 1, 4, 1)


def _months(now: datetime) -> list[date]:
    month, today = first_day(now), tokyo_date(now)
    months = []
    while month <= today:
        months.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return months


def _spread(
    opinions: Sequence[Opinion], months: list[date], *, now: datetime, chance: random.Random
) -> list[tuple[date, Opinion]]:
    """Months for opinions: those of a season first, the others where there is room."""
    weights = [0.5 + 1.1 * number / len(months) for number in range(len(months))]
    weights[-2:] = [weight * _LATELY for weight in weights[-2:]]
    weights[-1] *= tokyo_date(now).day / 30
    room = {month: len(opinions) * weight / sum(weights) for month, weight in zip(months, weights, strict=True)}
    found = []
    for one in sorted(opinions, key=lambda one: one.season == "any"):
        fitting = [month for month in months if one.season == "any" or month.month in _SEASONS[one.season]]
        month = chance.choices(fitting, [max(room[month], 0.01) ** 2 for month in fitting])[0]
        room[month] -= 1
        found.append((month, one))
    return found


def _before(opinion: Opinion, *, now: datetime, chance: random.Random) -> datetime:
    if opinion.aged is not None:
        day = tokyo_date(now)
        for _ in range(opinion.aged):
            day = _business_day_before(day)
        minutes = chance.randint(9 * 60, 16 * 60)
        return min(at_clock(day, minutes), now - timedelta(minutes=5))
    moment = now - timedelta(hours=opinion.ago or 0)
    return _last_open(moment, chance) if opinion.taken_down else moment


def _business_day_before(day: date) -> date:
    day -= timedelta(days=1)
    while not is_business_day(day):
        day -= timedelta(days=1)
    return day


def _last_open(moment: datetime, chance: random.Random) -> datetime:
    """The moment itself in office hours, else one late on the last business day before."""
    local = moment.astimezone(TOKYO)
    opens, closes = _OPEN_MINUTES
    minutes = local.hour * 60 + local.minute
    if is_business_day(local.date()) and opens <= minutes <= closes:
        return moment
    day = local.date() if is_business_day(local.date()) and minutes > closes else _business_day_before(local.date())
    return at_clock(day, chance.randint(closes - 90, closes))


def _within(month: date, opinion: Opinion, *, now: datetime, chance: random.Random) -> datetime:
    last = min((month + timedelta(days=32)).replace(day=1) - timedelta(days=1), tokyo_date(now))
    day = month + timedelta(days=chance.randint(0, (last - month).days))
    if opinion.taken_down:
        while not is_business_day(day):
            day -= timedelta(days=1)
        moment = at_clock(day, chance.randint(*_OPEN_MINUTES), chance.randint(0, 59))
    else:
        moment = at_clock(day, chance.choice(_HOURS) * 60 + chance.randint(0, 59), chance.randint(0, 59))
    return min(moment, now - timedelta(minutes=chance.randint(20, 600)))
