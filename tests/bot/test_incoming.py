"""Odd JSON: whatever LINE or somebody with the secret sends, handling never raises."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.inbound import parse
from bot.incoming import read_incoming
from feedback.inbox.models import EventState
from feedback.keys import KeyRing
from tests.bot.conftest import Phone

_KEYS = KeyRing(data_keys=[b"d" * 32], lookup_key=b"l" * 32)
_ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1e400,
    float("nan"),
    10**400,
    "",
    "\0",
    "\ud800",
    "x" * 6000,
    [],
    [1],
    {},
    {"a": 1},
]
_EVENT: dict[str, Any] = {
    "type": "message",
    "mode": "active",
    "timestamp": 1,
    "source": {"type": "user", "userId": "U" + "0" * 31 + "1"},
    "replyToken": "t",
    "message": {
        "type": "text",
        "id": "1",
        "text": "道路の穴",
        "imageSet": {"id": "A", "index": 1, "total": 2},
        "contentProvider": {"type": "line"},
        "fileName": "a.pdf",
        "latitude": 35.0,
        "longitude": 139.0,
        "title": "みどり公園",
        "address": "まちこえ市みどり町",
    },
    "postback": {"data": "v1:show:1:"},
    "unsend": {"messageId": "1"},
    "follow": {"isUnblocked": True},
}


def _paths(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    inner = (
        [deep for key, one in value.items() for deep in _paths(one, (*path, key))] if isinstance(value, dict) else []
    )
    return [*([path] if path else []), *inner]


def _changed(path: tuple[str, ...], value: Any, **other: Any) -> dict[str, Any]:
    event = copy.deepcopy(_EVENT) | other
    place = event
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return event


def test_every_field_may_be_odd(make_phone: Callable[..., Phone]) -> None:
    phone = make_phone()
    phone.agrees()
    types = ("message", "postback", "follow", "unfollow", "unsend", "join", "beacon")
    events = [_changed(path, odd) for path in _paths(_EVENT) for odd in _ODD]
    events += [_changed(("message", "type"), kind) for kind in ("image", "file", "location", "sticker", "new-type")]
    events += [_changed(("message", "id"), odd, type=kind) for kind in types for odd in _ODD]
    phone.store(*events)
    phone.work()
    assert phone.dead() == []
    assert all(event.state in (EventState.DONE, EventState.IGNORED) for event in phone.events())


@pytest.mark.parametrize("at", [-10 * 365 * 86400.0, 200 * 365 * 86400.0])
def test_impossible_times_count_as_now(friend: Phone, at: float) -> None:
    friend.store(friend.message(type="text", text="道路に穴があいています"), at=at)
    friend.clock.advance(days=365 * 300)
    friend.work()
    assert friend.dead() == []
    assert len(friend.submissions()) == 1


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(_ODD),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "source", "message", "userId", "text", "id", "postback", "data", "unsend"])
                | st.text(max_size=4),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_can_be_understood(value: Any) -> None:
    import json

    inbound = parse(json.dumps(value).encode(), event_id=1, citizen_key=b"k" * 16, at=None)  # type: ignore[arg-type]
    read_incoming(inbound, _KEYS)


@pytest.mark.parametrize(
    ("data", "about"),
    [
        ("v1:show:5:", 5),
        ("v1:show::", None),
        ("v1:show:x:", 2**31 - 1),
        ("v1:show:99999999999:", 2**31 - 1),
        ("v1:show:0", 2**31 - 1),
    ],
)
def test_a_buttons_submission(data: str, about: int | None) -> None:
    event = b'{"type":"postback","source":{"type":"user","userId":"U1"},"postback":{"data":"%s"}}' % data.encode()
    press = read_incoming(parse(event, event_id=1, citizen_key=b"", at=None), _KEYS)  # type: ignore[arg-type]
    assert press is not None
    assert press.about == about  # type: ignore[union-attr]
