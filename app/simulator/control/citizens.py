"""Control routes that play citizens."""

import base64
import binascii
from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from app.simulator import events, reading
from app.simulator.chats import Bubble
from app.simulator.control.requests import body, chat_or_404, listed, number, refuse, wait_seconds
from app.simulator.phones import Done, NothingToTapError, Phones
from app.simulator.wire import Json
from app.simulator.world import World

_MEDIA_TYPES = {"video": "video/mp4", "audio": "audio/mp4", "file": "application/octet-stream"}


def citizen_routes(routes: Blueprint, world: World, phones: Phones) -> None:
    """Add the routes under ``/_sim/citizens`` (groups and rooms live there too)."""
    desk = _Citizens(world, phones)
    one = "/citizens/<chat_id>"
    routes.add_url_rule("/citizens", "citizens", desk.list_all)
    routes.add_url_rule("/citizens", "add_citizen", desk.add, methods=["POST"])
    routes.add_url_rule("/citizens/bulk", "add_citizens", desk.add_many, methods=["POST"])
    routes.add_url_rule(one, "citizen", desk.get)
    routes.add_url_rule(f"{one}/transcript", "transcript", desk.transcript)
    routes.add_url_rule(f"{one}/wait", "wait", desk.wait)
    routes.add_url_rule(f"{one}/offered", "offered", desk.offered)
    for name in ("messages", "photos", "events", "tap", "actions", "follow", "block", "unsend"):
        routes.add_url_rule(f"{one}/{name}", f"do_{name}", getattr(desk, name), methods=["POST"])
    routes.add_url_rule("/content/<message_id>", "content", desk.content)


class _Citizens:
    def __init__(self, world: World, phones: Phones) -> None:
        self._world = world
        self._phones = phones

    def list_all(self) -> Response:
        with self._world.lock:
            return listed([chat.as_json() for chat in self._world.chats.values()])

    def add(self) -> Response:
        wanted = body()
        kind = wanted.get("kind", "user")
        name = str(wanted.get("name") or "").strip()
        if kind not in {"user", "group", "room"} or not name:
            refuse(400, "name is needed; kind is one of user, group, room")
        return jsonify(self._world.add_chat(name, kind=kind, friend=bool(wanted.get("friend", True))).as_json())

    def add_many(self) -> Response:
        count = int(body().get("count", 0))
        chats = self._world.add_chats(f"市民{index + 1:06}" for index in range(count))
        return jsonify({"ids": [chat.id for chat in chats]})

    def get(self, chat_id: str) -> Response:
        return jsonify(chat_or_404(self._world, chat_id).as_json())

    def transcript(self, chat_id: str) -> Response:
        chat, after = chat_or_404(self._world, chat_id), number("after")
        with self._world.lock:
            return listed([bubble.as_json() for bubble in chat.bubbles if bubble.revision > after])

    def wait(self, chat_id: str) -> Response:
        """Wait for a bot message after revision ``after`` that holds ``text``; 204 when the time is up."""
        chat, after = chat_or_404(self._world, chat_id), number("after")
        words = request.args.get("text", "")

        def answer() -> Bubble | None:
            return next((bubble for bubble in chat.bubbles if _answers(bubble, words, after)), None)

        self._world.wait_until(answer, wait_seconds(5.0))
        found = answer()
        return jsonify(found.as_json()) if found else Response(status=204)

    def offered(self, chat_id: str) -> Response:
        return listed(self._phones.offered_actions(chat_or_404(self._world, chat_id)))

    def messages(self, chat_id: str) -> Response:
        wanted = body()
        make = _MESSAGES.get(str(wanted.get("type")))
        if make is None:
            refuse(400, f"type is one of {', '.join(_MESSAGES)}")
        chat = chat_or_404(self._world, chat_id)
        message = _MESSAGES[wanted["type"]](wanted)
        if message["type"] in _MEDIA_TYPES:
            self._phones.keep(message["id"], _media(wanted), wanted.get("contentType", _MEDIA_TYPES[message["type"]]))
        return self._answer(self._phones.say(chat, message, user_id=wanted.get("userId"), wait=_waits(wanted)))

    def photos(self, chat_id: str) -> Response:
        """Send photos: one raw image body, or ``{"photos": [base64 …], "oneBody": bool}`` for an album."""
        chat = chat_or_404(self._world, chat_id)
        if request.mimetype.startswith("image/"):
            return self._answer(self._phones.send_photos(chat, [request.get_data()]))
        wanted = body()
        photos = [_decoded(photo) for photo in wanted.get("photos", [])]
        if not photos:
            refuse(400, "photos is a list of base64 images")
        one_body = bool(wanted.get("oneBody"))
        return self._answer(self._phones.send_photos(chat, photos, one_body=one_body, wait=_waits(wanted)))

    def events(self, chat_id: str) -> Response:
        wanted = body()
        if not isinstance(wanted.get("type"), str):
            refuse(400, "type is needed")
        chat, rest = chat_or_404(self._world, chat_id), dict(wanted.get("body") or {})
        done = self._phones.happen(chat, wanted["type"], rest, user_id=wanted.get("userId"), wait=_waits(wanted))
        return self._answer(done)

    def tap(self, chat_id: str) -> Response:
        wanted = body()
        chat = chat_or_404(self._world, chat_id)
        try:
            done = self._phones.tap(chat, str(wanted.get("label")), params=wanted.get("params"), wait=_waits(wanted))
        except NothingToTapError as nothing:
            return _error(404, str(nothing))
        return self._answer(done)

    def actions(self, chat_id: str) -> Response:
        wanted = body()
        if not isinstance(wanted.get("action"), dict):
            refuse(400, "action is needed")
        chat = chat_or_404(self._world, chat_id)
        done = self._phones.perform(chat, wanted["action"], params=wanted.get("params"), wait=_waits(wanted))
        return self._answer(done)

    def follow(self, chat_id: str) -> Response:
        return self._simple(chat_id, self._phones.follow)

    def block(self, chat_id: str) -> Response:
        return self._simple(chat_id, self._phones.block)

    def unsend(self, chat_id: str) -> Response:
        wanted = body()
        chat = chat_or_404(self._world, chat_id)
        try:
            return self._answer(self._phones.unsend(chat, str(wanted.get("messageId")), wait=_waits(wanted)))
        except KeyError:
            return _error(404, "no such message of this citizen")

    def content(self, message_id: str) -> Response:
        content = self._world.contents.get(message_id)
        if content is None or content.unsent:
            return _error(404, "no such content")
        answer = Response(content.body, content_type=content.content_type)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    def _simple(self, chat_id: str, act: Callable[..., Done]) -> Response:
        chat = chat_or_404(self._world, chat_id)
        return self._answer(act(chat, wait=_waits(body())))

    def _answer(self, done: Done) -> Response:
        return jsonify(done.as_json())


