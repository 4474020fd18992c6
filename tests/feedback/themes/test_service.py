"""Themes of months in the database: made anew with the same result, keeping identity, left by words taken back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from feedback.citizens import service as citizens
from feedback.db import Database
from feedback.opinions.models import Matter
from feedback.themes import service
from feedback.themes.models import Theme, ThemeMember
from tests.conftest import NOW
from tests.feedback.likeness.index import receive_of

LIGHT, DRAIN = "街路灯 通学路 暗い", "側溝 落ち葉 雨水"
SEPTEMBER = datetime(2026, 9, 10, 3, tzinfo=UTC)


class SpacedWords:
    """Terms are what stands between spaces."""

    def terms(self, texts: Sequence[str]) -> list[dict[str, str]]:
        return [{one: one for one in text.split()} for text in texts]


def write(database: Database, text: str, people: str, at: datetime) -> list[int]:
    return [receive_of(database, text, person=f"{text[:2]}{one}", at=at) for one in people]


def make(database: Database) -> dict[int, tuple[str, int]]:
    service.make(database, SpacedWords())
    return stored(database)


def stored(database: Database) -> dict[int, tuple[str, int]]:
    with database.read() as session:
        rows = session.execute(
            select(ThemeMember.matter_id, Theme.key, Theme.id).join(Theme, Theme.id == ThemeMember.theme_id)
        )
        return {row.matter_id: (row.key, row.id) for row in rows}


def test_a_theme_keeps_its_row_and_colour_from_month_to_month(database: Database) -> None:
    early = write(database, LIGHT, "abcd", SEPTEMBER) + write(database, DRAIN, "abc", SEPTEMBER)
    first = make(database)
    with database.read() as session:
        colours = {one.key: one.colour for one in session.scalars(select(Theme))}
    late = write(database, LIGHT + " 防犯", "efg", SEPTEMBER + timedelta(days=35))
    second = make(database)
    assert {one: second[one] for one in early} == first
    assert {second[one] for one in late} == {first[early[0]]}
    with database.read() as session:
        assert {one.key: one.colour for one in session.scalars(select(Theme))} == colours


def test_making_again_changes_nothing(database: Database) -> None:
    write(database, LIGHT, "abcd", SEPTEMBER)
    write(database, DRAIN, "abc", SEPTEMBER + timedelta(days=40))
    assert make(database) == make(database)


def test_too_few_people_make_no_theme(database: Database) -> None:
    write(database, LIGHT, "ababab", SEPTEMBER)
    assert make(database) == {}


def test_withdrawn_words_leave_their_theme_at_once(database: Database) -> None:
    ids = write(database, LIGHT, "abcd", SEPTEMBER)
    make(database)
    with database.write() as session:
        citizen = citizens.load(session, keys=["街路a".encode().ljust(16, b"\0")], now=NOW)
        citizens.erase(session, next(iter(citizen.values())), at=NOW)
    assert set(stored(database)) == set(ids[1:])
    assert set(make(database)) == set(ids[1:])


def test_a_theme_nobody_speaks_of_any_more_goes(database: Database) -> None:
    ids = write(database, LIGHT, "abc", SEPTEMBER)
    make(database)
    with database.write() as session:
        for one in ids:
            session.get_one(Matter, one).text = ""
    assert make(database) == {}
    with database.read() as session:
        assert session.scalars(select(Theme)).all() == []


def test_without_opinions_there_is_nothing(database: Database) -> None:
    assert make(database) == {}
