"""A citizen's phone for tests: sends events as LINE does, has them worked at once, shows what came back."""

import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.simulator.validation.messages import check_reply
from bot.conversation.words import plain
from bot.handling import handle
from bot.inbound import EVENT_PURPOSE
from bot.processor import Processor
from feedback.citizens.models import Citizen, Conversation
from feedback.config import Settings
from feedback.db import Database
from feedback.inbox.models import EventState, LineEvent
from feedback.keys import KeyRing
from feedback.opinions.models import Matter, Submission
from feedback.outbox.models import OutboundMessage
from feedback.outbox.service import BODY
from feedback.ports import AreaScore, Reading
from tests.conftest import FakeClock

Message = dict[str, Any]

_SCORES = (("roads", 0.8), ("parks", 0.1), ("water", 0.05), ("environment", 0.03), ("safety", 0.02))
_CHATTER = {"こんにちは": "greeting", "ありがとうございます": "thanks", "テスト": "test", "副業で稼げます": "spam"}
_SAFETY = {"死にたい": "self_harm", "火事": "emergency", "なぐられて": "abuse", "陥没": "hazard", "爆破": "threat"}


class WordReader:
    """Reads by a few words: everything is about roads, but what says 迷う, and has no area."""

    version = "words-1"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def read(self, texts: Sequence[str]) -> list[Reading]:
        self.texts += texts
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> Reading:
        safety = next((value for word, value in _SAFETY.items() if word in text), None)
        return Reading(
            model_version=self.version,
            areas=tuple(AreaScore(key, score) for key, score in _SCORES),
            area=None if "迷う" in text else "out_of_scope" if "国道" in text else "roads",
            kind="request",
            urgency="high" if safety else "normal",
            safety=safety,
            chatter=_CHATTER.get(plain(text)),
        )


@dataclass(slots=True)
class Phone:
    """One citizen. Each call sends one event, works it, and returns the messages that came back."""

    database: Database
    settings: Settings
    clock: FakeClock
    keys: KeyRing
    processor: Processor
    user_id: str = "U" + "0" * 31 + "1"
    pause: float = 120.0
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def key(self) -> bytes:
        return self.keys.lookup(self.user_id)

    def event(self, kind: str, **fields: Any) -> dict[str, Any]:
        number = next(self.numbers)
        return {
            "type": kind,
            "mode": "active",
            "webhookEventId": f"01TEST{self.user_id[-4:]}{number:08d}",
            "timestamp": int(self.clock().timestamp() * 1000),
            "source": {"type": "user", "userId": self.user_id},
            "replyToken": f"token-{number}",
            "deliveryContext": {"isRedelivery": False},
            **fields,
        }

    def store(self, *events: Any, at: float = 0) -> None:
        """Store events as the webhook would; ``at``: seconds from now."""
        now = self.clock()
        with self.database.write() as session:
            for number, event in enumerate(events):
                payload = json.dumps(event).encode()
                session.add(
                    LineEvent(
                        webhook_event_id=f"{next(self.numbers)}-{number}-{self.user_id[-4:]}",
                        type="test",
                        citizen_key=self.key,
                        shard=self.key[0] % 64,
                        occurred_at=now + timedelta(seconds=at, milliseconds=number),
                        received_at=now,
                        payload=self.keys.encrypt(payload, purpose=EVENT_PURPOSE),
                        due_at=now,
                    )
                )

    def work(self) -> list[Message]:
        """Work everything due; the messages of the answers, in order."""
        seen = self._last_outbound()
        while self.processor.run_once():
            pass
        answers = self.answers(after=seen)
        for answer in answers:
            assert_line_takes(answer)
        return [message for answer in answers for message in answer]

    def _last_outbound(self) -> int:
        with self.database.read() as session:
            return max(session.scalars(select(OutboundMessage.id)), default=0)

    def answers(self, after: int = 0) -> list[list[Message]]:
        with self.database.read() as session:
            rows = session.scalars(
                select(OutboundMessage).where(OutboundMessage.id > after).order_by(OutboundMessage.id)
            ).all()
            return [json.loads(self.keys.decrypt(row.body_sealed or b"", purpose=BODY)) for row in rows]

    def sends(self, event: Any) -> list[Message]:
        self.store(event)
        messages = self.work()
        self.clock.advance(seconds=self.pause)
        return messages

    def message(self, **message: Any) -> dict[str, Any]:
        return self.event("message", message={"id": f"m{next(self.numbers)}", **message})

    def says(self, text: str) -> list[Message]:
        return self.sends(self.message(type="text", text=text))

    def presses(self, label: str, messages: Iterable[Message]) -> list[Message]:
        """Press the button of this label among messages."""
        data = next(one["data"] for one in actions(messages) if one.get("label") == label)
        return self.sends(self.event("postback", postback={"data": data}))

    def agrees(self) -> None:
        """Consent, before anything is tested."""
        self.says("同意する")

    def submissions(self) -> list[Submission]:
        with self.database.read() as session:
            return list(session.scalars(select(Submission).order_by(Submission.id)))

    def matters(self) -> list[Matter]:
        with self.database.read() as session:
            return list(session.scalars(select(Matter).order_by(Matter.id)))

    def events(self) -> list[LineEvent]:
        with self.database.read() as session:
            return list(session.scalars(select(LineEvent).order_by(LineEvent.id)))

    def dead(self) -> list[str]:
        return [event.error or "" for event in self.events() if event.error or event.state == EventState.DEAD]


def assert_line_takes(messages: list[Message]) -> None:
    """Fail when LINE would refuse these messages; leaving a group sends none."""
    if messages:
        assert check_reply({"replyToken": "token", "messages": messages}) == []


def actions(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """All actions of messages, wherever they stand."""
    found: list[dict[str, Any]] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("action"), dict):
                found.append(value["action"])
            for inner in value.values():
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    look(list(messages))
    return found


def labels(messages: Iterable[Message]) -> list[str]:
    return [str(one.get("label")) for one in actions(messages)]


def words(messages: Iterable[Message]) -> str:
    """The words of text messages and of cards."""
    return json.dumps(list(messages), ensure_ascii=False).replace("\\n", "\n")


def citizen_of(phone: Phone) -> Citizen:
    """The citizen's row."""
    with phone.database.read() as session:
        return session.scalars(select(Citizen).where(Citizen.key == phone.key)).one()


def state_of(phone: Phone) -> dict[str, object]:
    """The conversation's stored state."""
    with phone.database.read() as session:
        statement = select(Conversation.state).join(Citizen).where(Citizen.key == phone.key)
        return dict(session.scalars(statement).one())


@pytest.fixture
def reader() -> WordReader:
    return WordReader()


@pytest.fixture
def make_phone(database: Database, settings: Settings, clock: FakeClock, reader: WordReader) -> Callable[..., Phone]:
    def make(number: int = 1, *, handled_by: Any = handle) -> Phone:
        keys = settings.key_ring()
        processor = Processor(database, settings, keys, reader, handled_by, clock=clock)
        return Phone(database, settings, clock, keys, processor, user_id=f"U{number:032x}")

    return make


@pytest.fixture
def phone(make_phone: Callable[..., Phone]) -> Phone:
    """A citizen who has not been asked for consent yet."""
    return make_phone()


@pytest.fixture
def friend(phone: Phone) -> Phone:
    """A citizen who has agreed."""
    phone.agrees()
    return phone
