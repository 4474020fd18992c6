"""The worker's loops: drain, stopping, a database that goes away, wake-ups, and two that share the work."""

import gc
import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select, update

from app import worker as worker_module
from app.reading import FixedReader
from app.worker import Worker
from bot.batch import Batch, Draft, Handled
from bot.delivery import Answer
from bot.inbound import Inbound
from bot.processor import Processor
from bot.sender import LineApi, Sender
from feedback.clock import utc_now
from feedback.config import Settings
from feedback.db import Database
from feedback.inbox.models import EventState, LineEvent
from feedback.outbox.models import OutboundMessage, OutboundState
from tests.app.conftest import Deliver
from tests.conftest import PostgresHome


@dataclass
class Notebook:
    """Handles events by noting person and text, with an answer each; waits or fails where it is told to."""

    seen: list[tuple[str, str]] = field(default_factory=list)
    poison: set[str] = field(default_factory=set)
    begun: threading.Event = field(default_factory=threading.Event)
    may_go_on: threading.Event | None = None

    def __call__(self, batch: Batch, inbound: Inbound) -> Handled:
        text, person = inbound.text or "", inbound.user_id or ""
        if text in self.poison:
            raise ValueError(text)
        self.begun.set()
        if self.may_go_on is not None:
            assert self.may_go_on.wait(20)
        self.seen.append((person, text))
        citizen = batch.citizens[inbound.citizen_key or b""]
        answer = [{"type": "text", "text": text}]
        batch.outbound.append(Draft(citizen, person, lambda: answer, "test", inbound.reply_token, inbound.at))
        return Handled()

    def texts(self) -> list[str]:
        return [text for _, text in self.seen]


class Mailbox(LineApi):
    """Takes everything there is to send."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.sent: list[str] = []

    def reply(self, token: str, messages: list[dict[str, Any]]) -> Answer:
        del token
        self.sent.append(messages[0]["text"])
        return Answer(status=200)

    def push(self, to: str, messages: list[dict[str, Any]], *, retry_key: str) -> Answer:
        del retry_key
        return self.reply(to, messages)


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def mailbox(settings: Settings) -> Mailbox:
    return Mailbox(settings)


MakeWorker = Callable[..., Worker]


@pytest.fixture
def make_worker(settings: Settings, notebook: Notebook, mailbox: Mailbox) -> MakeWorker:
    def make(database: Database, *, handled_by: Notebook | None = None, **others: Callable[[], int]) -> Worker:
        keys = settings.key_ring()
        processor = Processor(database, settings, keys, FixedReader("roads"), handled_by or notebook)
        return Worker(processor, Sender(database, keys, mailbox), dict(others))

    return make


@contextmanager
def running(worker: Worker) -> Iterator[threading.Thread]:
    """The worker in a thread of its own, stopped at the end."""
    thread = threading.Thread(target=worker.run, name="worker")
    thread.start()
    try:
        yield thread
    finally:
        worker.stop.set()
        thread.join(30)
    assert not thread.is_alive()


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> float:
    """Wait for a condition to hold; how many seconds it took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, "it did not happen in time"
        time.sleep(0.01)
    return time.monotonic() - begun


def states(database: Database) -> set[EventState]:
    with database.read() as session:
        return set(session.scalars(select(LineEvent.state)))


def unsent(database: Database) -> int:
    with database.read() as session:
        statement = select(func.count()).where(OutboundMessage.state != OutboundState.SENT)
        return session.scalar(statement) or 0


@pytest.fixture(autouse=True)
def _collector() -> Iterator[None]:
    """A worker tunes the garbage collector of its process; this process has other tests to run."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _rare_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever happens soon happens because somebody rang, not because of the poll."""
    monkeypatch.setattr(worker_module, "_IDLE_POLL_SECONDS", 15.0)
    monkeypatch.setattr(worker_module, "_TROUBLE_PAUSE_SECONDS", 0.05)


def test_drain_works_events_messages_and_the_rest_then_returns(
    database: Database, make_worker: MakeWorker, deliver: Deliver, mailbox: Mailbox
) -> None:
    left = [3]

    def jobs() -> int:
        left[0] -= 1
        return int(left[0] >= 0)

    deliver(database, "一", "二")
    deliver(database, "三", person="U2")
    assert make_worker(database, jobs=jobs).drain() == 3 + 3 + 3
    assert states(database) == {EventState.DONE}
    assert unsent(database) == 0
    assert sorted(mailbox.sent) == sorted(["一", "二", "三"])


def test_drain_of_nothing_returns_at_once(database: Database, make_worker: MakeWorker) -> None:
    begun = time.monotonic()
    assert make_worker(database).drain() == 0
    assert time.monotonic() - begun < 60


