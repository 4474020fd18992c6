from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app import periodic as periodic_module
from app.periodic import Periodic
from feedback.config import Settings
from feedback.db import Database
from feedback.inbox.models import EventState, LineEvent
from feedback.jobs.models import Lease
from feedback.notes.models import LooseFile
from feedback.opinions.models import Matter, Part
from feedback.outbox import service as outbox
from feedback.outbox.models import OutboundMessage, OutboundState
from tests.admin.conftest import FakeMedia
from tests.conftest import NOW, FakeClock
from tests.feedback.opinions.people import opinion, words

DAY = timedelta(days=1)


@pytest.fixture
def periodic(database: Database, settings: Settings, clock: FakeClock) -> Periodic:
    return Periodic(database, settings, clock)


def store_event(database: Database, name: str, *, age: timedelta, held: timedelta | None = None) -> None:
    with database.write() as session:
        session.add(
            LineEvent(
                webhook_event_id=name,
                type="message",
                shard=1,
                occurred_at=NOW - age,
                received_at=NOW - age,
                due_at=NOW - age,
                payload=b"sealed words",
                state=EventState.PENDING if name == "pending" else EventState.DONE,
                attempts=0,
                held_until=NOW + held if held is not None else None,
            )
        )


def put_undelivered(database: Database, settings: Settings, *, age: timedelta) -> None:
    message = outbox.Outgoing(b"k" * 16, "U1", [{"type": "text", "text": "回答"}], "answer")
    with database.write() as session:
        outbox.enqueue(session, [message], keys=settings.key_ring(), now=NOW - age)
        sent = session.scalars(select(OutboundMessage)).one()
        outbox.settle(session, [outbox.Settlement(sent.id, OutboundState.FAILED)], now=NOW - age)


def texts_left(database: Database) -> set[str]:
    with database.read() as session:
        kept = session.scalars(select(LineEvent.webhook_event_id).where(LineEvent.payload.is_not(None)))
        return set(kept)


def test_what_is_no_longer_needed_is_forgotten(database: Database, settings: Settings, periodic: Periodic) -> None:
    store_event(database, "old", age=31 * DAY)
    store_event(database, "young", age=29 * DAY)
    store_event(database, "pending", age=90 * DAY)
    store_event(database, "unanswered", age=DAY, held=-timedelta(minutes=1))
    store_event(database, "waiting", age=40 * DAY, held=timedelta(minutes=1))
    put_undelivered(database, settings, age=8 * DAY)

    assert periodic.run_once() == 0

    assert texts_left(database) == {"young", "pending", "waiting"}
    with database.read() as session:
        assert session.scalars(select(OutboundMessage.body_sealed)).all() == [None]
        assert len(session.scalars(select(LineEvent)).all()) == 5


def test_a_process_looks_once_a_minute(database: Database, periodic: Periodic, monkeypatch: pytest.MonkeyPatch) -> None:
    periodic.run_once()
    store_event(database, "old", age=31 * DAY)
    periodic.run_once()
    assert texts_left(database) == {"old"}
    monkeypatch.setattr(periodic_module, "_EVERY_SECONDS", 0.0)
    restarted = Periodic(database, periodic.settings, periodic.clock, holder=periodic.holder)
    restarted.run_once()
    assert texts_left(database) == set()


def test_only_the_holder_of_the_lease_forgets_and_another_takes_over(
    database: Database, settings: Settings, clock: FakeClock
) -> None:
    Periodic(database, settings, clock, holder="first").run_once()
    store_event(database, "old", age=31 * DAY)
    Periodic(database, settings, clock, holder="second").run_once()
    assert texts_left(database) == {"old"}
    clock.advance(minutes=3)
    Periodic(database, settings, clock, holder="second").run_once()
    assert texts_left(database) == set()
    with database.read() as session:
        assert session.scalars(select(Lease.holder)).one() == "second"


def test_a_holder_is_a_process_of_a_machine(periodic: Periodic) -> None:
    host, pid = periodic.holder.rsplit(":", 1)
    assert host
    assert pid.isdigit()
    assert len(periodic.holder) <= 64


def test_erased_words_leave_the_files_too(database: Database, periodic: Periodic) -> None:
    if not database.is_sqlite:
        periodic.clear_traces()
        return
    path = Path(database.engine.url.database or "")
    with database.write() as session:
        submission = opinion(session, words("鑿魑という言葉", NOW))
        opinion(session, words("ほかの言葉", NOW))
        session.flush()
        matter_id = submission.matters[0].id
    with database.write() as session:
        session.get_one(Matter, matter_id).text = ""
        session.execute(update(Part).where(Part.submission_id == submission.id).values(text=None))
    assert _traces(path)
    periodic.clear_traces()
    assert _traces(path), "nobody erased anything"
    store_event(database, "unsent", age=timedelta(0))
    with database.write() as session:
        session.execute(update(LineEvent).values(type="unsend"))
    periodic.clear_traces()
    assert _traces(path), "too soon"
    periodic.clock.advance(minutes=11)  # type: ignore[attr-defined]
    periodic.clear_traces()
    assert not _traces(path)


def _traces(path: Path) -> bool:
    files = [path, path.with_name(path.name + "-wal")]
    content = b"".join(one.read_bytes() for one in files if one.exists())
    return "鑿魑".encode() in content or b"g9b51" in content


def test_files_that_no_note_took_are_swept_from_the_store(
    database: Database, settings: Settings, clock: FakeClock
) -> None:
    store = FakeMedia()
    for key in ("old", "fresh"):
        store.put(key, b"%PDF-1.7", content_type="application/pdf")
    with database.write() as session:
        session.add(LooseFile(storage_key="old", stored_at=clock() - timedelta(hours=2)))
        session.add(LooseFile(storage_key="fresh", stored_at=clock()))
    Periodic(database, settings, clock, media=store).run_once()
    assert set(store.kept) == {"fresh"}
    with database.read() as session:
        assert session.scalars(select(LooseFile.storage_key)).all() == ["fresh"]
