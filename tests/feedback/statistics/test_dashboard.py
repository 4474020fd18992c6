from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from feedback.clock import TOKYO
from feedback.db import Database
from feedback.opinions.intake import Sender
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import Channel, MatterStatus
from feedback.statistics.dashboard import Dashboard, dashboard
from feedback.statistics.filters import FigureFilter, read
from tests.feedback.conftest import a_reading

Receive = Callable[..., Submission]
TODAY = date(2026, 11, 24)
AREAS = ("roads", "parks", "water")


def day(month: int, number: int, *, year: int = 2026, hour: int = 10) -> datetime:
    return datetime(year, month, number, hour, tzinfo=TOKYO)


def figures(database: Database, first: date = date(2026, 4, 1), last: date = TODAY, **more: Any) -> Dashboard:
    with database.read() as session:
        return dashboard(session, FigureFilter(first, last, **more), today=TODAY)


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
    assert (totals.submissions, totals.matters, totals.open, totals.overdue, totals.no_area) == (3, 3, 2, 1, 1)
    assert [(one.key, one.count) for one in found.areas] == [("roads", 2), ("none", 1)]
    assert found.areas[0].ratio == pytest.approx(2 / 3)
    assert {(one.name, one.received) for one in found.departments} == {("道路管理課", 2), ("広報広聴課", 1)}
    assert [(one.name, one.count) for one in found.channels] == [("LINE", 2), ("電話", 1)]
    assert [(one.name, one.count) for one in found.statuses] == [("受付", 1), ("振分済", 1), ("回答済", 1)]
    for shares in (
        found.areas,
        found.kinds,
        found.outcomes,
        found.districts,
        found.ages,
        found.channels,
        found.statuses,
    ):
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


def test_what_narrows_and_the_year_before(database: Database, receive: Receive) -> None:
    north = Sender(age_band="30s", district="川北")
    receive(at=day(5, 11), sender=north)
    receive(at=day(5, 12), sender=Sender(age_band="70s"), channel=Channel.PHONE)
    receive(at=day(5, 11, year=2025), sender=north)
    receive(at=day(11, 25, year=2025), sender=north)

    everything = figures(database)

    assert [(one.key, one.count, one.before, one.change) for one in everything.districts] == [
        ("川北", 1, 1, 0),
        ("none", 1, 0, 1),
    ]
    assert [(one.name, one.count) for one in everything.ages] == [("30代", 1), ("70代", 1)]
    assert (everything.before.submissions, everything.before.matters) == (1, 1)
    narrow: list[tuple[dict[str, Any], int]] = [
        ({"district": "川北"}, 1),
        ({"district": "none"}, 1),
        ({"district": "川西"}, 0),
        ({"age": "70s", "channel": "phone"}, 1),
        ({"age": "70s", "channel": "line"}, 0),
        ({"area": "roads"}, 2),
        ({"area": "none"}, 0),
        ({"outcome": "none"}, 2),
        ({"outcome": "done"}, 0),
    ]
    for narrowed, expected in narrow:
        assert figures(database, **narrowed).totals.matters == expected, narrowed


def test_heat_map_of_areas_and_months(database: Database, receive: Receive) -> None:
    for at in (day(4, 30), day(5, 1), day(5, 2)):
        receive(at=at)
    receive(at=day(5, 3), reading=a_reading(None))

    heat = figures(database, first=date(2026, 4, 30), last=date(2026, 5, 31)).heat

    assert heat.months == ((2026, 4), (2026, 5))
    assert heat.rows == (("roads", "道路・橋・街路灯・除雪", (1, 2)), ("none", "分野未定", (0, 1)))
    assert not heat.cut


def test_submissions_of_which_only_some_matters_are_asked_for_count_once(database: Database, receive: Receive) -> None:
    submission = receive(at=day(5, 11))
    with database.write() as session:
        first = session.scalars(select(Matter).where(Matter.submission_id == submission.id)).one()
        for number, area in ((2, "parks"), (3, "parks")):
            same = {"channel": first.channel, "received_at": first.received_at, "department_id": first.department_id}
            session.add(Matter(submission_id=submission.id, number=number, text="公園も", area_key=area, **same))

    received = [
        (one.totals.submissions, one.totals.matters) for one in (figures(database, area=area) for area in AREAS)
    ]

    assert received == [(1, 1), (1, 2), (0, 0)]
    assert (figures(database).totals.submissions, figures(database).totals.matters) == (1, 3)


def test_a_filter_survives_the_address() -> None:
    wanted = FigureFilter(date(2026, 4, 1), TODAY, "roads", "request", 3, "line", "none", "川北", "30s")
    assert read(wanted.address(), first=TODAY, last=TODAY) == wanted
    odd = {
        "from": "0001-01-01",
        "to": "x",
        "kind": "?",
        "department": "²",
        "age": "5",
        "channel": "none",
        "outcome": "",
    }
    assert read(odd, first=date(2026, 4, 1), last=TODAY) == FigureFilter(date(2026, 4, 1), TODAY)
    turned = read({"from": "2026-12-01", "to": "2026-11-01"}, first=TODAY, last=TODAY)
    assert (turned.first, turned.last) == (date(2026, 11, 1), date(2026, 12, 1))
    assert FigureFilter(date(2024, 2, 29), date(2024, 3, 31)).year_before.first == date(2023, 2, 28)
