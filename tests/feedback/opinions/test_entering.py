from datetime import timedelta

import pytest

from feedback.db import Database
from feedback.errors import Invalid, NotAllowed
from feedback.opinions import entering
from feedback.opinions.entering import LONGEST, Entry
from feedback.opinions.intake import Sender
from feedback.opinions.rules import Channel
from tests.conftest import NOW, Cast


def entry(text: str = "バスの本数が少ない", *, ahead: timedelta = timedelta()) -> Entry:
    return Entry(Channel.PHONE, text, NOW + ahead, None, None, Sender())


def enter(database: Database, wanted: Entry, cast: Cast, who: str = "tanaka") -> str:
    with database.write() as session:
        return entering.enter(session, wanted, actor=cast[who], at=NOW, reading=None).receipt_number


def test_an_opinion_without_a_known_area_goes_to_the_desk(database: Database, cast: Cast) -> None:
    assert enter(database, entry(), cast) == "R8-000001"
    with database.read() as session:
        assert entering.similar(session, "バスの本数が少ないです", actor=cast.tanaka, now=NOW) == []
        [found] = entering.similar(session, "バスの本数が少ない", actor=cast.kochi, now=NOW)
    assert (found.receipt, found.channel) == ("R8-000001", Channel.PHONE)


def test_who_may_only_read_enters_nothing(database: Database, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        enter(database, entry(), cast, "suzuki")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [(entry(" "), "内容"), (entry("あ" * (LONGEST + 1)), "文字まで"), (entry(ahead=timedelta(minutes=1)), "未来")],
)
def test_wrong_entries(database: Database, cast: Cast, wrong: Entry, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        enter(database, wrong, cast)


def test_short_words_are_not_compared(database: Database, cast: Cast) -> None:
    with database.read() as session:
        assert entering.similar(session, "バス", actor=cast.kochi, now=NOW) == []
