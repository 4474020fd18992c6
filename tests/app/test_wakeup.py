import threading
import time
from datetime import UTC, datetime

from app.wakeup import waker
from feedback.db import Database
from feedback.inbox.store import NewEvent, make_store

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def waited(database: Database, after: float, *, seconds: float = 20.0) -> float:
    """How long a waker waits when an event is stored ``after`` so many seconds."""
    store = make_store(database.engine.url)
    event = NewEvent("E1", "message", b"k" * 16, 1, NOW, NOW, b"sealed")
    stop = threading.Event()
    with waker(database.engine.url, stop) as bell:
        bell.wait(0.01)
        timer = threading.Timer(after, store.add, [[event]])
        begun = time.monotonic()
        timer.start()
        bell.wait(seconds)
        took = time.monotonic() - begun
        timer.join()
    store.close()
    return took


def test_a_stored_event_wakes_the_worker_long_before_its_poll(database: Database) -> None:
    assert waited(database, 0.1) < 10


def test_without_news_it_returns_after_its_time(database: Database) -> None:
    with waker(database.engine.url, threading.Event()) as bell:
        bell.wait(0.01)
        begun = time.monotonic()
        bell.wait(0.2)
        assert time.monotonic() - begun >= 0.15
