"""The round of the worker that reminds: deadlines near or past, and the departments' morning summaries."""

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

import structlog
from sqlalchemy.exc import IntegrityError

from feedback.clock import TOKYO, Clock, tokyo_date, utc_now
from feedback.db import Database
from feedback.deadlines import reminding
from feedback.deadlines.collecting import collect
from feedback.deadlines.digest import write_digests
from feedback.deadlines.rules import Level, is_open_for_notices
from feedback.deadlines.service import load
from feedback.jobs import leases
from feedback.statistics import posting

log = structlog.get_logger()

_EVERY_SECONDS = 60.0
_LEASE = timedelta(minutes=2)


@dataclass(slots=True)
class ReminderRound:
    """``run_once`` does what the minute asks for, if this process holds the lease and the city hall is open."""

    database: Database
    clock: Clock = utc_now
    holder: str = field(default_factory=lambda: f"{socket.gethostname()[:40]}:{os.getpid()}")
    _next: float = 0.0
    _digests_on: date | None = None

    def run_once(self) -> int:
        """Always 0: never "more to do at once"."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _EVERY_SECONDS
            self.remind()
        return 0

    def remind(self) -> None:
        """Write the reminders and summaries that are due; the sender sends them."""
        now = self.clock()
        local = now.astimezone(TOKYO)
        with self.database.write() as session:
            ours = leases.acquire(session, name="reminders", holder=self.holder, now=now, lasts=_LEASE)
            if not ours or not is_open_for_notices(local.date(), local.hour, load(session)):
                return
        for level in Level:
            self._remind_all(str(level), partial(reminding.remind, level=level))
        self._remind_all("result", collect)
        if self._digests_on != tokyo_date(now):
            with self.database.write() as session:
                written = write_digests(session, now=now)
                tables = posting.write_due(session, now=now)
            self._digests_on = tokyo_date(now)
            log.info("reminders.digests", written=written, tables=tables)

    def _remind_all(self, level: str, remind: Callable[..., int]) -> None:
        told = reminding.AT_ONCE
        while told == reminding.AT_ONCE:
            try:
                with self.database.write() as session:
                    told = remind(session, now=self.clock())
            except IntegrityError:
                return  # another worker told of the same matters in this very moment
            if told:
                log.info("reminders.written", kind=level, matters=told)
