"""Many events from many citizens at once, for load and crash tests."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from app.simulator import events
from app.simulator.chats import Chat
from app.simulator.delivery import Delivery, WebhookSender
from app.simulator.wire import Json, now_ms
from app.simulator.world import World

_PAUSE_BEFORE_RETRY_SECONDS = 0.05
_DEFAULT_TEXTS = ("市役所前の街灯が消えています。{n}通目", "公園のベンチが壊れています。{n}通目")


@dataclass(frozen=True, slots=True)
class BulkOrder:
    """What to send: ``events`` in all, spread evenly over ``citizens``, each citizen's in order.

    With ``insist_seconds`` above 0 an event that is not taken is sent again (as a redelivery) until it is, or
    until that many seconds have passed; the citizen's next event waits for it.
    """

    events: int
    citizens: int
    concurrency: int = 16
    events_per_body: int = 1
    texts: tuple[str, ...] = _DEFAULT_TEXTS
    insist_seconds: float = 0.0
    citizen_ids: tuple[str, ...] = ()


class BulkRun:
    """One bulk order being carried out in the background."""

    def __init__(self, number: int, order: BulkOrder, world: World, sender: WebhookSender) -> None:
        self.number = number
        self._order = order
        self._world = world
        self._sender = sender
        self._done = 0
        self._seconds = 0.0
        self._deliveries: list[Delivery] = []
        self._finished = threading.Event()

    def start(self) -> None:
        """Begin sending."""
        threading.Thread(target=self._run, name="bulk", daemon=True).start()

    def wait(self, timeout_seconds: float) -> bool:
        """Wait for the end; false when the time is up first."""
        return self._finished.wait(timeout_seconds)

    def as_json(self) -> Json:
        """Report progress: how many were sent and taken, and how fast."""
        with self._world.lock:
            deliveries = list(self._deliveries)
        took = sorted(milliseconds for delivery in deliveries for milliseconds in delivery.milliseconds)
        return {
            "id": self.number,
            "finished": self._finished.is_set(),
            "sent": self._done,
            "accepted": sum(delivery.accepted for delivery in deliveries),
            "seconds": round(self._seconds, 3),
            "perSecond": round(self._done / self._seconds, 1) if self._seconds else 0.0,
            "p50Milliseconds": _quantile(took, 0.5),
            "p99Milliseconds": _quantile(took, 0.99),
            "failedEventIds": [d.event["webhookEventId"] for d in deliveries if not d.accepted],
        }

    def _run(self) -> None:
        started = time.perf_counter()
        chats = self._citizens()
        lanes = [chats[lane :: self._order.concurrency] for lane in range(self._order.concurrency)]
        threads = [threading.Thread(target=self._drive, args=(lane, chats), daemon=True) for lane in lanes if lane]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._seconds = time.perf_counter() - started
        self._finished.set()
        self._world.touch()

    def _citizens(self) -> list[Chat]:
        if self._order.citizen_ids:
            return [self._world.chats[citizen_id] for citizen_id in self._order.citizen_ids]
        return self._world.add_chats(f"市民{number + 1:04}" for number in range(self._order.citizens))

    def _drive(self, lane: Sequence[Chat], everyone: Sequence[Chat]) -> None:
        """Send the share of some citizens, round by round, so that each one's own events stay in order."""
        places = {chat.id: place for place, chat in enumerate(everyone)}
        rounds = -(-self._order.events // len(everyone))
        numbered = (
            (chat, turn * len(everyone) + places[chat.id])
            for turn in range(rounds)
            for chat in lane
            if turn * len(everyone) + places[chat.id] < self._order.events
        )
        while batch := list(islice(numbered, self._order.events_per_body)):
            self._send([self._prepare(chat, number) for chat, number in batch])

    def _prepare(self, chat: Chat, number: int) -> Delivery:
        words = self._order.texts[number % len(self._order.texts)].replace("{n}", str(number + 1))
        message = events.text(words)
        event = events.event("message", chat, at=now_ms(), message=message)
        event["replyToken"] = self._world.issue_reply_token(chat)
        self._world.hear(chat, chat.id, message, event_id=event["webhookEventId"], at=event["timestamp"])
        return self._sender.prepare(event, chat.id)

    def _send(self, deliveries: list[Delivery]) -> None:
        with self._world.lock:
            self._deliveries.extend(deliveries)
        self._sender.send(deliveries)
        deadline = time.monotonic() + self._order.insist_seconds
        while not all(delivery.accepted for delivery in deliveries) and time.monotonic() < deadline:
            time.sleep(_PAUSE_BEFORE_RETRY_SECONDS)
            self._sender.post(deliveries, redelivery=True)
        with self._world.lock:
            self._done += len(deliveries)


def _quantile(ordered: Sequence[float], share: float) -> float:
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 1) if ordered else 0.0
