from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from feedback.db import Database
from feedback.inbox import queue
from feedback.inbox.models import EventState, LineEvent
from feedback.inbox.queue import MAX_ATTEMPTS, DueEvent

SECOND = timedelta(seconds=1)


def add(
    database: Database,
    number: int,
    *,
    at: datetime,
    citizen: bytes | None = b"tanaka",
    shard: int = 1,
    due_at: datetime | None = None,
    state: EventState = EventState.PENDING,
    payload: bytes | None = b"sealed",
    held_until: datetime | None = None,
) -> None:
    with database.write() as session:
        session.add(
            LineEvent(
                webhook_event_id=f"E{number}",
                type="message",
                citizen_key=citizen,
                shard=shard,
                occurred_at=at,
                received_at=at,
                payload=payload,
                state=state,
                attempts=0,
                due_at=due_at or at,
                held_until=held_until,
            )
        )


def due(database: Database, now: datetime, *, shards: tuple[int, ...] = (1,), limit: int = 100) -> list[DueEvent]:
    with database.read() as session:
        return queue.due(session, shards=shards, now=now, limit=limit)


def row(database: Database, number: int) -> LineEvent:
    with database.read() as session:
        return session.scalars(select(LineEvent).where(LineEvent.webhook_event_id == f"E{number}")).one()


def test_events_come_in_the_order_of_their_happening(database: Database, now: datetime) -> None:
    for number, seconds in ((1, 3), (2, 1), (3, 2), (4, 1)):
        add(database, number, at=now + seconds * SECOND)
    found = due(database, now + 9 * SECOND)
    assert [event.id for event in found] == [row(database, n).id for n in (2, 4, 3, 1)]


def test_only_what_is_due_in_the_shards_asked_for_up_to_the_limit(database: Database, now: datetime) -> None:
    add(database, 1, at=now)
    add(database, 2, at=now, shard=2)
    add(database, 3, at=now, citizen=b"sato", due_at=now + SECOND)
    add(database, 4, at=now, state=EventState.DONE)
    add(database, 5, at=now + SECOND, due_at=now)
    assert [event.id for event in due(database, now)] == [row(database, 1).id, row(database, 5).id]
    assert len(due(database, now, shards=(1, 2))) == 3
    assert len(due(database, now, limit=1)) == 1


def test_a_waiting_event_blocks_the_later_ones_of_its_citizen_only(database: Database, now: datetime) -> None:
    add(database, 1, at=now, due_at=now + 60 * SECOND)
    add(database, 2, at=now, citizen=b"tanaka")
    add(database, 3, at=now + SECOND, citizen=b"tanaka", due_at=now)
    add(database, 4, at=now - SECOND, citizen=b"tanaka")
    add(database, 5, at=now + SECOND, citizen=b"sato", due_at=now)
    add(database, 6, at=now + SECOND, citizen=None, due_at=now)
    found = {event.id for event in due(database, now)}
    assert found == {row(database, n).id for n in (4, 5, 6)}
    assert len(due(database, now + 61 * SECOND)) == 6


def test_a_dead_letter_blocks_nobody(database: Database, now: datetime) -> None:
    add(database, 1, at=now, state=EventState.DEAD, due_at=now + 60 * SECOND)
    add(database, 2, at=now + SECOND, due_at=now)
    assert len(due(database, now)) == 1


def test_shards_with_work_are_found_once_each(database: Database, now: datetime) -> None:
    for number, (shard, due_at) in enumerate([(7, now), (7, now), (9, now), (11, now + SECOND)]):
        add(database, number, at=now, shard=shard, due_at=due_at)
    with database.read() as session:
        assert sorted(queue.due_shards(session, now=now)) == [7, 9]


def test_a_shard_belongs_to_one_transaction_at_a_time(database: Database) -> None:
    if database.is_sqlite:
        with database.write() as session:
            assert queue.lock_shards(session, [1, 2]) == [1, 2]
        return
    with database.write() as first, database.write() as second:
        assert sorted(queue.lock_shards(first, [1, 2])) == [1, 2]
        assert queue.lock_shards(second, [1, 2, 3]) == [3]
    with database.write() as third:
        assert sorted(queue.lock_shards(third, [1, 2, 3])) == [1, 2, 3]


def test_shards_in_another_hand_are_known_while_it_has_them(database: Database) -> None:
    with database.write() as first, database.read() as second:
        queue.lock_shards(first, [3, 5])
        # On SQLite whoever writes has everything, and others wait.
        assert queue.shards_in_hand(second) == (set() if database.is_sqlite else {3, 5})
    with database.read() as third:
        assert queue.shards_in_hand(third) == set()


