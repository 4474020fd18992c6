"""Around the messages: bot info, webhook endpoint, profiles, content, loading, groups, insight."""

import time
from datetime import UTC, datetime

from flask import Blueprint, Response, jsonify, request

from app.simulator import limits
from app.simulator.api.gate import ApiError, find_citizen, json_body, refuse_problems
from app.simulator.chats import Chat, Content
from app.simulator.delivery import WebhookSender
from app.simulator.validation.checks import Node, Problem, is_secure_url, is_user_id
from app.simulator.wire import Json, new_token
from app.simulator.world import World

_FOLLOWER_PAGE = 1_000


def account_blueprint(world: World, sender: WebhookSender) -> Blueprint:
    """Make the remaining routes under ``/v2/bot``."""
    routes = Blueprint("account", __name__, url_prefix="/v2/bot")
    _account_routes(routes, _Account(world, sender))
    _citizen_routes(routes, _Citizens(world))
    return routes


def _account_routes(routes: Blueprint, account: "_Account") -> None:
    routes.add_url_rule("/info", "info", account.info)
    endpoint = "/channel/webhook/endpoint"
    routes.add_url_rule(endpoint, "webhook_endpoint", account.webhook_endpoint)
    routes.add_url_rule(endpoint, "set_webhook_endpoint", account.set_webhook_endpoint, methods=["PUT"])
    routes.add_url_rule("/channel/webhook/test", "test_webhook", account.test_webhook, methods=["POST"])
    routes.add_url_rule("/insight/followers", "insight_followers", account.insight_followers)
    routes.add_url_rule("/insight/demographic", "insight_demographic", account.insight_demographic)


def _citizen_routes(routes: Blueprint, citizens: "_Citizens") -> None:
    routes.add_url_rule("/profile/<user_id>", "profile", citizens.profile)
    routes.add_url_rule("/followers/ids", "followers", citizens.followers)
    routes.add_url_rule("/message/<message_id>/content", "content", citizens.content)
    routes.add_url_rule("/message/<message_id>/content/preview", "content_preview", citizens.content)
    routes.add_url_rule("/message/<message_id>/content/transcoding", "transcoding", citizens.transcoding)
    routes.add_url_rule("/chat/loading/start", "loading", citizens.loading, methods=["POST"])
    routes.add_url_rule("/chat/markAsRead", "mark_as_read", citizens.mark_as_read, methods=["POST"])
    routes.add_url_rule("/user/<user_id>/linkToken", "link_token", citizens.link_token, methods=["POST"])
    for kind in ("group", "room"):
        routes.add_url_rule(f"/{kind}/<chat_id>/leave", f"{kind}_leave", citizens.leave, methods=["POST"])
        routes.add_url_rule(f"/{kind}/<chat_id>/summary", f"{kind}_summary", citizens.summary)
        member = f"/{kind}/<chat_id>/member/<user_id>"
        routes.add_url_rule(member, f"{kind}_member", citizens.member)


class _Account:
    def __init__(self, world: World, sender: WebhookSender) -> None:
        self._world = world
        self._sender = sender

    def info(self) -> Response:
        return jsonify(
            {
                "userId": self._world.bot_user_id,
                "basicId": "@000simul",
                "displayName": self._world.settings.bot_name,
                "chatMode": "bot",
                "markAsReadMode": "auto",
            }
        )

    def webhook_endpoint(self) -> Response:
        settings = self._world.settings
        if not settings.webhook_url:
            raise ApiError(404, "Webhook endpoint not found")
        return jsonify({"endpoint": settings.webhook_url, "active": settings.webhook_active})

    def set_webhook_endpoint(self) -> Response:
        problems: list[Problem] = []
        node = Node(json_body(), "", problems)
        url = node.text("endpoint", 500)
        if url is not None and not is_secure_url(url):
            node.wrong("endpoint", "Invalid webhook endpoint URL")
        refuse_problems(problems)
        self._world.settings.webhook_url = str(url)
        self._world.touch()
        return jsonify({})

    def test_webhook(self) -> Response:
        body = json_body() if request.get_data() else {}
        url = body.get("endpoint") or self._world.settings.webhook_url
        if not url or not is_secure_url(str(url)):
            raise ApiError(400, "Invalid webhook endpoint URL")
        payload: Json = {"destination": self._world.bot_user_id, "events": []}
        status, reason = self._sender.post_body(payload, str(url))
        return jsonify(
            {
                "success": status == 200,
                "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z"),
                "statusCode": status,
                "reason": reason,
                "detail": str(status),
            }
        )

    def insight_followers(self) -> Response:
        with self._world.lock:
            chats = [chat for chat in self._world.chats.values() if chat.kind == "user" and chat.friend]
        blocks = sum(chat.blocked for chat in chats)
        count = len(chats)
        return jsonify({"status": "ready", "followers": count, "targetedReaches": count - blocks, "blocks": blocks})

    def insight_demographic(self) -> Response:
        return jsonify(_DEMOGRAPHIC)


