"""What was received is accounted for from the event log upward, and what is not is named."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, update

from feedback.db import Database
from feedback.inbox.models import EventState, LineEvent
from feedback.opinions.models import HistoryEntry, Matter, Part, Submission
from feedback.opinions.rules import Channel, MatterStatus, PartKind, Source, receipt_number
from feedback.reports.breakdowns import compared
from feedback.reports.counting import Standing
from feedback.reports.reconciliation import Reconciliation, checked, reconcile
from feedback.statistics.queries import Scope
from tests.feedback.reports.rows import Rows, moment

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
DAY = date(2025, 9, 1)
YEAR = Scope(date(2025, 4, 1), date(2026, 3, 31))
Found = Callable[[], Reconciliation]


@pytest.fixture
def found(database: Database) -> Found:
    def read() -> Reconciliation:
        with database.snapshot() as session:
            return reconcile(session, YEAR)

    return read


@pytest.fixture
def five(database: Database) -> None:
    rows = Rows(database)
    rows.add(DAY, times=5)
    rows.write()


def add_event(database: Database, state: EventState, *, part_of: int | None = None, held: bool = False) -> None:
    at = moment(DAY)
    with database.write() as session:
        event = LineEvent(
            webhook_event_id=f"{state}-{part_of}-{held}",
            type="message",
            shard=0,
            occurred_at=at,
            received_at=at,
            due_at=at,
            state=state,
            held_until=at + timedelta(hours=1) if held else None,
        )
        session.add(event)
        session.flush()
        if part_of is not None:
            session.add(Part(submission_id=part_of, kind=PartKind.TEXT, text="声", line_event_id=event.id, sent_at=at))


def test_messages_are_followed_up_to_opinions_after_their_words_were_cleared(
    database: Database, five: None, found: Found
) -> None:
    add_event(database, EventState.DONE, part_of=1)
    add_event(database, EventState.DONE)
    add_event(database, EventState.DONE, held=True)
    add_event(database, EventState.IGNORED)
    add_event(database, EventState.PENDING)
    add_event(database, EventState.DEAD)
    result = found()
    assert result.messages is not None
    assert (result.messages.opinions, result.messages.conversation, result.messages.ignored) == (1, 1, 1)
    assert (result.messages.waiting, result.messages.dead, result.messages.held) == (1, 1, 1)
    assert result.messages.received == 6
    assert result.pending == 3
    assert not result.differences


@on_sqlite
def test_a_submission_without_matters_is_named(database: Database, five: None, found: Found) -> None:
    with database.write() as session:
        session.execute(delete(Matter).where(Matter.submission_id == 2))
    (difference,) = found().differences
    assert difference.count == 1
    assert difference.where == (receipt_number(2, moment(DAY)),)


def test_a_matter_counted_on_another_day_or_channel_is_named(database: Database, five: None, found: Found) -> None:
    with database.write() as session:
        session.execute(update(Matter).where(Matter.submission_id == 3).values(received_at=moment(date(2024, 9, 1))))
        session.execute(update(Submission).where(Submission.id == 4).values(channel=Channel.PHONE))
    first, second = found().differences
    assert first.where == (receipt_number(3, moment(DAY)), receipt_number(4, moment(DAY)))
    assert second.count == 1


@on_sqlite
def test_an_opinion_whose_event_is_not_worked_is_named(database: Database, five: None, found: Found) -> None:
    add_event(database, EventState.DEAD, part_of=5)
    (difference,) = found().differences
    assert difference.where == (receipt_number(5, moment(DAY)),)


@on_sqlite
def test_a_table_that_counts_differently_is_named(five: None, found: Found) -> None:
    def table(number: int) -> object:
        return compared("x", "分野", "分野", [("a", "甲")], now={"a": number}, before=None, names=("今", "前"))

    assert checked(found(), [table(5)]) == ()  # type: ignore[list-item]
    (difference,) = checked(found(), [table(7)])  # type: ignore[list-item]
    assert difference.count == 2


def test_closed_after_leaving_the_city_still_left_it(database: Database, five: None, found: Found) -> None:
    steps = {
        1: [("routed", "transferred"), ("transferred", "closed")],
        2: [("transferred", "closed"), ("closed", "reopened"), ("reopened", "closed")],
        3: [("out_of_scope", "closed")],
    }
    with database.write() as session:
        for matter_id, changes in steps.items():
            for before, after in changes:
                session.add(
                    HistoryEntry(
                        matter_id=matter_id,
                        at=moment(DAY),
                        source=Source.STAFF,
                        action="status",
                        before=before,
                        after=after,
                    )
                )
                session.flush()
        session.execute(update(Matter).where(Matter.id == 4).values(status=MatterStatus.TRANSFERRED))
    result = found()
    assert result.matters == {
        Standing.COUNTED: 2,
        Standing.TRANSFERRED: 2,
        Standing.OUT_OF_SCOPE: 1,
        Standing.WITHDRAWN: 0,
        Standing.SPAM: 0,
    }
    assert result.submissions == result.matters
