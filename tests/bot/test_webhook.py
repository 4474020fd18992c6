"""The webhook endpoint: what is stored, what is refused, and that nothing makes it fall over."""

import base64
import hmac
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.inbound import EVENT_PURPOSE, parse
from bot.webhook import PATH, Webhook
from feedback import keys
from feedback.inbox.store import NewEvent, StoreError

SECRET = "channel-secret"
KEY = keys.parse_key(keys.new_key())
RING = keys.KeyRing(data_keys=[KEY], lookup_key=KEY)


class FakeStore:
    """Keeps events in a list, or fails when told to."""

    def __init__(self, *, broken: bool = False) -> None:
        self.events: list[NewEvent] = []
        self.broken = broken

    def add(self, events: list[NewEvent]) -> None:
        if self.broken:
            raise StoreError("no disk")
        self.events += events


def signature_of(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def post(
    store: FakeStore,
    body: bytes,
    *,
    signature: str | None = "",
    secret: str = SECRET,
    max_bytes: int = 100_000,
    **environ: Any,
) -> int:
    """The status the webhook answers; an empty signature means the right one, None means none."""
    seen: list[int] = []
    webhook = Webhook(channel_secret=secret, keys=RING, store=store, max_bytes=max_bytes, observe=seen.append)
    request = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PATH,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    given_signature = signature_of(body) if signature == "" else signature
    if given_signature is not None:
        request["HTTP_X_LINE_SIGNATURE"] = given_signature
    lines: list[str] = []
    webhook({**request, **environ}, lambda status, _headers, *_: lines.append(status) or print)  # type: ignore[func-returns-value]
    assert seen == [int(lines[0][:3])]
    return seen[0]


def body_of(*events: Any) -> bytes:
    return json.dumps({"destination": "U1", "events": list(events)}).encode()


def message(**changes: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "mode": "active",
        "timestamp": 1_795_000_000_123,
        "source": {"type": "user", "userId": "U" + "a" * 32},
        "webhookEventId": "01H810YECXQQZ37VAXPF6H9E6T",
        "deliveryContext": {"isRedelivery": False},
        "message": {"id": "1", "type": "text", "text": "街灯が消えています"},
        **changes,
    }


def test_a_signed_event_is_stored_encrypted_and_answered_200() -> None:
    store = FakeStore()
    assert post(store, body_of(message())) == 200
    (event,) = store.events
    assert event.webhook_event_id == "01H810YECXQQZ37VAXPF6H9E6T"
    assert event.type == "message"
    assert event.citizen_key == RING.lookup("U" + "a" * 32)
    assert event.occurred_at.timestamp() == pytest.approx(1_795_000_000.123)
    assert "街灯".encode() not in event.payload
    opened = parse(
        RING.decrypt(event.payload, purpose=EVENT_PURPOSE), event_id=1, citizen_key=None, at=event.occurred_at
    )
    assert opened.text == "街灯が消えています"


def test_several_events_of_several_people_come_in_one_body() -> None:
    store = FakeStore()
    other = message(webhookEventId="b", source={"type": "user", "userId": "U" + "b" * 32})
    assert post(store, body_of(message(), other)) == 200
    assert len({event.citizen_key for event in store.events}) == 2


def test_verify_button_sends_no_events() -> None:
    store = FakeStore()
    assert post(store, body_of()) == 200
    assert store.events == []


@pytest.mark.parametrize("signature", [None, "wrong", "ｆｕｌｌ幅", signature_of(b"other body")])
def test_without_the_right_signature_nothing_is_stored(signature: str | None) -> None:
    store = FakeStore()
    assert post(store, body_of(message()), signature=signature) == 400
    assert store.events == []


def test_an_unset_secret_lets_nobody_in() -> None:
    store = FakeStore()
    body = body_of(message())
    assert post(store, body, secret="", signature=signature_of(body, "")) == 400
    assert store.events == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"events": 3}', b'{"events": [3]}', b"{}", b"\xff\xfe"])
