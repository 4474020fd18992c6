"""Rows written past the object mapper read back as if it had written them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import Table, select

from feedback.db import Database
from feedback.departments.models import Department
from feedback.opinions.models import Part, Submission
from feedback.opinions.rules import Channel, PartKind
from feedback.outbox.models import OutboundMessage, OutboundState
from feedback.routing.models import RoutingRule
from feedback.rows import next_ids, write_rows

SUBMISSIONS = cast("Table", Submission.__table__)
PARTS = cast("Table", Part.__table__)


def submission(id_: int, at: datetime) -> dict[str, object]:
    return {"id": id_, "channel": Channel.LINE, "received_at": at, "last_part_at": at, "wants_reply": True}


@pytest.mark.parametrize("text", ["道路", "a\tb\r\nc\\n", "\\N", "'; --", "", "👍🏽", None])
def test_words_numbers_and_bytes_come_back_as_they_were(database: Database, now: datetime, text: str | None) -> None:
    row = {"kind": PartKind.LOCATION, "text": text, "latitude": 35.5, "line_message_key": b"\x00\\\t", "sent_at": now}
    with database.write() as session:
        (id_,) = next_ids(session, SUBMISSIONS, 1)
        write_rows(session, SUBMISSIONS, [submission(id_, now)])
        write_rows(session, PARTS, [{"submission_id": id_, **row}])
    with database.read() as session:
        part = session.scalars(select(Part)).one()
        assert {name: getattr(part, name) for name in row} == row
        assert part.kind is PartKind.LOCATION
        assert part.longitude is None


def test_times_of_any_zone_are_the_same_moment(database: Database, now: datetime) -> None:
    at = now.replace(microsecond=0).astimezone(timezone(timedelta(hours=9)))
    with database.write() as session:
        write_rows(session, SUBMISSIONS, [submission(1, at), submission(2, at + timedelta(microseconds=1))])
    with database.read() as session:
        first, second = session.scalars(select(Submission).order_by(Submission.received_at))
        assert first.received_at == at
        assert first.received_at.tzinfo is UTC
        assert second.received_at - first.received_at == timedelta(microseconds=1)
        assert session.scalar(select(Submission.id).where(Submission.received_at <= at)) == first.id


def test_a_time_without_a_zone_is_refused_on_sqlite(database: Database) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL takes it in the zone of the session, which is UTC
    with database.write() as session, pytest.raises(ValueError, match="without a zone"):
        write_rows(session, SUBMISSIONS, [submission(1, datetime(2026, 11, 22))])  # noqa: DTZ001


def test_only_the_named_columns_are_written(database: Database, now: datetime) -> None:
    row = submission(7, now) | {"district": "東地区", "matters": ["no column"]}
    with database.write() as session:
        write_rows(session, SUBMISSIONS, [row], names=list(submission(7, now)))
        write_rows(session, SUBMISSIONS, [])
    with database.read() as session:
        assert [one.district for one in session.scalars(select(Submission))] == [None]


def test_ids_rise_and_are_given_once(database: Database, now: datetime) -> None:
    with database.write() as session:
        ids = list(next_ids(session, SUBMISSIONS, 3))
        assert ids == sorted(set(ids))
        write_rows(session, SUBMISSIONS, [submission(id_, now) for id_ in ids])
        assert next_ids(session, SUBMISSIONS, 1)[0] > ids[-1]


def test_lists_and_uuids_come_back_as_they_were(database: Database, now: datetime) -> None:
    key = UUID("6f3a1a52-9f0e-4c83-9d0c-0d5d6c0c2f11")
    rule = {"position": 99, "name": "坂", "words": ["坂道", 'a"\\b'], "department_id": 1, "active": True}
    message = {
        "citizen_key": b"k" * 16,
        "purpose": "receipt",
        "retry_key": key,
        "state": OutboundState.PENDING,
        "attempts": 0,
        "uncertain": False,
        "created_at": now,
        "due_at": now,
    }
    with database.write() as session:
        rule["department_id"] = session.scalars(select(Department.id)).first()
        write_rows(session, cast("Table", RoutingRule.__table__), [rule])
        write_rows(session, cast("Table", OutboundMessage.__table__), [message])
    with database.read() as session:
        assert session.scalars(select(RoutingRule.words).where(RoutingRule.position == 99)).one() == rule["words"]
        kept = session.scalars(select(OutboundMessage)).one()
        assert {name: getattr(kept, name) for name in message} == message
