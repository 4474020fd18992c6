"""The search over vectors, and the worker's round."""

from datetime import timedelta

from sqlalchemy import select

from app.likeness import LikenessRound, NearestVectors, SentenceEncoder
from feedback.db import Database
from feedback.inbox.models import EventState, LineEvent
from feedback.jobs import leases
from feedback.likeness.models import Fingerprint
from feedback.opinions.models import Matter
from tests.conftest import NOW, Cast, FakeClock
from tests.feedback.likeness.index import LetterEncoder, index_all, receive_of

SWING = "公園のブランコが壊れています"


def test_the_nearest_come_first_and_the_same_in_every_process(database: Database) -> None:
    asked = receive_of(database, SWING)
    far = receive_of(database, "固定資産税納付書届かない。")
    near = receive_of(database, "公園のブランコが割れています")
    index_all(database)
    search = NearestVectors(database)
    found = search.nearest(asked, department_id=None, limit=10)
    assert [one for one, _ in found] == [near, far]
    assert found == NearestVectors(database).nearest(asked, department_id=None, limit=10)


def test_what_came_since_is_found_and_what_was_taken_back_is_not(database: Database) -> None:
    asked, gone = receive_of(database, SWING), receive_of(database, SWING + "。")
    index_all(database)
    search = NearestVectors(database)
    assert [one for one, _ in search.nearest(asked, department_id=None, limit=10)] == [gone]
    with database.write() as session:
        session.get_one(Matter, gone).text = ""
    new = receive_of(database, "公園のブランコが割れています")
    index_all(database)
    assert [one for one, _ in search.nearest(asked, department_id=None, limit=10)] == [new]


def test_a_department_gets_the_nearest_of_its_own(database: Database, cast: Cast) -> None:
    asked = receive_of(database, SWING)
    own = receive_of(database, "道路の穴。")
    for _ in range(5):
        receive_of(database, SWING, area="environment")
    index_all(database)
    found = NearestVectors(database).nearest(asked, department_id=cast.tanaka.department_id, limit=2)
    assert [one for one, _ in found] == [own]


def test_a_matter_without_words_has_no_neighbours(database: Database) -> None:
    asked = receive_of(database, " ")
    receive_of(database, SWING)
    index_all(database)
    assert NearestVectors(database).nearest(asked, department_id=None, limit=10) == []


def test_the_round_works_off_what_is_there(database: Database, clock: FakeClock) -> None:
    for number in range(70):
        receive_of(database, f"{SWING}{number}")
    work = LikenessRound(database, LetterEncoder(), clock)
    assert [work.run_once(), work.run_once(), work.run_once()] == [64, 6, 0]
    with database.read() as session:
        assert len(session.scalars(select(Fingerprint.matter_id)).all()) == 70


def test_the_round_lets_citizens_messages_go_first(database: Database, clock: FakeClock) -> None:
    receive_of(database, SWING)
    work = LikenessRound(database, None, clock)
    assert work.run_once() == 1
    receive_of(database, SWING)
    with database.write() as session:
        session.add(
            LineEvent(
                webhook_event_id="waiting",
                type="message",
                shard=1,
                occurred_at=NOW,
                received_at=NOW,
                due_at=NOW,
                state=EventState.PENDING,
                attempts=0,
            )
        )
    assert work.run_once() == 0


def test_one_process_at_a_time(database: Database, clock: FakeClock) -> None:
    receive_of(database, SWING)
    with database.write() as session:
        leases.acquire(session, name="likeness", holder="another", now=NOW, lasts=timedelta(minutes=1))
    work = LikenessRound(database, None, clock)
    assert work.run_once() == 0
    clock.advance(minutes=2)
    assert work.run_once() == 1


def test_the_encoder_gives_a_byte_a_dimension() -> None:
    one, other, far = SentenceEncoder().encode([SWING, "公園の遊具が割れて危ない", "納税通知書の再発行"])
    assert [len(one), len(other), len(far)] == [512] * 3

    def product(a: bytes, b: bytes) -> int:
        signed = [value - 256 if value > 127 else value for value in a]
        return sum(x * (y - 256 if y > 127 else y) for x, y in zip(signed, b, strict=True))

    assert product(one, other) > product(one, far)