def test_a_malformed_body_is_refused(body: bytes) -> None:
    store = FakeStore()
    assert post(store, body) == 400
    assert store.events == []


def test_deep_nesting_is_refused_not_a_crash() -> None:
    assert post(FakeStore(), b'{"events":' + b"[" * 50_000) == 400


def test_a_store_that_fails_makes_line_deliver_again() -> None:
    assert post(FakeStore(broken=True), body_of(message())) == 503


def test_limits_of_the_request() -> None:
    assert post(FakeStore(), body_of(message()), max_bytes=50) == 413
    assert post(FakeStore(), body_of(message()), CONTENT_LENGTH="") == 411
    assert post(FakeStore(), body_of(message()), REQUEST_METHOD="GET") == 405
    chunked: dict[str, Any] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    assert post(FakeStore(), body_of(message()), **chunked) == 200
    assert post(FakeStore(), body_of(message()), max_bytes=50, **chunked) == 413


def test_an_event_without_id_gets_its_content_hash() -> None:
    store = FakeStore()
    old = message()
    del old["webhookEventId"]
    assert post(store, body_of(old, old, message(webhookEventId="x"))) == 200
    first, second, third = (event.webhook_event_id for event in store.events)
    assert first == second != third
    assert first.startswith("sha256:")
    assert len(first) <= 64


def test_a_redelivered_event_without_id_keeps_its_content_hash() -> None:
    store = FakeStore()
    event = {name: value for name, value in message().items() if name != "webhookEventId"}
    for again in (False, True):
        post(store, body_of(event | {"deliveryContext": {"isRedelivery": again}}))
    assert len({event.webhook_event_id for event in store.events}) == 1


@pytest.mark.parametrize("event_id", ["", "\0", "a\nb", " ", "x" * 65, "通", 5, None])
def test_an_id_that_is_none_gets_a_content_hash(event_id: object) -> None:
    store = FakeStore()
    post(store, body_of(message(webhookEventId=event_id)))
    assert store.events[0].webhook_event_id.startswith("sha256:")


@pytest.mark.parametrize("stamp", [-62135596800000, -1, 0, 4_200_000_000_000, 253402300799000, 1e300])
def test_a_time_stamp_that_cannot_be_true_counts_as_now(stamp: float) -> None:
    store = FakeStore()
    post(store, body_of(message(timestamp=stamp)))
    assert store.events[0].occurred_at == store.events[0].received_at


def test_group_events_without_a_user_are_kept_in_the_groups_order() -> None:
    store = FakeStore()
    assert post(store, body_of(message(source={"type": "group", "groupId": "C1"}))) == 200
    assert store.events[0].citizen_key == RING.lookup("C1")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
EVENT_FIELDS = ["type", "mode", "timestamp", "source", "webhookEventId", "deliveryContext", "message", "replyToken"]


@given(st.lists(st.dictionaries(st.sampled_from(EVENT_FIELDS), json_values), max_size=3))
def test_fuzzed_signed_events_are_stored_and_can_be_opened(events: list[dict[str, Any]]) -> None:
    store = FakeStore()
    assert post(store, body_of(*events)) == 200
    assert len(store.events) == len(events)
    for event in store.events:
        assert 0 < len(event.webhook_event_id) <= 64
        assert "\0" not in event.type + event.webhook_event_id
        payload = RING.decrypt(event.payload, purpose=EVENT_PURPOSE)
        opened = parse(payload, event_id=1, citizen_key=event.citizen_key, at=event.occurred_at)
        assert isinstance(opened.type, str)
        assert opened.text is None or "\0" not in opened.text


@given(json_values)
def test_fuzzed_signed_bodies_never_give_5xx(content: Any) -> None:
    assert post(FakeStore(), json.dumps(content).encode()) in {200, 400}


@given(st.binary(max_size=200))
def test_fuzzed_unsigned_bytes_store_nothing(body: bytes) -> None:
    store = FakeStore()
    assert post(store, body, signature="AAAA") == 400
    assert store.events == []
