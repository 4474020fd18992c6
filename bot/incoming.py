"""LINE's event JSON → what came in, leniently: odd values are as if missing, unknown events are None."""

from collections.abc import Mapping
from typing import Any, Final

from bot.conversation.incoming import (
    Follow,
    Group,
    Incoming,
    Media,
    MediaKind,
    Place,
    Press,
    Sticker,
    Unfollow,
    Unsend,
    Words,
)
from bot.conversation.words import MAX_ID, read_word
from bot.inbound import Inbound, storable
from bot.messages.objects import POSTBACK_VERSION
from feedback.keys import KeyRing

_MEDIA: Final[Mapping[str, MediaKind]] = {"image": "image", "video": "video", "audio": "audio", "file": "file"}
_ALBUM_CHARS: Final = 16
_DAY_CHARS: Final = 10
_LONGEST_WORDS: Final = 200


def read_incoming(inbound: Inbound, keys: KeyRing) -> Incoming | None:
    """What an event is to the conversation; None when it is nothing to it."""
    kind = inbound.type
    if inbound.source_type in ("group", "room"):
        return Group() if kind in ("join", "message") and inbound.group_id else None
    if inbound.user_id is None:
        return None
    if kind == "message":
        return _message(inbound, keys)
    if kind == "postback":
        return _press(inbound.postback)
    if kind == "follow":
        return Follow(unblocked=_mapping(inbound.json.get("follow")).get("isUnblocked") is True)
    if kind == "unfollow":
        return Unfollow()
    return _unsend(inbound, keys) if kind == "unsend" else None


def _message(inbound: Inbound, keys: KeyRing) -> Incoming | None:
    text = inbound.text
    if text is not None:
        return Words(text, read_word(text)) if text else None
    kind = inbound.message.get("type")
    if not isinstance(kind, str):
        return None
    if kind in _MEDIA:
        return Media(_MEDIA[kind], album(inbound, keys))
    if kind == "location":
        return Place(*place(inbound), words_of(inbound, "address") or words_of(inbound, "title") or "")
    return Sticker() if kind == "sticker" else None


def album(inbound: Inbound, keys: KeyRing) -> str:
    """The same for photos sent together, "" for a photo alone; a keyed hash, not LINE's id."""
    name = _mapping(inbound.message.get("imageSet")).get("id")
    return keys.lookup(f"album:{name}").hex()[:_ALBUM_CHARS] if isinstance(name, str) and name else ""


def _press(postback: Mapping[str, Any]) -> Press | None:
    data = postback.get("data")
    parts = data.split(":", 3) if isinstance(data, str) else []
    if len(parts) < 2 or parts[0] != POSTBACK_VERSION:
        return Press("menu") if parts else None
    parts += [""] * (4 - len(parts))
    day = _mapping(postback.get("params")).get("date")
    return Press(parts[1], _id(parts[2]), parts[3], day[:_DAY_CHARS] if isinstance(day, str) else "")


def _id(text: str) -> int | None:
    if not text:
        return None
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else -1
    # An id that is none must not mean "the newest": it means one that nobody has.
    return number if 0 < number <= MAX_ID else MAX_ID


def _unsend(inbound: Inbound, keys: KeyRing) -> Unsend | None:
    message_id = _mapping(inbound.json.get("unsend")).get("messageId")
    return Unsend(message_key(message_id, keys).hex()) if isinstance(message_id, str) and message_id else None


def message_key(message_id: str, keys: KeyRing) -> bytes:
    """Keyed hash under which a message is found when it is unsent."""
    return keys.lookup("message:" + message_id)


def message_id(inbound: Inbound) -> str | None:
    """LINE's id of the message, if it has one."""
    value = inbound.message.get("id")
    return value if isinstance(value, str) and value else None


def place(inbound: Inbound) -> tuple[float | None, float | None]:
    """Latitude and longitude of a location; both None when they are not on earth."""
    latitude = _degrees(inbound.message.get("latitude"), 90)
    longitude = _degrees(inbound.message.get("longitude"), 180)
    return (latitude, longitude) if latitude is not None and longitude is not None else (None, None)


def words_of(inbound: Inbound, field: str) -> str | None:
    """Words beside a message: a place's title or address, a file's name. None when there are none."""
    words = inbound.message.get(field)
    return (storable(words)[:_LONGEST_WORDS] or None) if isinstance(words, str) else None


def _degrees(value: Any, limit: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -limit <= value <= limit else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
