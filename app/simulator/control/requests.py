"""Reading control requests and answering mistakes in plain words."""

from typing import NoReturn

from flask import Response, abort, jsonify, make_response, request

from app.simulator.chats import Chat
from app.simulator.wire import Json
from app.simulator.world import World

LONGEST_WAIT_SECONDS = 60.0


def refuse(status: int, message: str) -> NoReturn:
    """End the request with an error."""
    abort(make_response(jsonify({"message": message}), status))


def body() -> Json:
    """Read a JSON object (an empty body counts as one)."""
    if not request.get_data():
        return {}
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        refuse(400, "a JSON object is expected")
    return dict(found)


def chat_or_404(world: World, chat_id: str) -> Chat:
    """Find a chat."""
    chat = world.chats.get(chat_id)
    if chat is None:
        refuse(404, "no such citizen or group")
    return chat


def wait_seconds(default: float) -> float:
    """Read ``?timeout=`` in seconds."""
    return min(request.args.get("timeout", default, type=float), LONGEST_WAIT_SECONDS)


def number(name: str, default: int = 0) -> int:
    """Read a whole number from the query."""
    return request.args.get(name, default, type=int)


def listed(items: list[Json]) -> Response:
    """Answer with a list."""
    return jsonify({"items": items})
