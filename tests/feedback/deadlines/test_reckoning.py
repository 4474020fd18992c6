import random
from datetime import date, datetime, timedelta

from sqlalchemy import literal, select, union_all

from feedback.business_days import business_days_between
from feedback.clock import TOKYO, tokyo_date
from feedback.db import Database, UtcDateTime
from feedback.deadlines.models import CityDay
from feedback.deadlines.reckoning import business_days_of
from feedback.deadlines.service import calendar

FIRST, LAST = date(2026, 4, 1), date(2027, 3, 31)


def test_the_database_reckons_as_the_calendar_does(database: Database) -> None:
    chance = random.Random(4)
    starts = [datetime(2026, 4, 1, tzinfo=TOKYO) + timedelta(hours=chance.randint(0, 300 * 24)) for _ in range(40)]
    pairs = [(start, start + timedelta(hours=chance.randint(0, 60 * 24))) for start in starts]
    with database.write() as session:
        session.add(CityDay(day=date(2026, 8, 14), is_open=False, name="夏季休庁"))
        session.flush()
        rows = union_all(
            *(select(literal(a, UtcDateTime()).label("a"), literal(b, UtcDateTime()).label("b")) for a, b in pairs)
        ).subquery()
        days = business_days_of(session, rows.c.a, rows.c.b, first=FIRST, last=LAST)
        found = [tuple(row) for row in session.execute(select(rows.c.a, rows.c.b, days))]
        expected = [(a, b, business_days_between(tokyo_date(a), tokyo_date(b), calendar(session))) for a, b in pairs]
    assert sorted(found) == sorted(expected)
