"""What citizens do with their phones, turned into chat bubbles and webhooks."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from app.simulator import events, reading
from app.simulator.chats import Chat, Content
from app.simulator.delivery import Delivery, WebhookSender
from app.simulator.wire import Json, now_ms
from app.simulator.world import World

_PICTURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG": "image/png",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}


class NothingToTapError(LookupError):
    """The chat shows nothing with this label; the message lists what it does show."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an action: its events, and ``mark``, the world's revision just before they went out."""

    deliveries: tuple[Delivery, ...]
    mark: int
    result: Json

    def as_json(self) -> Json:
        """Describe it for the control API."""
        return {
            "events": [delivery.as_json() for delivery in self.deliveries],
            "messageIds": [delivery.message_id for delivery in self.deliveries if delivery.message_id],
            "mark": self.mark,
            **self.result,
        }


class Phones:
    """All citizens' phones; methods send real webhooks and return once the bot answered the first attempt."""

    def __init__(self, world: World, sender: WebhookSender) -> None:
        self._world = world
        self._sender = sender

    def say(self, chat: Chat, message: Json, *, user_id: str | None = None, wait: bool = True) -> Done:
        """Send one message (made by :mod:`app.simulator.events`)."""
        return self._messages(chat, [message], user_id=user_id, wait=wait)

    def send_photos(self, chat: Chat, photos: Sequence[bytes], *, one_body: bool = False, wait: bool = True) -> Done:
        """Send photos; several become an album, each its own event (in ``one_body`` or in a body each)."""
        messages = events.album(len(photos))
        for message, photo in zip(messages, photos, strict=True):
            self.keep(message["id"], photo, picture_type(photo))
        return self._messages(chat, messages, one_body=one_body, wait=wait)

    def keep(self, message_id: str, body: bytes, content_type: str) -> None:
        """Store media so that the bot can fetch it; video and sound take a while to be ready."""
        slow = content_type.startswith(("video/", "audio/"))
        ready_at = time.monotonic() + (self._world.settings.transcoding_seconds if slow else 0.0)
        self._world.contents[message_id] = Content(body, content_type, ready_at)

    def follow(self, chat: Chat, *, wait: bool = True) -> Done:
        """Add the bot as a friend, or unblock it."""
        with self._world.lock:
            unblocked, chat.blocked, chat.friend = chat.blocked, False, True
            chat.revision = self._world.touch()
        return self._happen(chat, "follow", wait=wait, follow={"isUnblocked": unblocked})

    def block(self, chat: Chat, *, wait: bool = True) -> Done:
        """Block the bot; nothing it sends arrives any more."""
        with self._world.lock:
            chat.blocked = True
            chat.revision = self._world.touch()
        return self._happen(chat, "unfollow", wait=wait)

    def unsend(self, chat: Chat, message_id: str, *, wait: bool = True) -> Done:
        """Take a message back: words and media are gone, here too. Raises ``KeyError`` for an unknown one."""
        with self._world.lock:
            _, bubble = self._world.messages[message_id]
            if bubble.from_bot:
                raise KeyError(message_id)
            bubble.unsent, bubble.message = True, {}
            bubble.revision = chat.revision = self._world.touch()
            content = self._world.contents.get(message_id)
            if content is not None:
                content.body, content.unsent = b"", True
        return self._happen(chat, "unsend", wait=wait, unsend={"messageId": message_id})

    def happen(self, chat: Chat, kind: str, body: Json, *, user_id: str | None = None, wait: bool = True) -> Done:
        """Send an event of any type, also types LINE has not invented yet."""
        if kind in {"leave", "unfollow"}:
            chat.blocked = True
        return self._happen(chat, kind, wait=wait, user_id=user_id, **body)

    def tap(self, chat: Chat, label: str, *, params: Json | None = None, wait: bool = True) -> Done:
        """Tap the quick reply, button or menu area with ``label``; raises :class:`NothingToTapError`."""
        offered = self.offered_actions(chat)
        for action in offered:
            if action.get("label") == label:
                return self.perform(chat, action, params=params, wait=wait)
        shown = "、".join(str(action.get("label")) for action in offered) or "(nothing)"
        raise NothingToTapError(f"no 「{label}」 here; the chat offers {shown}")

    def offered_actions(self, chat: Chat) -> list[Json]:
        """List what can be tapped: the last message's quick replies, newest buttons first, then the menu."""
        with self._world.lock:
            bubbles = list(chat.bubbles)
            menu = self._world.rich_menu_of(chat)
        actions = reading.quick_replies(bubbles[-1].message) if bubbles and bubbles[-1].from_bot else []
        for bubble in reversed(bubbles):
            if bubble.from_bot:
                actions += reading.buttons(bubble.message)
        return actions + ([area["action"] for area in menu.menu.get("areas", [])] if menu else [])

    def perform(self, chat: Chat, action: Json, *, params: Json | None = None, wait: bool = True) -> Done:
        """Carry out an action object as the app would."""
        kind = action.get("type")
        if kind == "message":
            return self.say(chat, events.text(str(action["text"])), wait=wait)
        if kind == "postback":
            return self._postback(chat, action, None, wait=wait)
        if kind == "datetimepicker":
            return self._postback(chat, action, params or _picked(action), wait=wait)
        if kind == "richmenuswitch":
            return self._switch_menu(chat, action, wait=wait)
        return Done((), self._world.revision, _on_the_phone_only(action))

    def _postback(self, chat: Chat, action: Json, params: Json | None, *, wait: bool) -> Done:
        shown = action.get("displayText")
        if action.get("text"):
            self.say(chat, events.text(str(action["text"])), wait=wait)
        postback: Json = {"data": action.get("data", "")} | ({"params": params} if params else {})
        event = self._event(chat, "postback", None, postback=postback)
        if shown:
            message = {"type": "text", "text": shown}
            bubble = self._world.hear(chat, chat.id, message, event_id=event["webhookEventId"], at=event["timestamp"])
            return self._deliver(chat, [event], bubble_id=bubble.id, wait=wait)
        return self._deliver(chat, [event], wait=wait)

    def _switch_menu(self, chat: Chat, action: Json, *, wait: bool) -> Done:
        with self._world.lock:
            alias = str(action.get("richMenuAliasId"))
            menu_id = self._world.rich_menus.aliases.get(alias)
            if menu_id:
                chat.rich_menu_id = menu_id
                chat.revision = self._world.touch()
        status = "SUCCESS" if menu_id else "RICHMENU_ALIAS_ID_NOTFOUND"
        return self._postback(chat, action, {"newRichMenuAliasId": alias, "status": status}, wait=wait)

    def _messages(
        self,
        chat: Chat,
        messages: list[Json],
        *,
        user_id: str | None = None,
        one_body: bool = True,
        wait: bool,
    ) -> Done:
        made = []
        for message in messages:
            event = self._event(chat, "message", user_id, message=message)
            self._world.hear(chat, user_id or chat.id, message, event_id=event["webhookEventId"], at=event["timestamp"])
            made.append(event)
        return self._deliver(chat, made, one_body=one_body, wait=wait)

    def _happen(self, chat: Chat, kind: str, *, wait: bool, user_id: str | None = None, **body: object) -> Done:
        return self._deliver(chat, [self._event(chat, kind, user_id, **body)], wait=wait)

    def _event(self, chat: Chat, kind: str, user_id: str | None, **body: object) -> Json:
        event = events.event(kind, chat, user_id=user_id, at=now_ms(), **body)
        if self._world.faults.standby:
            event["mode"] = "standby"
        elif events.wants_reply_token(kind):
            event["replyToken"] = self._world.issue_reply_token(chat)
        return event

    def _deliver(
        self, chat: Chat, made: list[Json], *, one_body: bool = True, bubble_id: str | None = None, wait: bool
    ) -> Done:
        mark = self._world.revision
        deliveries = [self._sender.prepare(event, chat.id, bubble_id=bubble_id) for event in made]
        if one_body:
            self._sender.send(deliveries, wait=wait)
        else:
            for delivery in deliveries:
                self._sender.send([delivery], wait=wait)
        return Done(tuple(deliveries), mark, {})


def picture_type(content: bytes) -> str:
    """Tell a picture's media type by its first bytes."""
    return next((kind for magic, kind in _PICTURES.items() if content.startswith(magic)), "application/octet-stream")


def _picked(action: Json) -> Json:
    mode = str(action.get("mode", "datetime"))
    example = {"date": "2026-11-22", "time": "10:00", "datetime": "2026-11-22T10:00"}[mode]
    return {mode: action.get("initial", example)}


def _on_the_phone_only(action: Json) -> Json:
    """Actions the bot never hears of: opening a page, copying, opening camera, album or map."""
    kind = action.get("type")
    if kind == "uri":
        return {"open": action.get("uri")}
    if kind == "clipboard":
        return {"copied": action.get("clipboardText")}
    return {"need": kind}
