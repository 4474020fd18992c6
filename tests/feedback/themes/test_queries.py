from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from feedback.db import Database
from feedback.departments.models import Department
from feedback.likeness.queries import Size
from feedback.opinions.models import Matter
from feedback.opinions.queries import Filter, Sort, Tab, page
from feedback.opinions.rules import Kind, MatterStatus
from feedback.statistics.queries import Scope
from feedback.taxonomy import service as taxonomy
from feedback.themes.queries import Wanted, period_before, voices
from tests.conftest import NOW, Cast
from tests.feedback.likeness.index import index_all, receive_of
from tests.feedback.themes.test_service import DRAIN, LIGHT, make, write

OCTOBER, NOVEMBER = NOW - timedelta(days=40), NOW - timedelta(days=5)
THIS_MONTH = Scope(date(2026, 11, 1), date(2026, 11, 30))


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        (date(2026, 11, 1), date(2026, 11, 30), (date(2026, 10, 1), date(2026, 10, 31))),
        (date(2026, 1, 1), date(2026, 3, 31), (date(2025, 10, 1), date(2025, 12, 31))),
        (date(2026, 4, 1), date(2027, 3, 31), (date(2025, 4, 1), date(2026, 3, 31))),
        (date(2026, 11, 1), date(2026, 11, 24), (date(2026, 10, 8), date(2026, 10, 31))),
        (date(2026, 11, 9), date(2026, 11, 9), (date(2026, 11, 8), date(2026, 11, 8))),
    ],
)
def test_the_period_before_is_as_long(first: date, last: date, before: tuple[date, date]) -> None:
    found = period_before(Scope(first, last, 7))
    assert (found.first, found.last, found.department_id) == (*before, 7)


def test_themes_count_matters_and_people_beside_the_period_before(database: Database, cast: Cast) -> None:
    write(database, LIGHT, "abcde", OCTOBER)
    new = write(database, LIGHT, "aabc", NOVEMBER) + write(database, DRAIN, "xyz", NOVEMBER)
    receive_of(database, "看板", at=NOVEMBER)
    make(database)
    with database.read() as session:
        found = voices(session, Wanted(THIS_MONTH), actor=cast.kochi)
        [roads] = found.areas
        light, drain = roads.themes
        listed = page(
            session,
            actor=cast.kochi,
            tab=Tab.ALL,
            wanted=Filter(theme=light.id, received_from=THIS_MONTH.first),
            sort=Sort.OLD,
            today=NOW.date(),
        )
    assert (found.size, found.before, found.unthemed) == (Size(8, 7), Size(5, 5), 1)
    assert (light.size, light.before, light.change) == (Size(4, 3), Size(5, 5), -1)
    assert (drain.size, drain.before, drain.change) == (Size(3, 3), Size(0, 0), 3)
    assert set(light.words) <= set(LIGHT.split())
    assert {row.id for row in listed.rows} == set(new[:4])


def test_quotes_are_of_different_people_masked_and_no_copies(database: Database, cast: Cast) -> None:
    write(database, LIGHT + " 電話は090-1234-5678までお願いします。", "aab", NOVEMBER)
    write(database, LIGHT + " 別の道でも暗いところが続いていて心配です。", "c", NOVEMBER)
    make(database)
    index_all(database)
    with database.read() as session:
        [roads] = voices(session, Wanted(THIS_MONTH), actor=cast.kochi).areas
    [theme] = roads.themes
    assert len(theme.quotes) == 2
    assert not [one for one in theme.quotes if "090" in one.text]


def test_a_department_reads_its_own_opinions_only(database: Database, cast: Cast) -> None:
    ids = write(database, LIGHT, "abcd", NOVEMBER)
    make(database)
    with database.write() as session:
        other = session.scalars(select(Department.id).where(Department.code == "environment")).one()
        session.execute(update(Matter).where(Matter.id == ids[0]).values(department_id=other))
    with database.read() as session:
        own = voices(session, Wanted(THIS_MONTH), actor=cast.tanaka)
        theirs = voices(session, Wanted(THIS_MONTH), actor=cast.sato)
    assert own.size == Size(3, 3)
    assert ids[0] not in [quote.matter_id for quote in own.areas[0].themes[0].quotes]
    assert theirs.size == Size(1, 1)
    assert [quote.matter_id for quote in theirs.areas[0].themes[0].quotes] == [ids[0]]


def test_filters_narrow_every_figure(database: Database, cast: Cast) -> None:
    write(database, LIGHT, "abcd", NOVEMBER)
    make(database)
    with database.read() as session:
        assert voices(session, Wanted(THIS_MONTH, area="parks"), actor=cast.kochi).areas == ()
        assert voices(session, Wanted(THIS_MONTH, kind=Kind.THANKS), actor=cast.kochi).size == Size(0, 0)
        assert voices(session, Wanted(THIS_MONTH, area="roads", kind=Kind.REQUEST), actor=cast.kochi).size == Size(4, 4)


def test_past_matters_and_their_themes_count_in_the_area_of_today(database: Database, cast: Cast) -> None:
    ids = write(database, LIGHT, "abcd", NOVEMBER)
    make(database)
    with database.write() as session:
        session.execute(update(Matter).where(Matter.id.in_(ids)).values(status=MatterStatus.CLOSED))
        change = taxonomy.merge(
            session, sources=["parks", "roads"], into="parks", reroute=False, actor=cast.kochi, at=NOW
        ).number

    def seen(area: str) -> tuple[str | None, str, int, set[int]]:
        with database.read() as session:
            [found] = voices(session, Wanted(THIS_MONTH, area=area), actor=cast.kochi).areas
            listed = page(
                session,
                actor=cast.kochi,
                tab=Tab.ALL,
                wanted=Filter(theme=found.themes[0].id),
                sort=Sort.OLD,
                today=NOW.date(),
            )
            [theme] = found.themes
            assert theme.quotes[0].matter_id in ids
            return found.key, found.name, theme.size.matters, {row.id for row in listed.rows}

    with database.read() as session:
        assert session.scalars(select(Matter.area_key).distinct()).all() == ["roads"]
    # At once, by the themes of before; and the same by those that are made anew.
    for again in (False, True):
        if again:
            make(database)
        assert seen("parks") == ("parks", "公園・緑地・街路樹", 4, set(ids))
        with database.read() as session:
            assert voices(session, Wanted(THIS_MONTH, area="roads"), actor=cast.kochi).areas == ()
    with database.write() as session:
        taxonomy.undo(session, number=change, actor=cast.kochi, at=NOW)
    make(database)
    assert seen("roads")[::2] == ("roads", 4)


def test_what_was_split_is_called_by_its_parts(database: Database, cast: Cast) -> None:
    ids = write(database, LIGHT, "abcd", NOVEMBER)
    make(database)
    with database.write() as session:
        session.execute(update(Matter).where(Matter.id.in_(ids)).values(status=MatterStatus.CLOSED))
        parts: list[tuple[taxonomy.Part, list[str]]] = [("parks", []), ("safety", [])]
        taxonomy.split(session, source="roads", parts=parts, reroute=False, actor=cast.kochi, at=NOW)
    with database.read() as session:
        [found] = voices(session, Wanted(THIS_MONTH), actor=cast.kochi).areas
    assert (found.key, len(found.themes)) == ("roads", 1)
    assert found.name.endswith("（分割前）")
