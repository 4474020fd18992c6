"""Control routes for whoever runs the stand-in: faults, logs, settings, bulk, reset, the page's feed."""

import threading
from dataclasses import fields
from itertools import islice

from flask import Blueprint, Response, jsonify, request

from app.simulator.bulk import BulkOrder, BulkRun
from app.simulator.chats import Chat
from app.simulator.control.requests import body, listed, number, refuse, wait_seconds
from app.simulator.delivery import Delivery, WebhookSender
from app.simulator.settings import SimulatorSettings
from app.simulator.validation.checks import is_secure_url
from app.simulator.wire import Json
from app.simulator.world import ApiCall, World

_FEED_CHATS = 100
_FEED_LOG = 60
_CHANGEABLE = frozenset(
    {"webhook_url", "webhook_active", "webhook_timeout_seconds", "redelivery", "redelivery_delays"}
    | {"reply_token_seconds", "monthly_quota", "transcoding_seconds"}
)


def operator_routes(routes: Blueprint, world: World, sender: WebhookSender) -> None:
    """Add the operator's routes."""
    desk = _Operator(world, sender)
    routes.add_url_rule("/health", "health", desk.health)
    routes.add_url_rule("/reset", "reset", desk.reset, methods=["POST"])
    routes.add_url_rule("/settings", "settings", desk.settings)
    routes.add_url_rule("/settings", "change_settings", desk.change_settings, methods=["PUT"])
    routes.add_url_rule("/faults", "faults", desk.faults)
    routes.add_url_rule("/faults", "change_faults", desk.change_faults, methods=["PUT"])
    routes.add_url_rule("/faults", "clear_faults", desk.clear_faults, methods=["DELETE"])
    routes.add_url_rule("/calls", "calls", desk.calls)
    routes.add_url_rule("/calls/counts", "call_counts", desk.call_counts)
    routes.add_url_rule("/deliveries", "deliveries", desk.deliveries)
    routes.add_url_rule("/deliveries/<event_id>/redeliver", "redeliver", desk.redeliver, methods=["POST"])
    routes.add_url_rule("/deliveries/redeliver", "redeliver_failed", desk.redeliver_failed, methods=["POST"])
    routes.add_url_rule("/webhook", "send_webhook", desk.send_webhook, methods=["POST"])
    routes.add_url_rule("/bulk", "bulk", desk.bulk, methods=["POST"])
    routes.add_url_rule("/bulk/<int:run_id>", "bulk_run", desk.bulk_run)
    routes.add_url_rule("/feed", "feed", desk.feed)
    routes.add_url_rule("/richmenus/<menu_id>/image", "rich_menu_image", desk.rich_menu_image)