def test_drain_does_not_wait_for_what_is_blocked_behind_a_failed_event(
    database: Database, make_worker: MakeWorker, deliver: Deliver, notebook: Notebook
) -> None:
    notebook.poison = {"毒"}
    deliver(database, "毒", "後")
    deliver(database, "無事", person="U2")
    make_worker(database).drain(most_seconds=30)
    assert notebook.texts() == ["無事"]
    assert states(database) == {EventState.DONE, EventState.PENDING}


def test_drain_waits_for_a_message_in_another_senders_hands_but_not_for_ever(
    database: Database, make_worker: MakeWorker, deliver: Deliver, mailbox: Mailbox
) -> None:
    worker = make_worker(database)
    deliver(database, "一")
    worker.processor.run_once()
    with database.write() as session:
        session.execute(update(OutboundMessage).values(state=OutboundState.SENDING, attempts=1, lease_until=utc_now()))
    worker.drain(most_seconds=5)
    assert mailbox.sent == ["一"]


def test_news_wakes_a_sleeping_worker_well_before_its_poll(
    database: Database, make_worker: MakeWorker, deliver: Deliver, mailbox: Mailbox
) -> None:
    with running(make_worker(database)):
        deliver(database, "起こす")
        wait_for(lambda: "起こす" in mailbox.sent)
        for number in range(3):
            time.sleep(0.1)
            deliver(database, f"声{number}")
            assert wait_for(lambda n=number: f"声{n}" in mailbox.sent) < 14  # type: ignore[misc]


def test_the_event_in_hand_is_finished_before_a_stopped_worker_ends(
    database: Database, make_worker: MakeWorker, deliver: Deliver, notebook: Notebook
) -> None:
    notebook.may_go_on = threading.Event()
    deliver(database, "手の中")
    worker = make_worker(database)
    with running(worker) as thread:
        assert notebook.begun.wait(20)
        worker.stop.set()
        time.sleep(0.1)
        assert thread.is_alive()
        notebook.may_go_on.set()
    assert states(database) == {EventState.DONE}


def test_trouble_in_one_kind_of_work_stops_no_other(
    database: Database, make_worker: MakeWorker, deliver: Deliver, mailbox: Mailbox
) -> None:
    calls = itertools.count()

    def broken() -> int:
        next(calls)
        raise OSError("disk full")

    with running(make_worker(database, jobs=broken)):
        deliver(database, "届く")
        wait_for(lambda: mailbox.sent == ["届く"])
        wait_for(lambda: next(calls) > 3)


@pytest.mark.postgres
def test_a_database_that_goes_away_and_comes_back(
    postgres: Database, postgres_home: PostgresHome, make_worker: MakeWorker, deliver: Deliver, mailbox: Mailbox
) -> None:
    name = postgres.engine.url.database
    server = postgres.engine.url.set(drivername="postgresql", database="postgres").render_as_string(False)
    with running(make_worker(postgres)):
        deliver(postgres, "前")
        wait_for(lambda: mailbox.sent == ["前"])
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            try:
                admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
                time.sleep(0.5)
            finally:
                admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        deliver(postgres, "後")
        wait_for(lambda: mailbox.sent == ["前", "後"])
    assert states(postgres) == {EventState.DONE}


@pytest.mark.postgres
def test_two_workers_share_the_work_without_doubling_and_keep_each_citizens_order(
    postgres: Database, make_worker: MakeWorker, deliver: Deliver, mailbox: Mailbox
) -> None:
    people = [f"U{n:032x}" for n in range(30)]
    notebooks = [Notebook(), Notebook()]
    workers = [make_worker(postgres, handled_by=notebook) for notebook in notebooks]
    for worker in workers:
        worker.processor.batch_size = 20
    with running(workers[0]), running(workers[1]):
        begun = utc_now() - timedelta(seconds=10)
        for begin in (0, 5):
            for person in people:
                texts = [f"{n:02}" for n in range(begin, begin + 5)]
                deliver(postgres, *texts, person=person, at=begun + timedelta(seconds=begin))
        wait_for(lambda: sum(len(one.seen) for one in notebooks) >= 300 and unsent(postgres) == 0, 60)
    with postgres.read() as session:
        rows = session.execute(select(LineEvent.state, func.count()).group_by(LineEvent.state)).all()
        answers = session.scalar(select(func.count()).select_from(OutboundMessage))
    assert [tuple(row) for row in rows] == [(EventState.DONE, 300)]
    assert answers == len(mailbox.sent) == 300
    assert sum(len(one.seen) for one in notebooks) == 300
    assert all(one.seen for one in notebooks)
    for one in notebooks:
        heard = defaultdict(list)
        for person, text in one.seen:
            heard[person].append(text)
        assert all(texts == sorted(texts) for texts in heard.values())
