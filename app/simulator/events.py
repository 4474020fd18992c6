"""Webhook events of every type, built as LINE builds them."""

from app.simulator.chats import Chat
from app.simulator.wire import Json, new_message_id, new_token, new_ulid, now_ms

_WITHOUT_REPLY_TOKEN = frozenset({"unfollow", "unsend", "leave", "memberLeft", "messageEdited"})


def event(kind: str, chat: Chat, *, user_id: str | None = None, at: int | None = None, **body: object) -> Json:
    """Make an event without its reply token; ``at`` is the time of the event in milliseconds."""
    timestamp = now_ms() if at is None else at
    return {
        "type": kind,
        "mode": "active",
        "timestamp": timestamp,
        "source": chat.source(user_id),
        "webhookEventId": new_ulid(timestamp),
        "deliveryContext": {"isRedelivery": False},
        **body,
    }


def wants_reply_token(kind: str) -> bool:
    """Tell whether LINE gives events of this type a reply token."""
    return kind not in _WITHOUT_REPLY_TOKEN


def text(words: str, *, emojis: list[Json] | None = None, quoted_message_id: str | None = None) -> Json:
    """Make the message of a text event."""
    message: Json = {"type": "text", "id": new_message_id(), "text": words, "quoteToken": new_token()}
    if emojis:
        message["emojis"] = emojis
    if quoted_message_id:
        message["quotedMessageId"] = quoted_message_id
    return message


def image(*, image_set: Json | None = None) -> Json:
    """Make the message of a photo event; ``image_set`` holds id, index and total of an album."""
    message: Json = {
        "type": "image",
        "id": new_message_id(),
        "quoteToken": new_token(),
        "contentProvider": {"type": "line"},
    }
    return message | ({"imageSet": image_set} if image_set else {})


def album(total: int) -> list[Json]:
    """Make the messages of photos sent together."""
    if total == 1:
        return [image()]
    set_id = new_token().upper()
    return [image(image_set={"id": set_id, "index": index, "total": total}) for index in range(1, total + 1)]


def video(duration_ms: int) -> Json:
    """Make the message of a video event."""
    return image() | {"type": "video", "duration": duration_ms}


def audio(duration_ms: int) -> Json:
    """Make the message of a voice event."""
    provider = {"type": "line"}
    return {"type": "audio", "id": new_message_id(), "duration": duration_ms, "contentProvider": provider}


def file(name: str, size: int) -> Json:
    """Make the message of a file event; ``size`` is in bytes."""
    return {"type": "file", "id": new_message_id(), "fileName": name, "fileSize": size}


def location(latitude: float, longitude: float, *, title: str = "", address: str = "") -> Json:
    """Make the message of a location event."""
    message: Json = {"type": "location", "id": new_message_id(), "latitude": latitude, "longitude": longitude}
    return message | ({"title": title} if title else {}) | ({"address": address} if address else {})


def sticker(package_id: str, sticker_id: str, keywords: list[str]) -> Json:
    """Make the message of a sticker event."""
    return {
        "type": "sticker",
        "id": new_message_id(),
        "quoteToken": new_token(),
        "packageId": package_id,
        "stickerId": sticker_id,
        "stickerResourceType": "STATIC",
        "keywords": keywords,
    }
