import threading
from datetime import datetime, timedelta

import pytest

from feedback.db import Database
from feedback.jobs import leases

MINUTE = timedelta(minutes=1)


def acquire(database: Database, holder: str, now: datetime, *, name: str = "periodic") -> bool:
    with database.write() as session:
        return leases.acquire(session, name=name, holder=holder, now=now, lasts=2 * MINUTE)


def test_one_holds_it_and_may_keep_it(database: Database, now: datetime) -> None:
    assert acquire(database, "a", now)
    assert acquire(database, "a", now + MINUTE)
    assert not acquire(database, "b", now + 3 * MINUTE)


def test_after_its_time_another_may_take_it(database: Database, now: datetime) -> None:
    assert acquire(database, "a", now)
    assert not acquire(database, "b", now + 2 * MINUTE)
    assert acquire(database, "b", now + 2 * MINUTE + timedelta(seconds=1))
    assert not acquire(database, "a", now + 3 * MINUTE)


def test_names_are_apart(database: Database, now: datetime) -> None:
    assert acquire(database, "a", now)
    assert acquire(database, "b", now, name="other")


@pytest.mark.postgres
def test_two_that_ask_at_once_do_not_both_get_it(postgres: Database, now: datetime) -> None:
    got: list[bool] = []
    with postgres.write() as first:
        assert leases.acquire(first, name="periodic", holder="a", now=now, lasts=MINUTE)
        waiting = threading.Thread(target=lambda: got.append(acquire(postgres, "b", now)))
        waiting.start()
    waiting.join(20)
    assert got == [False]
