"""The worker: works events, sends messages, fetches media, runs jobs and the periodic work, until told to stop."""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from app.collecting import calm_collector
from app.stopping import on_stop_signals
from app.wakeup import waker
from bot.processor import Processor
from bot.sender import Sender
from feedback.clock import utc_now
from feedback.inbox import queue
from feedback.outbox import service as outbox

log = structlog.get_logger()

_IDLE_POLL_SECONDS = 1.0
_TROUBLE_PAUSE_SECONDS = 1.0

Round = Callable[[], int]
"""One round of some work; returns how much was done, 0 when nothing was due."""


@dataclass(slots=True)
class Worker:
    """The loops of one worker process. ``others``: further rounds by name, such as media and jobs."""

    processor: Processor
    sender: Sender
    others: dict[str, Round] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    _to_send: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Run until `stop` is set; the work in hand is finished first."""
        calm_collector()
        threads = [threading.Thread(target=self._send_loop, name="sender", daemon=True)]
        threads += [
            threading.Thread(target=self._loop, args=(name, work), name=name, daemon=True)
            for name, work in self.others.items()
        ]
        for thread in threads:
            thread.start()
        with waker(self.processor.database.engine.url, self.stop) as bell:
            log.info("worker.started")
            while not self.stop.is_set():
                worked = self._round("events", self.processor.run_once)
                self._to_send.set()
                if not worked:
                    bell.wait(_IDLE_POLL_SECONDS)
        self._to_send.set()
        for thread in threads:
            thread.join(timeout=30)
        log.info("worker.stopped")

    def stop_on_signals(self) -> None:
        """SIGTERM and SIGINT finish the work in hand and end the worker."""

        def end(signal_: signal.Signals) -> None:
            log.info("worker.stopping", signal=signal_.name)
            self.stop.set()
            self._to_send.set()

        on_stop_signals(end)

    def drain(self, *, most_seconds: float = 600.0) -> int:
        """Work off everything due, then return how many events and messages that were.

        What another worker left half-sent is waited for until its lease ends.
        """
        end = time.monotonic() + most_seconds
        total = 0
        while time.monotonic() < end and not self.stop.is_set():
            done = self.processor.run_once() + self.sender.run_once() + sum(work() for work in self.others.values())
            total += done
            if not done:
                if not self._left_over():
                    break
                time.sleep(0.1)
        return total

    def _left_over(self) -> bool:
        """Whether something is due that this process could not get hold of just now."""
        now = utc_now()
        with self.processor.database.read() as session:
            shards = queue.due_shards(session, now=now)
            # Not merely due: what waits behind a citizen's failed event would keep us here for minutes.
            held = bool(shards) and bool(queue.due(session, shards=shards, now=now, limit=1))
            return held or outbox.in_hand(session, now=now) > 0

    def _send_loop(self) -> None:
        while not self.stop.is_set():
            if not self._round("outbox", self.sender.run_once):
                self._to_send.wait(_IDLE_POLL_SECONDS)
                self._to_send.clear()

    def _loop(self, name: str, work: Round) -> None:
        while not self.stop.is_set():
            if not self._round(name, work):
                self.stop.wait(_IDLE_POLL_SECONDS)

    def _round(self, name: str, work: Round) -> int:
        try:
            return work()
        except Exception as error:
            # A lost database or a full disk must not end the worker: it goes on when they are back.
            log.warning("round.failed", work=name, error=type(error).__name__)
            self.stop.wait(_TROUBLE_PAUSE_SECONDS)
            return 0
