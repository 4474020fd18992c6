"""Files as work: who takes which, and what becomes of each."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from feedback.db import Database
from feedback.opinions import files, intake
from feedback.opinions.files import MAX_ATTEMPTS, FileTask
from feedback.opinions.intake import IntakeRules, NewPart
from feedback.opinions.models import Attachment
from feedback.opinions.rules import Channel, PartKind
from feedback.routing.service import load_router

SECOND = timedelta(seconds=1)
Receive = Callable[..., None]


@pytest.fixture
def photo(database: Database, now: datetime) -> Receive:
    """A photo that came in and is to be fetched."""

    def received(name: bytes = b"m1") -> None:
        part = NewPart(PartKind.IMAGE, now, line_message_key=name.ljust(16), media=b"sealed " + name)
        with database.write() as session:
            rules = IntakeRules(load_router(session))
            intake.receive(session, channel=Channel.LINE, parts=[part], received_at=now, rules=rules, reading=None)

    return received


def claim(database: Database, now: datetime, *, limit: int = 10) -> list[FileTask]:
    with database.write() as session:
        return files.claim(session, now=now, limit=limit)


def row(database: Database) -> Attachment:
    with database.read() as session:
        return session.scalars(select(Attachment)).one()


def keep(database: Database, task: FileTask, now: datetime) -> None:
    with database.write() as session:
        files.stored(session, task.id, storage_key="k" * 32, content_type="image/png", size=9, now=now)


def erase(database: Database, now: datetime, name: bytes = b"m1") -> None:
    with database.write() as session:
        assert intake.unsend(session, line_message_key=name.ljust(16), at=now)


def test_a_file_is_taken_once_and_again_only_after_its_lease(database: Database, now: datetime, photo: Receive) -> None:
    photo()
    (task,) = claim(database, now)
    assert (task.kind, task.line_message_id_sealed, task.storage_key) == (PartKind.IMAGE, b"sealed m1", None)
    assert task.attempts == 1
    assert claim(database, now + 179 * SECOND) == []
    assert [again.attempts for again in claim(database, now + 181 * SECOND)] == [2]


def test_no_more_than_asked_for_oldest_first(database: Database, now: datetime, photo: Receive) -> None:
    for name in (b"m1", b"m2", b"m3"):
        photo(name)
    assert len(claim(database, now, limit=2)) == 2
    assert len(claim(database, now, limit=2)) == 1


@pytest.mark.postgres
def test_two_workers_never_take_the_same_file(postgres: Database, now: datetime) -> None:
    with postgres.write() as session:
        rules = IntakeRules(load_router(session))
        for number in range(4):
            part = NewPart(PartKind.IMAGE, now, media=b"sealed %d" % number)
            intake.receive(session, channel=Channel.LINE, parts=[part], received_at=now, rules=rules, reading=None)
    with postgres.write() as first, postgres.write() as second:
        mine = files.claim(first, now=now, limit=2)
        theirs = files.claim(second, now=now, limit=4)
    assert len(mine) == len(theirs) == 2
    assert not {task.id for task in mine} & {task.id for task in theirs}


def test_what_is_stored_needs_nothing_more(database: Database, now: datetime, photo: Receive) -> None:
    photo()
    (task,) = claim(database, now)
    keep(database, task, now)
    kept = row(database)
    assert (kept.state, kept.storage_key, kept.content_type, kept.size) == ("stored", "k" * 32, "image/png", 9)
    assert kept.line_message_id_sealed is None
    assert claim(database, now + timedelta(days=1)) == []


def test_tries_grow_apart_and_end_with_a_reason(database: Database, now: datetime, photo: Receive) -> None:
    photo()
    at, pauses = now, []
    for _ in range(MAX_ATTEMPTS):
        (task,) = claim(database, at)
        with database.write() as session:
            files.failed(session, task.id, problem="まだありません", retry=True, now=at)
        due = row(database).due_at
        if due is not None:
            pauses.append((due - at) / SECOND)
            at = due
    assert pauses == [5 * 3**n for n in range(MAX_ATTEMPTS - 1)]
    assert (row(database).state, row(database).problem) == ("failed", "まだありません")
    assert claim(database, at + timedelta(days=9)) == []


def test_what_cannot_succeed_is_not_tried_again(database: Database, now: datetime, photo: Receive) -> None:
    photo()
    (task,) = claim(database, now)
    with database.write() as session:
        files.failed(session, task.id, problem="保存できない種類", retry=False, now=now)
    assert (row(database).state, row(database).due_at) == ("failed", None)


def test_a_file_that_was_unsent_while_it_was_fetched_is_deleted_at_once(
    database: Database, now: datetime, photo: Receive
) -> None:
    photo()
    (task,) = claim(database, now)
    erase(database, now)
    keep(database, task, now)
    assert row(database).state == "erased"
    (deletion,) = claim(database, now)
    assert (deletion.line_message_id_sealed, deletion.storage_key) == (None, "k" * 32)
    with database.write() as session:
        files.deleted(session, deletion.id)
    assert (row(database).storage_key, row(database).due_at) == (None, None)


def test_a_fetch_that_fails_after_the_unsend_has_nothing_to_do(
    database: Database, now: datetime, photo: Receive
) -> None:
    photo()
    (task,) = claim(database, now)
    erase(database, now)
    with database.write() as session:
        files.failed(session, task.id, problem="x", retry=True, now=now)
    assert (row(database).state, row(database).due_at) == ("erased", None)


def test_a_deletion_that_fails_stays_due(database: Database, now: datetime, photo: Receive) -> None:
    photo()
    (task,) = claim(database, now)
    keep(database, task, now)
    erase(database, now)
    (deletion,) = claim(database, now)
    with database.write() as session:
        files.failed(session, deletion.id, problem="x", retry=True, now=now)
    assert row(database).storage_key == "k" * 32
    assert len(claim(database, now)) == 1
