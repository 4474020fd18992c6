"""Signed webhooks to the bot: one or many events a body, redelivery, duplicates, disorder."""

import base64
import hashlib
import hmac
import json
import random
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import urllib3

from app.simulator.scheduling import Scheduler
from app.simulator.wire import Json, now_ms
from app.simulator.world import World

_DELIVERIES_KEPT = 200_000
_SENDERS = 48
NO_ANSWER = 0


@dataclass(slots=True)
class Delivery:
    """One event and what the bot answered each time; status 0 is "no answer"."""

    event: Json
    chat_id: str
    number: int
    at: int = field(default_factory=now_ms)
    statuses: list[int] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    message_id: str | None = None
    bubble_id: str | None = None

    @property
    def accepted(self) -> bool:
        """Tell whether the bot has taken the event with a 2xx."""
        return any(200 <= status < 300 for status in self.statuses)

    def as_json(self) -> Json:
        """Describe the delivery for the control API."""
        return {
            "number": self.number,
            "eventId": self.event.get("webhookEventId"),
            "type": self.event.get("type"),
            "messageType": self.event.get("message", {}).get("type"),
            "messageId": self.message_id,
            "chatId": self.chat_id,
            "at": self.at,
            "statuses": list(self.statuses),
            "milliseconds": [round(took, 1) for took in self.milliseconds],
            "accepted": self.accepted,
        }


def sign(body: bytes, channel_secret: str) -> str:
    """Compute ``X-Line-Signature`` over the raw body."""
    return base64.b64encode(hmac.new(channel_secret.encode(), body, hashlib.sha256).digest()).decode()


