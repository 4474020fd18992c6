from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from feedback.clock import tokyo_date
from feedback.db import Database
from feedback.errors import Invalid, NotFound
from feedback.opinions import details, queries, service
from feedback.opinions.intake import NewPart
from feedback.opinions.queries import Filter, Sort, Tab
from feedback.opinions.rules import Channel, MatterStatus, PartKind
from feedback.staff.rules import Actor
from tests.admin.opinions import write_opinion
from tests.conftest import Cast, Counted, FakeClock

CountQueries = Callable[[], AbstractContextManager[Counted]]


def listed(database: Database, actor: Actor, today: date, **wish: Any) -> list[int]:
    with database.read() as session:
        return [row.id for row in page(session, actor, today, **wish).rows]


def page(session: Session, actor: Actor, today: date, **wish: Any) -> queries.Page:
    wanted: dict[str, Any] = {"tab": Tab.ALL, "wanted": Filter(), "sort": Sort.NEW} | wish
    return queries.page(session, actor=actor, today=today, **wanted)


@pytest.fixture
def today(clock: FakeClock) -> date:
    return tokyo_date(clock())


def test_departments_see_their_own_matters_only(database: Database, cast: Cast, clock: FakeClock, today: date) -> None:
    roads = write_opinion(database, clock(), area="roads")
    parks = write_opinion(database, clock(), area="parks")
    assert listed(database, cast.tanaka, today) == [roads]
    assert listed(database, cast.sato, today) == []
    for everybody in (cast.kochi, cast.admin, cast.suzuki):
        assert listed(database, everybody, today) == [parks, roads]
    assert listed(database, cast.tanaka, today, wanted=Filter(words="横断歩道")) == [roads]
    assert listed(database, cast.tanaka, today, wanted=Filter(words=f"R8-{parks:06d}")) == []


