"""`POST /line/webhook`: the hot path. Verify over the raw bytes, store the raw events, commit, answer 200.

A bare WSGI callable in front of the Flask application: at 1,000 requests a second a framework would be most of
the cost, and nothing of it is needed here. Rules and limits: LINE Messaging API, "Receive messages (webhook)".
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from bot.inbound import EVENT_PURPOSE
from bot.turns import Turns
from feedback import raw_json
from feedback.clock import Clock, utc_now
from feedback.inbox.models import SHARDS
from feedback.inbox.store import NewEvent, StoreError
from feedback.keys import KeyRing

PATH = "/line/webhook"

_STATUS = {
    200: "200 OK",
    400: "400 Bad Request",
    405: "405 Method Not Allowed",
    411: "411 Length Required",
    413: "413 Content Too Large",
    503: "503 Service Unavailable",
}


_EVENT_ID = re.compile(r"[!-~]{1,64}")
_FIRST_EVENT = datetime(2011, 1, 1, tzinfo=UTC)
_LAST_EVENT = datetime(2100, 1, 1, tzinfo=UTC)

_LARGE_BODY = 8_000
"""Bytes from which requests are read one after the other: side by side, all would be done only when the last is."""


class EventStore(Protocol):
    """Where events are kept; `feedback.inbox.store` has the real ones."""

    def add(self, events: list[NewEvent]) -> None:
        """Return when all are committed; StoreError when they are not."""


class BadRequest(Exception):
    """The request is not LINE's; answered with this status and kept nowhere."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Webhook:
    """The endpoint. ``observe`` is told the status of each request, for metrics."""

    def __init__(
        self,
        *,
        channel_secret: str,
        keys: KeyRing,
        store: EventStore,
        max_bytes: int,
        clock: Clock = utc_now,
        observe: Callable[[int], None] = lambda _status: None,
    ) -> None:
        self._secret = channel_secret.encode()
        self._keys = keys
        self._store = store
        self._max_bytes = max_bytes
        self._clock = clock
        self._observe = observe
        self._turns = Turns()

    def in_front_of(self, app: WSGIApplication) -> WSGIApplication:
        """A WSGI application that answers the webhook itself and leaves all else to ``app``."""

        def dispatch(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if environ.get("PATH_INFO") == PATH:
                return self(environ, start_response)
            return app(environ, start_response)

        return dispatch

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Answer one request."""
        try:
            events = self._events(environ)
            if events:
                self._store.add(events)
            status, reason = 200, "OK"
        except BadRequest as error:
            status, reason = error.status, str(error)
        except StoreError:
            status, reason = 503, "not stored, please deliver again"
        self._observe(status)
        body = reason.encode()
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
        start_response(_STATUS[status], headers)
        return [body]

    def _events(self, environ: WSGIEnvironment) -> list[NewEvent]:
        if environ.get("REQUEST_METHOD") != "POST":
            raise BadRequest(405, "POST only")
        body = self._body(environ)
        self._check_signature(body, environ.get("HTTP_X_LINE_SIGNATURE"))
        received_at = self._clock()
        with self._turns if len(body) >= _LARGE_BODY else nullcontext():
            return [self._event(event, received_at) for event in _parse(body)]

    def _body(self, environ: WSGIEnvironment) -> bytes:
        try:
            length = int(environ.get("CONTENT_LENGTH") or -1)
        except ValueError:
            length = -1
        if length < 0:
            if environ.get("wsgi.input_terminated"):
                length = self._max_bytes + 1
            else:
                raise BadRequest(411, "Content-Length is needed")
        elif length > self._max_bytes:
            raise BadRequest(413, "the body is too large")
        body: bytes = environ["wsgi.input"].read(length)
        if len(body) > self._max_bytes:
            raise BadRequest(413, "the body is too large")
        return body

    def _check_signature(self, body: bytes, signature: str | None) -> None:
        expected = base64.b64encode(hmac.digest(self._secret, body, "sha256"))
        given = (signature or "").encode("latin-1", "replace")
        if not self._secret or not hmac.compare_digest(expected, given):
            raise BadRequest(400, "the signature does not match")

    def _event(self, event: dict[str, Any], received_at: datetime) -> NewEvent:
        payload = raw_json.write(event)
        event_id = event.get("webhookEventId")
        if not isinstance(event_id, str) or not _EVENT_ID.fullmatch(event_id):
            event_id = _content_hash(event)
        person = _person(event)
        key = self._keys.lookup(person) if person else None
        return NewEvent(
            webhook_event_id=event_id,
            type=_type(event),
            citizen_key=key,
            shard=(key or hashlib.sha256(event_id.encode()).digest())[0] % SHARDS,
            occurred_at=_occurred_at(event, received_at),
            received_at=received_at,
            payload=self._keys.encrypt(payload, purpose=EVENT_PURPOSE),
        )


def _parse(body: bytes) -> list[dict[str, Any]]:
    try:
        content = raw_json.read(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(400, "the body is not JSON") from error
    events = content.get("events") if isinstance(content, dict) else None
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise BadRequest(400, "the body has no list of events")
    return events


def _person(event: dict[str, Any]) -> str | None:
    """Whose events stay in order: the user, or the group when LINE does not say who."""
    source = event.get("source")
    if not isinstance(source, dict):
        return None
    for name in ("userId", "groupId", "roomId"):
        value = source.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def _type(event: dict[str, Any]) -> str:
    kind = event.get("type")
    if not isinstance(kind, str):
        return "unknown"
    return kind[:64].replace("\0", "").encode("utf-8", "replace").decode() or "unknown"


def _content_hash(event: dict[str, Any]) -> str:
    """In place of an id that is missing; what LINE changes when it delivers again is left out."""
    content = {name: value for name, value in event.items() if name != "deliveryContext"}
    return "sha256:" + hashlib.sha256(raw_json.write(content)).hexdigest()[:56]


def _occurred_at(event: dict[str, Any], received_at: datetime) -> datetime:
    """LINE's time stamp; one from before LINE or from the far future counts as now: no database could order it."""
    stamp = event.get("timestamp")
    if isinstance(stamp, bool) or not isinstance(stamp, int | float):
        return received_at
    try:
        at = datetime.fromtimestamp(stamp / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return received_at
    return at if _FIRST_EVENT < at < _LAST_EVENT else received_at
