"""What the tests of the outermost ring share: a person's events stored as the webhook stores them."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from bot.inbound import EVENT_PURPOSE
from feedback.clock import utc_now
from feedback.config import Settings
from feedback.db import Database
from feedback.inbox.models import SHARDS
from feedback.inbox.store import NewEvent, make_store
from tests.conftest import PostgresHome

Deliver = Callable[..., None]


@pytest.fixture
def postgres(postgres_home: PostgresHome) -> Iterator[Database]:
    """The city on PostgreSQL, for what only a server with many connections can show."""
    database = Database(postgres_home.url)
    postgres_home.restore(database.engine, city=True)
    yield database
    database.dispose()


def text_event(settings: Settings, person: str, text: str, at: datetime) -> NewEvent:
    """A text message of one person."""
    keys = settings.key_ring()
    key = keys.lookup(person)
    content = {
        "type": "message",
        "mode": "active",
        "source": {"type": "user", "userId": person},
        "replyToken": f"token-{person}-{text}",
        "message": {"type": "text", "id": text, "text": text},
    }
    payload = keys.encrypt(json.dumps(content).encode(), purpose=EVENT_PURPOSE)
    return NewEvent(f"{person}-{text}", "message", key, key[0] % SHARDS, at, at, payload)


@pytest.fixture
def deliver(settings: Settings) -> Deliver:
    """``deliver(database, "一", "二", person="U1")`` stores text messages, a second apart, all due now."""

    def store(database: Database, *texts: str, person: str = "U1", at: datetime | None = None) -> None:
        first = (at or utc_now()) - timedelta(seconds=len(texts))
        made = make_store(database.engine.url)
        made.add([text_event(settings, person, text, first + timedelta(seconds=n)) for n, text in enumerate(texts)])
        made.close()

    return store
