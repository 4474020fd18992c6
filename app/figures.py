"""The round of the worker that keeps the day sheets current, so that figures come quickly."""

import os
import socket
import time
from dataclasses import dataclass, field
from datetime import timedelta

from feedback.clock import Clock, tokyo_date, utc_now
from feedback.db import Database
from feedback.jobs import leases
from feedback.statistics import keeping

_EVERY_SECONDS = 20.0
_LEASE = timedelta(minutes=2)


@dataclass(slots=True)
class FiguresRound:
    """``run_once`` makes the sheets of some days, if this process holds the lease."""

    database: Database
    clock: Clock = utc_now
    holder: str = field(default_factory=lambda: f"{socket.gethostname()[:40]}:{os.getpid()}")
    _next: float = 0.0

    def run_once(self) -> int:
        """How many sheets were made; 0 when there is nothing to do for a while."""
        if time.monotonic() < self._next:
            return 0
        made = self.keep()
        if not made:
            self._next = time.monotonic() + _EVERY_SECONDS
        return made

    def keep(self) -> int:
        """Make the sheets of changed days, some at a time."""
        now = self.clock()
        with self.database.write() as session:
            if not leases.acquire(session, name="figures", holder=self.holder, now=now, lasts=_LEASE):
                return 0
        with self.database.write() as session:
            return keeping.catch_up(session, today=tokyo_date(now))
