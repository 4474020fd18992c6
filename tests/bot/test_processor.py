"""The batch processor with a handle of the test's own: one transaction, order, poison, dead letters, holding."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.reading import FixedReader
from bot.batch import Batch, Draft, Handled
from bot.inbound import EVENT_PURPOSE, Inbound
from bot.processor import Processor
from feedback.config import Settings
from feedback.db import Database
from feedback.inbox import queue
from feedback.inbox.models import SHARDS, EventState, LineEvent
from feedback.inbox.store import NewEvent, make_store
from feedback.opinions.models import Submission
from feedback.outbox.models import OutboundMessage
from feedback.ports import Reading
from tests.conftest import NOW, FakeClock


@dataclass
class Recorder:
    """Handles events by noting them; answers each; fails on the texts it is told to."""

    poison: set[str] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)
    result: Callable[[str], Handled] = lambda _text: Handled(keep_words=True)

    def __call__(self, batch: Batch, inbound: Inbound) -> Handled:
        text = inbound.text or ""
        citizen = batch.citizens[inbound.citizen_key or b""]
        batch.read(text)
        if text in self.poison:
            raise ValueError(f"cannot bear {text}")
        self.seen.append(text)
        batch.outbound.append(
            Draft(
                citizen=citizen,
                line_user_id=inbound.user_id or "",
                messages=lambda: [{"type": "text", "text": text}],
                purpose="test",
                reply_token=inbound.reply_token,
                at=inbound.at,
            )
        )
        return self.result(text)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def processor(database: Database, settings: Settings, recorder: Recorder, clock: FakeClock) -> Processor:
    return Processor(database, settings, settings.key_ring(), FixedReader("roads"), recorder, clock)


def deliver(processor: Processor, *texts: str, person: str = "U1", seconds: float = 0.0) -> None:
    """Store text events of one person, a second apart."""
    events = []
    for n, text in enumerate(texts):
        at = NOW - timedelta(minutes=5) + timedelta(seconds=seconds + n)
        content = {
            "type": "message",
            "mode": "active",
            "source": {"type": "user", "userId": person},
            "replyToken": f"token-{text}",
            "message": {"type": "text", "id": text, "text": text},
        }
        key = processor.keys.lookup(person)
        payload = processor.keys.encrypt(json.dumps(content).encode(), purpose=EVENT_PURPOSE)
        events.append(NewEvent(f"{person}-{text}", "message", key, key[0] % SHARDS, at, at, payload))
    store = make_store(processor.database.engine.url)
    store.add(events)
    store.close()


def drain(processor: Processor) -> None:
    while processor.run_once():
        pass


def rows(processor: Processor) -> dict[str, LineEvent]:
    with processor.database.read() as session:
        return {event.webhook_event_id: event for event in session.scalars(select(LineEvent))}


def answers(processor: Processor) -> int:
    with processor.database.read() as session:
        return len(session.scalars(select(OutboundMessage)).all())


def test_nothing_due_is_nothing_done(processor: Processor) -> None:
    assert processor.run_once() == 0


def test_a_citizens_events_are_worked_in_the_order_they_happened(processor: Processor, recorder: Recorder) -> None:
    deliver(processor, "三", seconds=20)
    deliver(processor, "一", "二")
    drain(processor)
    assert recorder.seen == ["一", "二", "三"]
    assert {event.state for event in rows(processor).values()} == {EventState.DONE}
    assert answers(processor) == 3


def test_words_stay_or_go_as_the_handle_says(processor: Processor, recorder: Recorder) -> None:
    recorder.result = lambda text: {
        "keep": Handled(keep_words=True),
        "go": Handled(),
        "ignore": Handled(ignored=True),
        "hold": Handled(hold_words=True),
    }[text]
    deliver(processor, "keep", "go", "ignore", "hold")
    drain(processor)
    found = rows(processor)
    assert found["U1-keep"].payload
    assert found["U1-go"].payload is None
    assert (found["U1-ignore"].state, found["U1-ignore"].payload) == (EventState.IGNORED, None)
    held = found["U1-hold"]
    assert held.payload
    assert held.held_until == NOW + timedelta(minutes=processor.settings.consent_hold_minutes)


def test_held_words_are_forgotten_when_no_answer_comes(
    processor: Processor, recorder: Recorder, clock: FakeClock
) -> None:
    recorder.result = lambda _text: Handled(hold_words=True)
    deliver(processor, "hold")
    drain(processor)
    with processor.database.write() as session:
        assert queue.forget_old(session, now=clock.advance(minutes=59), text_days=30) == 0
        assert queue.forget_old(session, now=clock.advance(minutes=2), text_days=30) == 1
    assert rows(processor)["U1-hold"].payload is None


def test_a_poison_event_harms_nobody_else_and_ends_as_a_dead_letter(
    processor: Processor, recorder: Recorder, clock: FakeClock
) -> None:
    recorder.poison = {"毒"}
    deliver(processor, "前", "毒", "後")
    deliver(processor, "無事", person="U2")
    drain(processor)
    assert set(recorder.seen) == {"前", "無事"}
    assert answers(processor) == 2
    waiting = rows(processor)["U1-毒"]
    assert (waiting.state, waiting.attempts) == (EventState.PENDING, 1)
    assert "毒" not in (waiting.error or "")
    assert "ValueError" in (waiting.error or "")
    assert rows(processor)["U1-後"].state is EventState.PENDING

    for _ in range(queue.MAX_ATTEMPTS):
        clock.advance(hours=1)
        drain(processor)
    found = rows(processor)
    assert found["U1-毒"].state is EventState.DEAD
    assert found["U1-毒"].payload
    assert found["U1-後"].state is EventState.DONE
    assert answers(processor) == 3


def test_a_dead_letter_can_be_run_again(processor: Processor, recorder: Recorder, clock: FakeClock) -> None:
    recorder.poison = {"毒"}
    deliver(processor, "毒")
    for _ in range(queue.MAX_ATTEMPTS + 1):
        drain(processor)
        clock.advance(hours=1)
    recorder.poison = set()
    with processor.database.write() as session:
        dead = session.scalars(select(LineEvent)).one()
        assert queue.revive(session, dead.id, now=clock())
        assert not queue.revive(session, dead.id, now=clock())
    drain(processor)
    assert recorder.seen == ["毒"]


def test_a_payload_that_cannot_be_opened_is_a_dead_letter_too(processor: Processor, clock: FakeClock) -> None:
    deliver(processor, "普通")
    with processor.database.write() as session:
        session.scalars(select(LineEvent)).one().payload = b"garbage"
    for _ in range(queue.MAX_ATTEMPTS + 1):
        drain(processor)
        clock.advance(hours=1)
    assert rows(processor)["U1-普通"].state is EventState.DEAD


class MoodyReader:
    """Cannot read a batch, and never the one text."""

    version = "moody"

    def read(self, texts: Sequence[str]) -> list[Reading]:
        if len(texts) > 1 or list(texts) == ["読めない"]:
            raise RuntimeError("no")
        return [Reading("moody", (), None)]


def test_a_text_the_model_cannot_bear_stops_only_itself(
    database: Database, settings: Settings, recorder: Recorder, clock: FakeClock
) -> None:
    processor = Processor(database, settings, settings.key_ring(), MoodyReader(), recorder, clock)
    deliver(processor, "読める", person="U1")
    deliver(processor, "読めない", person="U2")
    deliver(processor, "これも", person="U3")
    drain(processor)
    found = rows(processor)
    assert found["U1-読める"].state is EventState.DONE
    assert found["U3-これも"].state is EventState.DONE
    assert found["U2-読めない"].state is EventState.PENDING


def test_a_failed_batch_leaves_nothing_half_done(processor: Processor, recorder: Recorder) -> None:
    class Stop(BaseException):
        pass

    def dies(batch: Batch, inbound: Inbound) -> Handled:
        recorder(batch, inbound)
        if inbound.text == "二":
            raise Stop
        return Handled()

    processor.handle = dies
    deliver(processor, "一", "二")
    with pytest.raises(Stop):
        processor.run_once()
    assert {event.state for event in rows(processor).values()} == {EventState.PENDING}
    assert answers(processor) == 0
    with processor.database.read() as session:
        assert session.scalars(select(Submission)).all() == []
