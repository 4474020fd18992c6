"""Reply, push, multicast, narrowcast, broadcast and what is counted about them."""

import re
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from app.simulator import limits
from app.simulator.api.gate import QUOTA_MESSAGE, ApiError, json_body, refuse_problems
from app.simulator.chats import Chat, Via
from app.simulator.validation.checks import Problem
from app.simulator.validation.messages import check_messages, check_multicast, check_narrowcast, check_push, check_reply
from app.simulator.wire import Json, new_token
from app.simulator.world import Accepted, World

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_VALIDATORS: dict[str, Callable[[Json], list[Problem]]] = dict.fromkeys(
    ("reply", "push", "multicast", "narrowcast", "broadcast"), check_messages
)


def sending_blueprint(world: World) -> Blueprint:
    """Make the routes under ``/v2/bot/message`` that send."""
    routes = Blueprint("sending", __name__, url_prefix="/v2/bot/message")
    desk = _Desk(world)
    routes.add_url_rule("/reply", "reply", desk.reply, methods=["POST"])
    routes.add_url_rule("/push", "push", desk.push, methods=["POST"])
    routes.add_url_rule("/multicast", "multicast", desk.multicast, methods=["POST"])
    routes.add_url_rule("/narrowcast", "narrowcast", desk.narrowcast, methods=["POST"])
    routes.add_url_rule("/broadcast", "broadcast", desk.broadcast, methods=["POST"])
    routes.add_url_rule("/progress/narrowcast", "narrowcast_progress", desk.narrowcast_progress)
    routes.add_url_rule("/validate/<kind>", "validate", desk.validate, methods=["POST"])
    routes.add_url_rule("/quota", "quota", desk.quota)
    routes.add_url_rule("/quota/consumption", "quota_consumption", desk.consumption)
    routes.add_url_rule("/delivery/<kind>", "delivery_count", desk.delivery_count)
    routes.add_url_rule("/markAsRead", "mark_as_read", desk.mark_as_read, methods=["POST"])
    return routes


class _Desk:
    def __init__(self, world: World) -> None:
        self._world = world

    def reply(self) -> Response:
        if "X-Line-Retry-Key" in request.headers:
            raise ApiError(400, "The retry key is not supported by this endpoint")
        body = json_body()
        refuse_problems(check_reply(body))
        with self._world.lock:
            spoilt = self._world.faults.use("invalid_reply_tokens")
            chat = None if spoilt else self._world.take_reply_token(body["replyToken"])
        if chat is None:
            raise ApiError(400, "Invalid reply token")
        return jsonify(self._speak([chat], body, "reply"))

    def push(self) -> Response:
        body = json_body()
        refuse_problems(check_push(body))

        def send() -> Json:
            chat = self._world.chats.get(body["to"])
            if chat is None:
                raise ApiError(400, "Failed to send messages")
            self._charge([chat])
            return self._speak([chat], body, "push")

        return self._once(send)

    def multicast(self) -> Response:
        body = json_body()
        refuse_problems(check_multicast(body))
        return self._once(lambda: self._send_to_all(self._known(body["to"]), body, "multicast"))

    def broadcast(self) -> Response:
        body = json_body()
        refuse_problems(check_messages(body))
        return self._once(lambda: self._send_to_all(self._friends(), body, "broadcast"))

    def narrowcast(self) -> Response:
        body = json_body()
        refuse_problems(check_narrowcast(body))

        def send() -> Json:
            friends = self._friends()[: (body.get("limit") or {}).get("max")]
            self._world.narrowcasts[g.request_id] = len(friends)
            return self._send_to_all(friends, body, "narrowcast")

        answer = self._once(send)
        answer.status_code = 202 if answer.status_code == 200 else answer.status_code
        return answer

    def narrowcast_progress(self) -> Response:
        count = self._world.narrowcasts.get(request.args.get("requestId", ""))
        if count is None:
            raise ApiError(404, "Not found")
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        times = {"acceptedTime": now, "completedTime": now}
        return jsonify({"phase": "succeeded", "successCount": count, "failureCount": 0, "targetCount": count} | times)

    def validate(self, kind: str) -> Response:
        if kind not in _VALIDATORS:
            raise ApiError(404, "Not found")
        refuse_problems(_VALIDATORS[kind](json_body()))
        return jsonify({})

    def quota(self) -> Response:
        limit = self._world.settings.monthly_quota
        return jsonify({"type": "none"} if limit is None else {"type": "limited", "value": limit})

    def consumption(self) -> Response:
        return jsonify({"totalUsage": self._world.consumed})

    def delivery_count(self, kind: str) -> Response:
        if kind not in _VALIDATORS:
            raise ApiError(404, "Not found")
        return jsonify({"status": "ready", "success": self._world.sent[kind]})

    def mark_as_read(self) -> Response:
        json_body()
        return jsonify({})

    def _once(self, send: Callable[[], Json]) -> Response:
        """Send at most once for a retry key; a second time answers 409 with the first request's id."""
        key = request.headers.get("X-Line-Retry-Key")
        if key is None:
            return jsonify(send())
        if not _UUID.fullmatch(key):
            raise ApiError(400, "Invalid retry key")
        with self._world.lock:
            known = self._world.retry_keys.get(key.lower())
            if known is not None and known.forget_at > time.monotonic():
                raise _already_accepted(known)
            answer = send()
            forget_at = time.monotonic() + limits.RETRY_KEY_SECONDS
            self._world.retry_keys[key.lower()] = Accepted(g.request_id, answer, forget_at)
        return jsonify(answer)

    def _send_to_all(self, chats: list[Chat], body: Json, via: Via) -> Json:
        self._charge(chats)
        self._speak(chats, body, via)
        return {}

    def _charge(self, chats: Iterable[Chat]) -> None:
        """Count against the month's quota (each reader once a request, as LINE bills); raises 429."""
        with self._world.lock:
            count = sum(chat.reachable for chat in chats)
            limit = self._world.settings.monthly_quota
            if limit is not None and self._world.consumed + count > limit:
                raise ApiError(429, QUOTA_MESSAGE)
            self._world.consumed += count

    def _speak(self, chats: list[Chat], body: Json, via: Via) -> Json:
        bubbles = self._world.speak(chats, body["messages"], via=via, request_id=g.request_id)
        return {"sentMessages": [{"id": bubble.id, "quoteToken": new_token()} for bubble in bubbles]}

    def _known(self, user_ids: list[str]) -> list[Chat]:
        chats = self._world.chats
        return [chats[user_id] for user_id in dict.fromkeys(user_ids) if user_id in chats]

    def _friends(self) -> list[Chat]:
        with self._world.lock:
            return [chat for chat in self._world.chats.values() if chat.kind == "user" and chat.friend]


def _already_accepted(known: Accepted) -> ApiError:
    more: tuple[tuple[str, Any], ...] = tuple(known.answer.items())
    headers = (("X-Line-Accepted-Request-Id", known.request_id),)
    return ApiError(409, "The retry key is already accepted", headers=headers, more=more)
