from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from feedback.clock import TOKYO
from feedback.db import Database
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import Channel, MatterStatus
from feedback.statistics.queries import Scope, Statistics, statistics
from tests.feedback.conftest import a_reading

Receive = Callable[..., Submission]
TODAY = date(2026, 11, 24)


def day(month: int, number: int, *, year: int = 2026, hour: int = 10) -> datetime:
    return datetime(year, month, number, hour, tzinfo=TOKYO)


def figures(database: Database, first: date = date(2026, 4, 1), last: date = TODAY, **more: int) -> Statistics:
    with database.read() as session:
        return statistics(session, Scope(first, last, **more), today=TODAY)


def answer(database: Database, submission: Submission, at: datetime) -> None:
    with database.write() as session:
        matter = session.scalars(select(Matter).where(Matter.submission_id == submission.id)).one()
        matter.status, matter.answered_at = MatterStatus.ANSWERED, at


def test_everything_is_counted_once(database: Database, receive: Receive) -> None:
    receive(at=day(5, 11))
    receive(at=day(11, 24), channel=Channel.PHONE, reading=a_reading(None))
    answer(database, receive(at=day(6, 1)), day(6, 4))

    found = figures(database)

    totals = found.totals
    assert (totals.submissions, totals.matters, totals.open, totals.overdue, totals.unrouted) == (3, 3, 2, 1, 1)
    assert [(one.key, one.count) for one in found.areas] == [("roads", 2), (None, 1)]
    assert found.areas[0].ratio == pytest.approx(2 / 3)
    assert [(one.name, one.count) for one in found.departments] == [("道路管理課", 2), ("広報広聴課", 1)]
    assert [(one.name, one.count) for one in found.channels] == [("LINE", 2), ("電話", 1)]
    assert [(one.name, one.count) for one in found.statuses] == [("受付", 1), ("振分済", 1), ("回答済", 1)]
    for shares in (found.areas, found.departments, found.kinds, found.channels, found.statuses):
        assert sum(one.count for one in shares) == totals.matters


def test_months_of_two_fiscal_years_by_japanese_days(database: Database, receive: Receive) -> None:
    receive(at=day(4, 1, hour=0))
    receive(at=day(3, 31, hour=23))
    receive(at=day(11, 1, year=2025))

    found = figures(database)

    assert (found.year_name, found.year_before_name) == ("令和8年度", "令和7年度")
    assert [one.month for one in found.months] == [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3]
    by_month = {one.month: (one.before, one.current) for one in found.months}
    assert by_month[4] == (0, 1)
    assert by_month[3] == (1, None)
    assert by_month[11] == (1, 0)
    assert by_month[12] == (0, None)


def test_answers_are_measured_in_business_days(database: Database, receive: Receive) -> None:
    # Friday before 敬老の日 to Wednesday: one business day, since 21 to 23 September 2026 are holidays.
    answer(database, receive(at=day(9, 18)), day(9, 24))
    answer(database, receive(at=day(5, 11)), day(5, 11, hour=15))
    answer(database, receive(at=day(5, 11)), day(5, 26))

    answers = figures(database).answers

    assert (answers.count, answers.median, answers.is_small) == (3, 1.0, True)
    assert [one.count for one in answers.bands] == [2, 0, 0, 1, 0, 0]


def test_a_department_sees_its_own_figures(database: Database, receive: Receive) -> None:
    submission = receive(at=day(5, 11))
    receive(at=day(5, 11), reading=a_reading(None))
    with database.read() as session:
        department = session.scalars(select(Matter.department_id).where(Matter.submission_id == submission.id)).one()

    assert figures(database, department_id=department).totals.matters == 1


def test_no_matters_give_zeros(database: Database) -> None:
    found = figures(database, first=TODAY - timedelta(days=1))

    assert (found.totals.matters, found.answers.median, found.areas) == (0, None, ())