def _answers(bubble: Bubble, words: str, after: int) -> bool:
    return bubble.from_bot and bubble.revision > after and words in reading.visible_text(bubble.message)


def _waits(wanted: Json) -> bool:
    return bool(wanted.get("wait", True))


def _error(status: int, message: str) -> Response:
    answer = jsonify({"message": message})
    answer.status_code = status
    return answer


def _decoded(photo: object) -> bytes:
    try:
        return base64.b64decode(str(photo), validate=True)
    except binascii.Error:
        refuse(400, "not base64")


def _media(wanted: Json) -> bytes:
    return _decoded(wanted["content"]) if wanted.get("content") else b"\x00" * 16


def _text(wanted: Json) -> Json:
    return events.text(
        str(wanted.get("text", "")),
        emojis=wanted.get("emojis"),
        quoted_message_id=wanted.get("quotedMessageId"),
    )


def _location(wanted: Json) -> Json:
    return events.location(
        float(wanted.get("latitude", 0)),
        float(wanted.get("longitude", 0)),
        title=str(wanted.get("title", "")),
        address=str(wanted.get("address", "")),
    )


def _sticker(wanted: Json) -> Json:
    keywords = [str(word) for word in wanted.get("keywords", [])]
    return events.sticker(str(wanted.get("packageId", "1")), str(wanted.get("stickerId", "1")), keywords)


def _file(wanted: Json) -> Json:
    return events.file(str(wanted.get("fileName", "file.bin")), len(_media(wanted)))


_MESSAGES: dict[str, Callable[[Json], Json]] = {
    "text": _text,
    "location": _location,
    "sticker": _sticker,
    "file": _file,
    "video": lambda wanted: events.video(int(wanted.get("duration", 5_000))),
    "audio": lambda wanted: events.audio(int(wanted.get("duration", 3_000))),
}
