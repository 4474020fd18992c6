"""The public application as a WSGI server sees it: the real webhook, store and pages over a real database."""

import base64
import hmac
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import func, select, text
from werkzeug.test import Client, TestResponse

from app.public import create_public_app
from bot.webhook import PATH
from feedback.config import Settings
from feedback.db import Database
from feedback.inbox.models import LineEvent
from feedback.inbox.store import GroupCommit, make_store

SECRET = "public-secret"
USER = "U" + "a" * 32


@pytest.fixture
def site(settings: Settings) -> Settings:
    return settings.model_copy(update={"line_channel_secret": SecretStr(SECRET)})


@pytest.fixture
def store(database: Database) -> Iterator[GroupCommit]:
    made = make_store(database.engine.url)
    yield made
    made.close()


@pytest.fixture
def client(site: Settings, database: Database, store: GroupCommit) -> Client:
    return Client(create_public_app(site, database, store=store))


def signature_of(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def post(client: Client, body: bytes, *, signature: str | None = "right", **headers: str) -> TestResponse:
    given_headers = {} if signature is None else {"X-Line-Signature": signature}
    if signature == "right":
        given_headers["X-Line-Signature"] = signature_of(body)
    return client.post(PATH, data=body, headers=given_headers | headers)


def body_of(*event_ids: str) -> bytes:
    source = {"type": "user", "userId": USER}
    events = [{"type": "follow", "webhookEventId": one, "source": source, "timestamp": 1} for one in event_ids]
    return json.dumps({"destination": "U0", "events": events}).encode()


def stored(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(LineEvent)) or 0


def test_a_signed_event_is_stored_once_however_often_it_comes(client: Client, database: Database) -> None:
    for _ in range(3):
        assert post(client, body_of("E1", "E2", "E1")).status_code == 200
    assert stored(database) == 2


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_the_webhook_is_reached_with_and_without_proxies(
    site: Settings, database: Database, store: GroupCommit, proxies: int
) -> None:
    behind = site.model_copy(update={"trusted_proxies": proxies})
    client = Client(create_public_app(behind, database, store=store))
    forwarded = {"X-Forwarded-For": "203.0.113.9, 10.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/x"}
    assert post(client, body_of("E1"), **forwarded).status_code == 200
    assert post(client, body_of("E2")).status_code == 200
    assert stored(database) == 2
    assert client.get("/contact", headers=forwarded).status_code == 200


@pytest.mark.parametrize(
    "path", ["/nothing", "/line", "/line/webhook/", "/line/webhook2", "/LINE/WEBHOOK", "/../keys.env"]
)
def test_unknown_paths_are_404_and_store_nothing(client: Client, database: Database, path: str) -> None:
    body = body_of("E1")
    for answer in (client.get(path), client.post(path, data=body, headers={"X-Line-Signature": signature_of(body)})):
        assert answer.status_code == 404
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert stored(database) == 0


def test_pages_and_health_stand_behind_the_webhook(client: Client) -> None:
    assert client.get("/health").json == {"status": "ok"}
    assert client.get("/").headers["Location"] == "/contact"
    for path in ("/privacy", "/contact"):
        page = client.get(path)
        assert page.status_code == 200
        assert "まちこえ市" in page.text
        assert "Set-Cookie" not in page.headers


def test_a_get_at_the_webhook_is_not_allowed(client: Client) -> None:
    assert client.get(PATH).status_code == 405


@pytest.mark.parametrize("signature", [None, "", "wrong", signature_of(b"other"), signature_of(body_of("E1"), "other")])
def test_without_the_right_signature_no_row_appears(client: Client, database: Database, signature: str | None) -> None:
    assert post(client, body_of("E1"), signature=signature).status_code == 400
    assert stored(database) == 0


def test_a_database_that_fails_makes_line_come_again(client: Client, database: Database) -> None:
    with _table_away(database):
        assert post(client, body_of("E1")).status_code == 503
    assert post(client, body_of("E1")).status_code == 200
    assert stored(database) == 1


@contextmanager
def _table_away(database: Database) -> Iterator[None]:
    with database.write() as session:
        session.execute(text("ALTER TABLE line_events RENAME TO elsewhere"))
    try:
        yield
    finally:
        with database.write() as session:
            session.execute(text("ALTER TABLE elsewhere RENAME TO line_events"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_FIELDS = ["type", "mode", "timestamp", "source", "webhookEventId", "deliveryContext", "message", "replyToken"]
_odd = st.sampled_from(["\0", "\ud800", "E\0", "a" * 500, "😀" * 70, "", "9" * 64])
events = st.dictionaries(st.sampled_from(_FIELDS), json_values | _odd, max_size=6)
sources = st.fixed_dictionaries({"userId": st.text(max_size=40) | _odd | st.integers()})
wild = hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@wild
@given(st.lists(events | st.builds(lambda e, s: e | {"source": s}, events, sources), max_size=3))
def test_fuzzed_signed_events_are_all_stored(client: Client, database: Database, given_events: list[Any]) -> None:
    before = stored(database)
    answer = post(client, json.dumps({"events": given_events}).encode())
    assert answer.status_code == 200
    assert before <= stored(database) <= before + len(given_events)


@wild
@given(json_values | st.fixed_dictionaries({"events": json_values}))
def test_fuzzed_signed_bodies_never_give_5xx(client: Client, content: Any) -> None:
    assert post(client, json.dumps(content).encode()).status_code in {200, 400}


@wild
@given(
    st.binary(max_size=200) | st.builds(lambda e: json.dumps({"events": [e]}).encode(), events), st.text(max_size=50)
)
def test_fuzzed_unsigned_bodies_never_store(client: Client, database: Database, body: bytes, signature: str) -> None:
    sent = signature.encode("ascii", "ignore").decode().replace("\r", "").replace("\n", "").replace("\0", "")
    environ = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "HTTP_X_LINE_SIGNATURE": sent}
    answer = client.open(PATH, method="POST", environ_overrides=environ)
    assert answer.status_code == 400
    assert stored(database) == 0
