"""`machikoe events`: everything about an event but what was written and by whom."""

import json
from datetime import timedelta

import pytest

from feedback.config import load_settings
from feedback.db import Database
from feedback.inbox.models import EventState, LineEvent
from feedback.inbox.store import make_store
from tests.app.cli.conftest import Machikoe
from tests.app.conftest import text_event
from tests.conftest import NOW
from tests.databases import opened

USER = "U" + "5ec2e7" * 5 + "ab"
WORDS = "himitsu-no-kotoba となりの家の井戸"


@pytest.fixture
def stored(city_dir: object) -> None:
    settings = load_settings()
    with opened(settings.database) as database:
        store = make_store(database.engine.url)
        store.add([text_event(settings, USER, WORDS, NOW + timedelta(seconds=n)) for n in range(1)])
        store.close()
        _end(database)


def _end(database: Database) -> None:
    with database.write() as session:
        session.add(
            LineEvent(
                webhook_event_id="E-dead",
                type="postback",
                shard=1,
                occurred_at=NOW,
                received_at=NOW,
                due_at=NOW,
                state=EventState.DEAD,
                attempts=6,
                payload=b"sealed",
                error="ValueError (opinion.py:12)",
            )
        )


@pytest.mark.usefixtures("stored")
def test_each_event_is_one_line_of_json_with_the_agreed_fields(machikoe: Machikoe) -> None:
    ran = machikoe("events", "--format", "jsonl")
    assert (ran.status, ran.err) == (0, "")
    first, dead = [json.loads(line) for line in ran.out.splitlines()]
    assert set(first) == {"webhook_event_id", "type", "state", "received_at", "attempts", "error"}
    assert (first["type"], first["state"], first["attempts"], first["error"]) == ("message", "pending", 0, None)
    assert first["received_at"] == NOW.isoformat()
    assert (dead["state"], dead["attempts"], dead["error"]) == ("dead", 6, "ValueError (opinion.py:12)")


@pytest.mark.usefixtures("stored")
def test_a_state_may_be_chosen(machikoe: Machikoe) -> None:
    assert [json.loads(x)["webhook_event_id"] for x in machikoe("events", "--state", "dead").out.splitlines()] == [
        "E-dead"
    ]
    assert machikoe("events", "--state", "odd").status == 2
    assert machikoe("events", "--format", "xml").status == 2