@pytest.mark.parametrize("sort", Sort)
def test_pages_follow_each_other_both_ways(
    database: Database, cast: Cast, clock: FakeClock, today: date, sort: Sort
) -> None:
    for number in range(7):
        write_opinion(database, clock() - timedelta(hours=30 * (number // 2)))
    with database.read() as session:
        everything = [row.id for row in page(session, cast.kochi, today, sort=sort).rows]
        seen, cursor, pages = [], None, []
        while True:
            now = page(session, cast.kochi, today, sort=sort, limit=3, cursor=cursor)
            pages.append([row.id for row in now.rows])
            seen += pages[-1]
            if now.next is None:
                break
            cursor = now.next
        assert seen == everything
        assert [len(one) for one in pages] == [3, 3, 1]
        back = page(session, cast.kochi, today, sort=sort, limit=3, cursor=now.previous)
        assert [row.id for row in back.rows] == pages[1]
        first = page(session, cast.kochi, today, sort=sort, limit=3, cursor=back.previous)
        assert [row.id for row in first.rows] == pages[0]
        assert first.previous is None


@pytest.mark.parametrize("cursor", ["n", "nx-1", "n99999999999999999999999-1", "p2026-"])
@pytest.mark.parametrize("sort", [Sort.NEW, Sort.DUE])
def test_a_broken_cursor_is_refused(database: Database, cast: Cast, today: date, cursor: str, sort: Sort) -> None:
    with database.read() as session, pytest.raises(Invalid, match="ページの位置"):
        page(session, cast.kochi, today, cursor=cursor, sort=sort)


def test_tabs_and_their_counts(database: Database, cast: Cast, clock: FakeClock, today: date) -> None:
    mine = write_opinion(database, clock(), area="roads")
    late = write_opinion(database, clock() - timedelta(days=60), area="roads")
    urgent = write_opinion(database, clock(), area="roads", urgency="high")
    unknown = write_opinion(database, clock(), area=None)
    done = write_opinion(database, clock() - timedelta(days=60), area="roads", urgency="high")
    with database.write() as session:
        service.assign(session, mine, actor=cast.tanaka, version=1, at=clock(), assignee_id=cast.tanaka.id)
        service.set_status(
            session, done, actor=cast.kochi, version=1, at=clock(), status=MatterStatus.CLOSED, reason="解決済み"
        )
    found = {tab: set(listed(database, cast.tanaka, today, tab=tab)) for tab in queries.tabs_of(cast.tanaka)}
    assert found == {
        Tab.MINE: {mine},
        Tab.MENTIONED: set(),
        Tab.BOUNCED: set(),
        Tab.DEPARTMENT: {mine, late, urgent},
        Tab.URGENT: {urgent},
        Tab.OVERDUE: {late},
        Tab.ALL: {mine, late, urgent, done},
    }
    assert listed(database, cast.kochi, today, tab=Tab.UNROUTED) == [unknown]
    with database.read() as session:
        counted = queries.count_tabs(session, actor=cast.tanaka, today=today)
        assert counted == {
            Tab.MINE: 1,
            Tab.MENTIONED: 0,
            Tab.DEPARTMENT: 3,
            Tab.BOUNCED: 0,
            Tab.URGENT: 1,
            Tab.OVERDUE: 1,
        }
        assert queries.count_tabs(session, actor=cast.kochi, today=today)[Tab.UNROUTED] == 1


def test_the_tabs_of_each_role(cast: Cast) -> None:
    everybodys = [Tab.BOUNCED, Tab.URGENT, Tab.OVERDUE, Tab.ALL]
    assert queries.tabs_of(cast.suzuki) == [Tab.MENTIONED, *everybodys]
    assert queries.tabs_of(cast.tanaka) == [Tab.MINE, Tab.MENTIONED, Tab.DEPARTMENT, *everybodys]
    assert Tab.UNROUTED in queries.tabs_of(cast.kochi)


def test_filters(database: Database, cast: Cast, clock: FakeClock, today: date) -> None:
    photo = [NewPart(PartKind.IMAGE, clock(), media=b"sealed")]
    plain = write_opinion(database, clock() - timedelta(days=3), area="roads", text="街路灯が切れています。")
    phone = write_opinion(database, clock(), area="parks", channel=Channel.PHONE, parts=photo, urgency="high")
    unknown = write_opinion(database, clock(), area=None)
    with database.read() as session:
        rows = {row.id: row for row in page(session, cast.kochi, today).rows}
    assert rows[phone].media == {PartKind.IMAGE}
    cases: list[tuple[Filter, set[int]]] = [
        (Filter(area="roads"), {plain}),
        (Filter(no_area=True), {unknown}),
        (Filter(channel=Channel.PHONE), {phone}),
        (Filter(media=True), {phone}),
        (Filter(urgent=True), {phone}),
        (Filter(status=MatterStatus.ROUTED), {plain, phone}),
        (Filter(open_only=True), {plain, phone, unknown}),
        (Filter(received_to=today - timedelta(days=1)), {plain}),
        (Filter(received_from=today, received_to=today), {phone, unknown}),
        (Filter(words="街路 切れ"), {plain}),
        (Filter(words=rows[phone].receipt), {phone}),
        (Filter(words="ガイロトウ"), set()),
    ]
    for wanted, expected in cases:
        assert set(listed(database, cast.kochi, today, wanted=wanted)) == expected, wanted
        with database.read() as session:
            count = queries.count(session, actor=cast.kochi, tab=Tab.ALL, wanted=wanted, today=today)
        assert count == len(expected)


def test_a_page_takes_the_same_few_queries_however_long(
    database: Database, cast: Cast, clock: FakeClock, today: date, count_queries: CountQueries
) -> None:
    numbers = []
    for _ in range(2):
        for _ in range(5):
            write_opinion(database, clock(), parts=[NewPart(PartKind.STICKER, clock())])
        with count_queries() as counted:
            listed(database, cast.kochi, today)
        numbers.append(len(counted))
    assert numbers[0] == numbers[1] <= 4


def test_a_matter_takes_the_same_few_queries_however_much_happened(
    database: Database, cast: Cast, clock: FakeClock, count_queries: CountQueries
) -> None:
    matter_id = write_opinion(database, clock())
    numbers = []
    for _ in range(2):
        with database.write() as session:
            for _ in range(4):
                service.add_note(session, matter_id, actor=cast.tanaka, at=clock(), text="確認")
        with database.read() as session, count_queries() as counted:
            details.matter_view(session, matter_id, actor=cast.kochi)
        numbers.append(len(counted))
    assert numbers[0] == numbers[1] <= 9


def test_a_matter_of_another_department_is_not_there(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    with database.read() as session:
        for who, which in ((cast.sato, matter_id), (cast.tanaka, 9999)):
            with pytest.raises(NotFound):
                details.matter_view(session, which, actor=who)