class _Citizens:
    def __init__(self, world: World) -> None:
        self._world = world

    def profile(self, user_id: str) -> Response:
        return jsonify(_profile(find_citizen(self._world, user_id)))

    def member(self, chat_id: str, user_id: str) -> Response:
        self._group(chat_id)
        return jsonify(_profile(find_citizen(self._world, user_id)))

    def followers(self) -> Response:
        limit = request.args.get("limit", 300, type=int)
        start = request.args.get("start", 0, type=int)
        if not 1 <= limit <= _FOLLOWER_PAGE or start < 0:
            raise ApiError(400, "The value for the query parameter is invalid")
        with self._world.lock:
            everyone = [chat.id for chat in self._world.chats.values() if chat.kind == "user" and chat.reachable]
        page: Json = {"userIds": everyone[start : start + limit]}
        if start + limit < len(everyone):
            page["next"] = str(start + limit)
        return jsonify(page)

    def content(self, message_id: str) -> Response:
        content = self._content(message_id)
        if time.monotonic() < content.ready_at:
            return Response(status=202)
        return Response(content.body, content_type=content.content_type)

    def transcoding(self, message_id: str) -> Response:
        content = self._content(message_id)
        return jsonify({"status": "processing" if time.monotonic() < content.ready_at else "succeeded"})

    def loading(self) -> Response:
        problems: list[Problem] = []
        body = json_body()
        node = Node(body, "", problems)
        if not is_user_id(body.get("chatId")):
            node.wrong("chatId", "must be a user id")
        seconds = node.integer("loadingSeconds", *limits.LOADING_SECONDS, required=False)
        if seconds is not None and seconds % limits.LOADING_STEP_SECONDS:
            node.wrong("loadingSeconds", f"must be a multiple of {limits.LOADING_STEP_SECONDS}")
        refuse_problems(problems)
        chat = self._world.chats.get(body["chatId"])
        if chat is not None and not chat.blocked:
            with self._world.lock:
                chat.typing_until = time.time() + (seconds or 20)
                chat.revision = self._world.touch()
        answer = jsonify({})
        answer.status_code = 202
        return answer

    def mark_as_read(self) -> Response:
        json_body()
        return jsonify({})

    def link_token(self, user_id: str) -> Response:
        find_citizen(self._world, user_id)
        return jsonify({"linkToken": new_token()})

    def leave(self, chat_id: str) -> Response:
        chat = self._group(chat_id)
        with self._world.lock:
            chat.blocked = True
            chat.revision = self._world.touch()
        return jsonify({})

    def summary(self, chat_id: str) -> Response:
        chat = self._group(chat_id)
        return jsonify({"groupId": chat.id, "groupName": chat.name})

    def _group(self, chat_id: str) -> Chat:
        chat = self._world.chats.get(chat_id)
        if chat is None or chat.kind == "user" or chat.blocked:
            raise ApiError(404, "Not found")
        return chat

    def _content(self, message_id: str) -> Content:
        content = self._world.contents.get(message_id)
        with self._world.lock:
            if content is None or self._world.faults.use("missing_content"):
                raise ApiError(404, "Not found")
        if content.unsent:
            raise ApiError(410, "The content is gone because the message was unsent")
        return content


def _profile(chat: Chat) -> Json:
    return {"userId": chat.id, "displayName": chat.name, "language": chat.language}


_DEMOGRAPHIC: Json = {
    "available": True,
    "genders": [
        {"gender": "female", "percentage": 55.4},
        {"gender": "male", "percentage": 41.2},
        {"gender": "unknown", "percentage": 3.4},
    ],
    "ages": [
        {"age": "from15to19", "percentage": 4.1},
        {"age": "from20to24", "percentage": 6.8},
        {"age": "from25to29", "percentage": 9.3},
        {"age": "from30to34", "percentage": 12.6},
        {"age": "from35to39", "percentage": 14.9},
        {"age": "from40to44", "percentage": 13.7},
        {"age": "from45to49", "percentage": 12.2},
        {"age": "from50", "percentage": 22.9},
        {"age": "unknown", "percentage": 3.5},
    ],
    "areas": [{"area": "東京", "percentage": 88.1}, {"area": "unknown", "percentage": 11.9}],
    "appTypes": [
        {"appType": "ios", "percentage": 58.0},
        {"appType": "android", "percentage": 41.3},
        {"appType": "others", "percentage": 0.7},
    ],
    "subscriptionPeriods": [
        {"subscriptionPeriod": "within30days", "percentage": 4.5},
        {"subscriptionPeriod": "within365days", "percentage": 27.8},
        {"subscriptionPeriod": "over365days", "percentage": 67.7},
    ],
}
