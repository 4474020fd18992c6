"""The periodic work, done by one process at a time: forgetting what is no longer needed."""

import os
import socket
import time
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from feedback.clock import Clock, utc_now
from feedback.config import Settings
from feedback.db import Database
from feedback.inbox import queue
from feedback.jobs import leases
from feedback.outbox import service as outbox

log = structlog.get_logger()

_EVERY_SECONDS = 60.0


@dataclass(slots=True)
class Periodic:
    """``run_once`` does what a minute's turn asks for, if this process holds the lease; else nothing."""

    database: Database
    settings: Settings
    clock: Clock = utc_now
    holder: str = field(default_factory=lambda: f"{socket.gethostname()[:40]}:{os.getpid()}")
    _next: float = 0.0

    def run_once(self) -> int:
        """Always 0: periodic work is never "more to do at once"."""
        if time.monotonic() < self._next:
            return 0
        self._next = time.monotonic() + _EVERY_SECONDS
        now = self.clock()
        with self.database.write() as session:
            ours = leases.acquire(
                session, name="periodic", holder=self.holder, now=now, lasts=timedelta(seconds=_EVERY_SECONDS * 2)
            )
        if ours:
            self.forget()
        return 0

    def forget(self) -> None:
        """Clear event and message texts whose time is over."""
        now = self.clock()
        with self.database.write() as session:
            events = queue.forget_old(session, now=now, text_days=self.settings.event_text_days)
            messages = outbox.forget_old(session, now=now, text_days=self.settings.outbound_text_days)
        if events or messages:
            log.info("periodic.forgot", events=events, messages=messages)