class _Operator:
    def __init__(self, world: World, sender: WebhookSender) -> None:
        self._world = world
        self._sender = sender
        self._runs: list[BulkRun] = []
        self._lock = threading.Lock()

    def health(self) -> Response:
        return jsonify({"ok": True, "citizens": len(self._world.chats), "revision": self._world.revision})

    def reset(self) -> Response:
        self._sender.forget()
        self._world.forget()
        for name in body().get("cast", []):
            self._world.add_chat(str(name), friend=False)
        return jsonify({"revision": self._world.revision})

    def settings(self) -> Response:
        return jsonify(_settings(self._world.settings))

    def change_settings(self) -> Response:
        wanted = body()
        if not wanted.keys() <= _CHANGEABLE:
            refuse(400, f"can be changed: {', '.join(sorted(_CHANGEABLE))}")
        if wanted.get("webhook_url") and not is_secure_url(str(wanted["webhook_url"])):
            refuse(400, "webhook_url must be https, or http on this machine")
        for name, value in wanted.items():
            setattr(self._world.settings, name, tuple(value) if isinstance(value, list) else value)
        self._world.touch()
        return self.settings()

    def faults(self) -> Response:
        return jsonify(self._world.faults.as_json())

    def change_faults(self) -> Response:
        try:
            with self._world.lock:
                self._world.faults.change(body())
        except ValueError as wrong:
            refuse(400, str(wrong))
        self._world.touch()
        return self.faults()

    def clear_faults(self) -> Response:
        with self._world.lock:
            self._world.faults.change(type(self._world.faults)().as_json())
        self._world.touch()
        return self.faults()

    def calls(self) -> Response:
        """List calls, oldest first; ``endpoint``, ``status``, ``after`` and ``limit`` narrow the list."""
        endpoint, status = request.args.get("endpoint"), request.args.get("status", type=int)
        after = number("after")
        with self._world.lock:
            found = [
                call
                for call in self._world.calls
                if call.number > after and endpoint in (None, call.endpoint) and status in (None, call.status)
            ]
        return listed([call.as_json() for call in found[-number("limit", 1_000) :]])

    def call_counts(self) -> Response:
        """Count all calls since the start by endpoint and status."""
        with self._world.lock:
            counts = dict(self._world.call_counts)
        found: dict[str, dict[str, int]] = {}
        for (endpoint, status), count in sorted(counts.items()):
            found.setdefault(endpoint, {})[str(status)] = count
        return jsonify(found)

    def deliveries(self) -> Response:
        after, limit = number("after"), number("limit", 1_000)
        chat_id, failed = request.args.get("chat"), number("failed")
        with self._world.lock:
            found = [
                delivery
                for delivery in self._sender.deliveries
                if delivery.number > after
                and chat_id in (None, delivery.chat_id)
                and not (failed and delivery.accepted)
            ]
        return listed([delivery.as_json() for delivery in found[-limit:]])

    def redeliver(self, event_id: str) -> Response:
        delivery = self._sender.find(event_id)
        if delivery is None:
            refuse(404, "no such event")
        times = min(int(body().get("times", 1)), 20)
        return jsonify({"statuses": self._sender.redeliver(delivery, times=times)})

    def redeliver_failed(self) -> Response:
        count, accepted = self._sender.redeliver_failed()
        return jsonify({"redelivered": count, "accepted": accepted})

    def send_webhook(self) -> Response:
        """Sign and send any payload as it stands (for malformed and strange bodies)."""
        status, reason = self._sender.post_body(body(), self._world.settings.webhook_url)
        return jsonify({"status": status, "reason": reason})

    def bulk(self) -> Response:
        order = _order(body())
        with self._lock:
            run = BulkRun(len(self._runs) + 1, order, self._world, self._sender)
            self._runs.append(run)
        run.start()
        return jsonify(run.as_json())

    def bulk_run(self, run_id: int) -> Response:
        """Report on a run; ``timeout`` waits for its end first."""
        if not 1 <= run_id <= len(self._runs):
            refuse(404, "no such run")
        run = self._runs[run_id - 1]
        run.wait(wait_seconds(0.0))
        return jsonify(run.as_json())

    def feed(self) -> Response:
        """Everything new since revision ``after``, for the page; waits for news up to ``timeout`` seconds."""
        after = number("after")
        if after < self._world.born:
            after = 0
        self._world.wait_until(lambda: self._world.revision > after, wait_seconds(0.0))
        with self._world.lock:
            news = self._news(after)
            chat = self._world.chats.get(request.args.get("chat", ""))
            news["open"] = self._open_chat(chat, min(number("chatAfter", after), after)) if chat else None
            return jsonify(news)

    def rich_menu_image(self, menu_id: str) -> Response:
        menu = self._world.rich_menus.menus.get(menu_id)
        if menu is None or not menu.image:
            refuse(404, "no such image")
        return Response(menu.image, content_type=menu.content_type)

    def _news(self, after: int) -> Json:
        world = self._world
        chats = [chat for chat in world.chats.values() if chat.revision > after]
        if len(chats) > _FEED_CHATS:
            oldest_shown = sorted(chat.revision for chat in chats)[-_FEED_CHATS]
            chats = [chat for chat in chats if chat.revision >= oldest_shown][:_FEED_CHATS]
        return {
            "revision": world.revision,
            "fresh": after == 0,
            "chats": [chat.as_json() for chat in chats],
            "faults": world.faults.as_json(),
            "settings": _settings(world.settings),
            "calls": [call.as_json() for call in _latest_calls(world, after)],
            "deliveries": [delivery.as_json() for delivery in self._latest_deliveries(after)],
            "consumed": world.consumed,
        }

    def _open_chat(self, chat: Chat, after: int) -> Json:
        menu = self._world.rich_menu_of(chat)
        return {
            "id": chat.id,
            "bubbles": [bubble.as_json() for bubble in chat.bubbles if bubble.revision > after],
            "typingUntil": chat.typing_until,
            "richMenu": {"id": menu.id, **menu.menu} if menu else None,
        }

    def _latest_deliveries(self, after: int) -> list[Delivery]:
        newest = islice(reversed(self._sender.deliveries), _FEED_LOG)
        return [delivery for delivery in newest if delivery.number > after][::-1]


def _latest_calls(world: World, after: int) -> list[ApiCall]:
    return [call for call in islice(reversed(world.calls), _FEED_LOG) if call.number > after][::-1]


def _settings(settings: SimulatorSettings) -> Json:
    hidden = {"channel_secret", "channel_access_token"}
    return {entry.name: getattr(settings, entry.name) for entry in fields(settings) if entry.name not in hidden}


def _order(wanted: Json) -> BulkOrder:
    known = {entry.name for entry in fields(BulkOrder)}
    if not wanted.keys() <= known or not {"events", "citizens"} <= wanted.keys():
        refuse(400, f"events and citizens are needed; known: {', '.join(sorted(known))}")
    values: Json = {name: tuple(value) if isinstance(value, list) else value for name, value in wanted.items()}
    return BulkOrder(**values)