def test_of_events_read_before_those_nobody_worked_since_are_still_due(database: Database, now: datetime) -> None:
    for number, citizen in enumerate([b"tanaka", b"tanaka", b"sato", b"sato", b"suzuki"], 1):
        add(database, number, at=now + number * SECOND, due_at=now, citizen=citizen, shard=2 if number == 5 else 1)
    read = due(database, now, shards=(1, 2))
    with database.write() as session:
        queue.finish(session, [read[0].id], state=EventState.DONE, keep=True, now=now)
        queue.fail(session, read[2], error="", now=now)
    with database.read() as session:
        # The first is done, the third waits and the fourth waits behind it; the fifth is in a shard not got hold of.
        assert queue.still_due(session, read, shards=[1], now=now) == [read[1]]
        assert queue.still_due(session, read, shards=[1, 2], now=now) == [read[1], read[4]]
        assert queue.still_due(session, [], shards=[1], now=now) == []


@pytest.mark.parametrize(("keep", "payload"), [(True, b"sealed"), (False, None)])
def test_a_worked_event_keeps_its_words_only_when_asked(
    database: Database, now: datetime, keep: bool, payload: bytes | None
) -> None:
    add(database, 1, at=now)
    with database.write() as session:
        queue.finish(session, [row(database, 1).id], state=EventState.DONE, keep=keep, now=now + SECOND)
        queue.finish(session, [], state=EventState.DONE, keep=keep, now=now)
    event = row(database, 1)
    assert (event.state, event.done_at, event.payload) == (EventState.DONE, now + SECOND, payload)
    assert due(database, now) == []


def test_a_failing_event_comes_back_later_and_later_and_then_is_dead(database: Database, now: datetime) -> None:
    add(database, 1, at=now)
    pauses, states = [], []
    at = now
    for _ in range(MAX_ATTEMPTS):
        (event,) = due(database, at)
        with database.write() as session:
            states.append(queue.fail(session, event, error="壊れています" * 200, now=at))
        pauses.append(row(database, 1).due_at - at)
        at = row(database, 1).due_at
    assert states == [EventState.PENDING] * (MAX_ATTEMPTS - 1) + [EventState.DEAD]
    assert pauses == sorted(set(pauses))
    assert due(database, at) == []
    event_row = row(database, 1)
    assert event_row.attempts == MAX_ATTEMPTS
    assert event_row.payload == b"sealed"
    assert len(event_row.error or "") == 500


def test_a_dead_letter_can_be_revived_while_its_content_is_there(database: Database, now: datetime) -> None:
    add(database, 1, at=now, state=EventState.DEAD)
    add(database, 2, at=now, state=EventState.DEAD, payload=None)
    add(database, 3, at=now, state=EventState.DONE)
    with database.write() as session:
        answers = [queue.revive(session, row(database, n).id, now=now + SECOND) for n in (1, 2, 3)]
    assert answers == [True, False, False]
    assert [event.attempts for event in due(database, now + SECOND)] == [0]


def test_the_next_moment_of_work_is_known(database: Database, now: datetime) -> None:
    with database.read() as session:
        assert queue.next_due_at(session) is None
    add(database, 1, at=now, due_at=now + 5 * SECOND)
    add(database, 2, at=now, due_at=now + 3 * SECOND)
    add(database, 3, at=now, state=EventState.DEAD)
    with database.read() as session:
        assert queue.next_due_at(session) == now + 3 * SECOND


def test_the_log_forgets_what_it_no_longer_needs(database: Database, now: datetime) -> None:
    old = now - timedelta(days=31)
    add(database, 1, at=old, state=EventState.DONE)
    add(database, 2, at=old, state=EventState.IGNORED)
    add(database, 3, at=now, state=EventState.DONE)
    add(database, 4, at=old, state=EventState.DEAD)
    add(database, 5, at=old, state=EventState.PENDING)
    add(database, 6, at=now, state=EventState.DONE, held_until=now - SECOND)
    add(database, 7, at=old, state=EventState.DONE, held_until=now + SECOND)
    with database.write() as session:
        assert queue.forget_old(session, now=now, text_days=30) == 4
    with database.write() as session:
        assert queue.forget_old(session, now=now, text_days=30) == 0
    assert {n for n in range(1, 8) if row(database, n).payload} == {3, 5, 7}


def test_held_words_wait_for_consent(database: Database, now: datetime) -> None:
    add(database, 1, at=now)
    with database.write() as session:
        queue.hold(session, [row(database, 1).id], until=now + 60 * SECOND, now=now)
        queue.hold(session, [], until=now, now=now)
    event = row(database, 1)
    assert (event.state, event.payload, event.held_until) == (EventState.DONE, b"sealed", now + 60 * SECOND)
