"""A stored LINE event, read leniently: whatever LINE adds or leaves out, nothing here raises on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedback import raw_json

EVENT_PURPOSE = b"line-event"
"""Purpose under which stored events are sealed."""

MESSAGE_ID_PURPOSE = b"line-message-id"
"""Purpose under which LINE's message ids are sealed while their files are still to be fetched."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event to work: its row, when it happened, who it came from, and LINE's own JSON."""

    event_id: int
    citizen_key: bytes | None
    at: datetime
    is_redelivery: bool
    json: Mapping[str, Any]
    text: str | None
    """The words of a text message, without NUL (databases refuse it) and lone surrogates."""

    @property
    def type(self) -> str:
        """LINE's event type, "" when missing."""
        return _text(self.json.get("type"))

    @property
    def is_standby(self) -> bool:
        """Another module channel is in charge: nothing may be sent."""
        return self.json.get("mode") == "standby"

    @property
    def source_type(self) -> str:
        """user, group, room or ""."""
        return _text(_mapping(self.json.get("source")).get("type"))

    @property
    def user_id(self) -> str | None:
        """The LINE user id; None in some group events."""
        return _text(_mapping(self.json.get("source")).get("userId")) or None

    @property
    def group_id(self) -> str | None:
        """The group's or room's id, if the event came from one."""
        source = _mapping(self.json.get("source"))
        return _text(source.get("groupId")) or _text(source.get("roomId")) or None

    @property
    def reply_token(self) -> str | None:
        """Good for one reply within a minute; absent in unfollow, unsend, standby."""
        return _text(self.json.get("replyToken")) or None

    @property
    def message(self) -> Mapping[str, Any]:
        """The message object, empty when there is none."""
        return _mapping(self.json.get("message"))

    @property
    def postback(self) -> Mapping[str, Any]:
        """The postback object, empty when there is none."""
        return _mapping(self.json.get("postback"))


def storable(text: str) -> str:
    """Text as databases can keep it: NUL and lone surrogates become the replacement character."""
    text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def parse(payload: bytes, *, event_id: int, citizen_key: bytes | None, at: datetime) -> Inbound:
    """Read the stored JSON of one event."""
    event = _mapping(raw_json.read(payload))
    redelivery = _mapping(event.get("deliveryContext")).get("isRedelivery") is True
    return Inbound(event_id, citizen_key, at, redelivery, json=event, text=_words(event))


def _words(event: Mapping[str, Any]) -> str | None:
    message = _mapping(event.get("message"))
    words = message.get("text") if message.get("type") == "text" else None
    return storable(words) if isinstance(words, str) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else storable(value)