class WebhookSender:
    """Posts events to the bot from a pool of threads."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._pool = urllib3.PoolManager(maxsize=_SENDERS, num_pools=4, retries=False)
        self._threads = ThreadPoolExecutor(_SENDERS, thread_name_prefix="webhook")
        # Of their own, so that a first attempt never waits for a thread that first attempts occupy.
        self._copies = ThreadPoolExecutor(_SENDERS, thread_name_prefix="webhook-copy")
        self._scheduler = Scheduler()
        self._held: list[Delivery] = []
        self.deliveries: deque[Delivery] = deque(maxlen=_DELIVERIES_KEPT)
        self._by_event: dict[str, Delivery] = {}

    def close(self) -> None:
        """Stop redelivering and let go of the connections."""
        self._scheduler.stop()
        for pool in (self._threads, self._copies):
            pool.shutdown(wait=False, cancel_futures=True)
        self._pool.clear()

    def forget(self) -> None:
        """Drop the log and whatever was still to be redelivered."""
        self._scheduler.clear()
        with self._world.lock:
            self.deliveries.clear()
            self._by_event.clear()
            self._held.clear()

    def prepare(self, event: Json, chat_id: str, *, bubble_id: str | None = None) -> Delivery:
        """Enter an event into the log; it is not sent yet. ``bubble_id`` shows the bot's answer in the chat."""
        with self._world.lock:
            message_id = event.get("message", {}).get("id")
            delivery = Delivery(event, chat_id, self._world.touch(), message_id=message_id)
            delivery.bubble_id = bubble_id or message_id
            self.deliveries.append(delivery)
            self._by_event[str(event.get("webhookEventId"))] = delivery
            return delivery

    def find(self, event_id: str) -> Delivery | None:
        """Find a delivery by ``webhookEventId``."""
        return self._by_event.get(event_id)

    def send(self, deliveries: Sequence[Delivery], *, wait: bool = True) -> None:
        """Deliver events in one body, as the switches say; ``wait`` until the bot answered the first attempt.

        With the ``shuffle`` switch on, events are held for a moment and nobody waits.
        """
        if self._world.faults.shuffle:
            self._hold(deliveries)
        elif wait:
            self._first_attempt(deliveries)
        else:
            self._threads.submit(self._first_attempt, deliveries)

    def redeliver(self, delivery: Delivery, *, times: int = 1) -> list[int]:
        """Deliver an event again ``times`` times at once; the answers' statuses."""
        futures = [self._copies.submit(self.post, [delivery], redelivery=True) for _ in range(times)]
        return [future.result() for future in futures]

    def redeliver_failed(self) -> tuple[int, int]:
        """Deliver again, in order, everything the bot has not taken; how many, and how many it took now."""
        with self._world.lock:
            failed = [delivery for delivery in self.deliveries if not delivery.accepted]
        for delivery in failed:
            self.post([delivery], redelivery=True)
        return len(failed), sum(delivery.accepted for delivery in failed)

    def post(self, deliveries: Sequence[Delivery], *, redelivery: bool = False) -> int:
        """Post one body now and log the answer; its status, 0 when there was none."""
        settings = self._world.settings
        if not settings.webhook_url or not settings.webhook_active:
            return self._log(deliveries, NO_ANSWER, 0.0)
        for delivery in deliveries:
            self._world.renew_reply_token(delivery.event.get("replyToken", ""))
        events = [_as_delivered(delivery.event, redelivery=redelivery) for delivery in deliveries]
        started = time.perf_counter()
        status, _ = self.post_body({"destination": self._world.bot_user_id, "events": events}, settings.webhook_url)
        return self._log(deliveries, status, (time.perf_counter() - started) * 1000)

    def post_body(self, payload: Json, url: str) -> tuple[int, str]:
        """Sign and post any payload; status (0 when there was no answer) and the reason."""
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        secret = self._world.settings.channel_secret
        signature = sign(body, "wrong" if self._world.faults.wrong_signature else secret)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "LineBotWebhook/2.0",
            "X-Line-Signature": signature,
        }
        timeout = self._world.settings.webhook_timeout_seconds
        try:
            answer = self._pool.request("POST", url, body=body, headers=headers, timeout=timeout)
        except urllib3.exceptions.HTTPError as error:
            return NO_ANSWER, _reason(error)
        return answer.status, "OK" if answer.status == 200 else "ERROR_STATUS_CODE"

    def _first_attempt(self, deliveries: Sequence[Delivery]) -> None:
        copies = self._world.faults.duplicates
        extra = [self._copies.submit(self.post, deliveries) for _ in range(max(copies, 0))]
        self.post(deliveries)
        for future in extra:
            future.result()
        self._plan_redelivery(deliveries, 0)

    def _plan_redelivery(self, deliveries: Sequence[Delivery], attempt: int) -> None:
        settings = self._world.settings
        missing = [delivery for delivery in deliveries if not delivery.accepted]
        if missing and settings.redelivery and attempt < len(settings.redelivery_delays):
            self._scheduler.after(
                settings.redelivery_delays[attempt],
                lambda: self._threads.submit(self._try_again, missing, attempt),
            )

    def _try_again(self, deliveries: Sequence[Delivery], attempt: int) -> None:
        self.post(deliveries, redelivery=True)
        self._plan_redelivery(deliveries, attempt + 1)

    def _hold(self, deliveries: Sequence[Delivery]) -> None:
        with self._world.lock:
            first = not self._held
            self._held.extend(deliveries)
        if first:
            self._scheduler.after(self._world.faults.shuffle_seconds, self._release)

    def _release(self) -> None:
        with self._world.lock:
            held, self._held = self._held, []
        if len(held) > 1:
            before = list(held)
            while held == before:
                random.shuffle(held)
        self._threads.submit(self._one_by_one, held)

    def _one_by_one(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            self._first_attempt([delivery])

    def _log(self, deliveries: Sequence[Delivery], status: int, milliseconds: float) -> int:
        with self._world.lock:
            revision = self._world.touch()
            for delivery in deliveries:
                delivery.statuses.append(status)
                delivery.milliseconds.append(milliseconds)
                delivery.number = revision
                known = self._world.messages.get(delivery.bubble_id or "")
                if known is not None:
                    chat, bubble = known
                    bubble.webhook_status = 200 if delivery.accepted else status
                    bubble.revision = chat.revision = revision
        return status


def _reason(error: urllib3.exceptions.HTTPError) -> str:
    # A refused connection is a kind of timeout to urllib3.
    refused = isinstance(error, urllib3.exceptions.NewConnectionError)
    timed_out = isinstance(error, urllib3.exceptions.TimeoutError) and not refused
    return "REQUEST_TIMEOUT" if timed_out else "COULD_NOT_CONNECT"


def _as_delivered(event: Json, *, redelivery: bool) -> Json:
    return event | {"deliveryContext": {"isRedelivery": True}} if redelivery else event
