from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, update

from app.reminding import ReminderRound
from feedback.clock import tokyo_date
from feedback.db import Database
from feedback.deadlines.models import Reminder
from feedback.notices.models import Notice
from feedback.opinions.models import Matter
from tests.admin.opinions import write_opinion
from tests.conftest import NOW, FakeClock


@pytest.fixture
def late(database: Database) -> int:
    """A matter that is ten days late."""
    matter_id = write_opinion(database, NOW - timedelta(days=40), area="roads")
    with database.write() as session:
        session.execute(update(Matter).values(due_on=tokyo_date(NOW) - timedelta(days=10)))
    return matter_id


def told(database: Database) -> tuple[int, int]:
    """How many reminders and notices there are."""
    with database.read() as session:
        reminders = session.scalar(select(func.count()).select_from(Reminder)) or 0
        return reminders, session.scalar(select(func.count()).select_from(Notice)) or 0


def test_a_round_reminds_and_sums_up_once_a_day(database: Database, late: int, clock: FakeClock) -> None:
    assert late
    ReminderRound(database, clock, holder="one").remind()
    first = told(database)
    assert first == (3, 4)  # overdue, approver, desk; the morning summary beside them
    clock.advance(hours=1)
    ReminderRound(database, clock, holder="restarted").remind()
    assert told(database) == first
    clock.advance(days=1)
    ReminderRound(database, clock, holder="one").remind()
    assert told(database) == (3, 5)


def test_nothing_goes_out_while_the_city_hall_is_closed(database: Database, late: int, clock: FakeClock) -> None:
    assert late
    for at in (NOW - timedelta(hours=4), NOW + timedelta(hours=12), NOW - timedelta(days=2)):
        clock.at = at
        ReminderRound(database, clock).remind()
    assert told(database) == (0, 0)


def test_a_process_looks_once_a_minute(database: Database, late: int, clock: FakeClock) -> None:
    assert late
    round_ = ReminderRound(database, clock)
    assert round_.run_once() == 0
    clock.advance(days=1)
    assert round_.run_once() == 0
    assert told(database) == (3, 4)


def test_workers_at_the_same_time_tell_once(database: Database, late: int, clock: FakeClock) -> None:
    assert late
    start = Barrier(3)

    def work(holder: str) -> None:
        one = ReminderRound(database, clock, holder=holder)
        start.wait()
        one.remind()

    threads = [Thread(target=work, args=(f"worker {number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told(database) == (3, 4)
