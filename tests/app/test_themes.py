from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select

from app.themes import NounFinder, ThemesRound
from feedback.db import Database
from feedback.jobs import leases
from feedback.taxonomy import service as taxonomy
from feedback.themes.models import ThemeMember
from tests.conftest import NOW, Cast, FakeClock
from tests.feedback.likeness.index import index_all
from tests.feedback.themes.test_service import LIGHT, SpacedWords, write


class CountingFinder(SpacedWords):
    def __init__(self) -> None:
        self.rounds = 0

    def terms(self, texts: Sequence[str]) -> list[dict[str, str]]:
        self.rounds += 1
        return super().terms(texts)


def members(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(ThemeMember)) or 0


def test_themes_are_made_once_the_words_are_in_the_index(database: Database, clock: FakeClock) -> None:
    finder = CountingFinder()
    assert ThemesRound(database, finder, clock).run_once() == 0
    write(database, LIGHT, "abc", NOW - timedelta(days=3))
    index_all(database)
    work = ThemesRound(database, finder, clock)
    work.run_once()
    assert members(database) == 3
    work.run_once()
    assert finder.rounds == 1


def test_they_are_made_again_when_areas_change(database: Database, clock: FakeClock, cast: Cast) -> None:
    finder = CountingFinder()
    write(database, LIGHT, "abc", NOW - timedelta(days=3))
    index_all(database)
    work = ThemesRound(database, finder, clock)
    work.run_once()
    with database.write() as session:
        taxonomy.retire(session, key="parks", actor=cast.kochi, at=NOW)
    work._next = 0.0
    work.run_once()
    assert finder.rounds == 2


def test_one_process_at_a_time(database: Database, clock: FakeClock) -> None:
    write(database, LIGHT, "abc", NOW - timedelta(days=3))
    index_all(database)
    with database.write() as session:
        leases.acquire(session, name="themes", holder="another", now=NOW, lasts=timedelta(hours=1))
    ThemesRound(database, SpacedWords(), clock).run_once()
    assert members(database) == 0


def test_the_finder_gives_a_key_and_a_spelling() -> None:
    [found] = NounFinder().terms(["中央図書館の夜間開館"])
    assert "図書館" in found.values()
