import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select

from feedback.db import Database
from feedback.inbox.models import EventState, LineEvent
from feedback.inbox.store import GroupCommit, NewEvent, StoreError, make_store


def event(name: str, at: datetime, *, type_: str = "message", payload: bytes = b"\x00sealed") -> NewEvent:
    return NewEvent(
        webhook_event_id=name,
        type=type_,
        citizen_key=b"k" * 16,
        shard=5,
        occurred_at=at,
        received_at=at + timedelta(milliseconds=250),
        payload=payload,
    )


@pytest.fixture
def store(database: Database) -> Iterator[GroupCommit]:
    made = make_store(database.engine.url)
    yield made
    made.close()


def test_events_lie_in_the_inbox_as_the_worker_reads_them(
    database: Database, store: GroupCommit, now: datetime
) -> None:
    at = now.astimezone(timezone(timedelta(hours=9))).replace(microsecond=7)
    store.add([event("E1", at)])
    with database.read() as session:
        kept = session.scalars(select(LineEvent)).one()
    assert (kept.webhook_event_id, kept.type, kept.citizen_key, kept.shard) == ("E1", "message", b"k" * 16, 5)
    assert kept.occurred_at == at
    assert kept.due_at == kept.received_at == at + timedelta(milliseconds=250)
    assert (kept.state, kept.attempts, kept.payload) == (EventState.PENDING, 0, b"\x00sealed")


def test_the_same_event_is_kept_once(database: Database, store: GroupCommit, now: datetime) -> None:
    store.add([event("E1", now), event("E1", now), event("E2", now)])
    store.add([event("E2", now, payload=b"other"), event("E3", now)])
    with database.read() as session:
        kept = session.execute(select(LineEvent.webhook_event_id, LineEvent.payload)).all()
    assert sorted(kept) == [("E1", b"\x00sealed"), ("E2", b"\x00sealed"), ("E3", b"\x00sealed")]


def test_nothing_to_store_is_fine(store: GroupCommit) -> None:
    store.add([])


def test_many_requests_at_once_lose_and_double_nothing(database: Database, store: GroupCommit, now: datetime) -> None:
    batches = [[event(f"E{request}-{n}", now) for n in range(3)] for request in range(60)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(store.add, batches + batches[:20]))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(LineEvent)) == 180


class FakeWriter:
    """Commits into a list; can be told to wait or to fail."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()
        self.failures = 0
        self.closed = False

    def write(self, events: Sequence[NewEvent]) -> None:
        self.entered.set()
        self.open.wait(5)
        if self.failures:
            self.failures -= 1
            raise OSError("disk full")
        self.batches.append([one.webhook_event_id for one in events])

    def close(self) -> None:
        self.closed = True


def test_requests_that_arrive_together_share_a_commit(now: datetime) -> None:
    writer = FakeWriter()
    writer.open.clear()
    store = GroupCommit(lambda: writer)
    with ThreadPoolExecutor(11) as pool:
        first = pool.submit(store.add, [event("E0", now)])
        assert writer.entered.wait(5)
        others = [pool.submit(store.add, [event(f"E{n}", now)]) for n in range(1, 11)]
        while len(store._queue) < 10:
            threading.Event().wait(0.005)
        writer.open.set()
        for future in [first, *others]:
            future.result(5)
    assert writer.batches[0] == ["E0"]
    assert sorted(writer.batches[1]) == sorted(f"E{n}" for n in range(1, 11))


def test_a_commit_takes_no_more_than_its_share(now: datetime) -> None:
    writer = FakeWriter()
    writer.open.clear()
    store = GroupCommit(lambda: writer, most=5)
    with ThreadPoolExecutor(5) as pool:
        first = pool.submit(store.add, [event("A", now)])
        assert writer.entered.wait(5)
        others = [pool.submit(store.add, [event(f"{name}{n}", now) for n in range(3)]) for name in "BCD"]
        others.append(pool.submit(store.add, [event(f"E{n}", now) for n in range(9)]))
        while len(store._queue) < 4:
            threading.Event().wait(0.005)
        writer.open.set()
        for future in [first, *others]:
            future.result(5)
    assert sum(map(len, writer.batches)) == 19
    assert max(map(len, writer.batches)) == 9  # one request is never torn apart


def test_a_failed_commit_is_told_to_every_request_in_it_and_the_next_opens_anew(now: datetime) -> None:
    made: list[FakeWriter] = []

    def make() -> FakeWriter:
        made.append(FakeWriter())
        made[-1].failures = 1 if len(made) == 1 else 0
        return made[-1]

    store = GroupCommit(make)
    with pytest.raises(StoreError) as caught:
        store.add([event("E1", now)])
    assert isinstance(caught.value.__cause__, OSError)
    store.add([event("E1", now)])
    assert [writer.closed for writer in made] == [True, False]
    assert made[1].batches == [["E1"]]


def test_a_database_that_cannot_be_reached_is_an_error_and_not_the_end(now: datetime) -> None:
    tries: Iterator[OSError | FakeWriter] = iter([OSError("no route"), FakeWriter()])

    def make() -> FakeWriter:
        made = next(tries)
        if isinstance(made, OSError):
            raise made
        return made

    store = GroupCommit(make)
    with pytest.raises(StoreError):
        store.add([event("E1", now)])
    store.add([event("E2", now)])


def test_a_commit_that_takes_too_long_is_no_acknowledgement(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback.inbox.store._TIMEOUT_SECONDS", 0.05)
    writer = FakeWriter()
    writer.open.clear()
    store = GroupCommit(lambda: writer)
    with ThreadPoolExecutor(1) as pool:
        leader = pool.submit(store.add, [event("E0", now)])
        assert writer.entered.wait(5)
        with pytest.raises(StoreError, match="in time"):
            store.add([event("E1", now)])
        writer.open.set()
        leader.result(5)


def test_after_closing_the_store_opens_again_when_needed(database: Database, store: GroupCommit, now: datetime) -> None:
    store.add([event("E1", now)])
    store.close()
    store.add([event("E2", now)])
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(LineEvent)) == 2


@pytest.mark.postgres
def test_a_store_whose_connection_was_cut_recovers(postgres: Database, now: datetime) -> None:
    store = make_store(postgres.engine.url)
    store.add([event("E1", now)])
    with postgres.engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(StoreError):
        store.add([event("E2", now)])
    store.add([event("E2", now)])
    store.close()
    with postgres.read() as session:
        assert session.scalar(select(func.count()).select_from(LineEvent)) == 2
