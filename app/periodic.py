"""The periodic work, done by one process at a time: forgetting what is no longer needed."""

import os
import socket
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from feedback.citizens import service as citizens
from feedback.clock import Clock, utc_now
from feedback.config import Settings
from feedback.db import Database
from feedback.inbox import queue
from feedback.jobs import leases
from feedback.notes import files
from feedback.notices import service as notices
from feedback.opinions import search
from feedback.outbox import service as outbox
from feedback.ports import MediaStore

log = structlog.get_logger()

_EVERY_SECONDS = 60.0
_TRACES_EVERY = timedelta(minutes=10)
_WORKED_LATE = timedelta(hours=1)


@dataclass(slots=True)
class Periodic:
    """``run_once`` does what a minute's turn asks for, if this process holds the lease; else nothing."""

    database: Database
    settings: Settings
    clock: Clock = utc_now
    media: MediaStore | None = None
    holder: str = field(default_factory=lambda: f"{socket.gethostname()[:40]}:{os.getpid()}")
    _next: float = 0.0
    _cleared_at: datetime | None = None

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
            self.clear_traces()
            self.sweep_files()
        return 0

    def forget(self) -> None:
        """Clear event and message texts whose time is over."""
        now = self.clock()
        with self.database.write() as session:
            events = queue.forget_old(session, now=now, text_days=self.settings.event_text_days)
            notices.forget_old(session, now=now)
            messages = outbox.forget_old(session, now=now, text_days=self.settings.outbound_text_days)
        if events or messages:
            log.info("periodic.forgot", events=events, messages=messages)

    def sweep_files(self) -> None:
        """Delete stored files that no note took: whoever uploaded them, or the process, went away in between."""
        if self.media is None:
            return
        with self.database.read() as session:
            keys = files.orphans(session, now=self.clock())
        for key in keys:
            self.media.delete(key)
        if keys:
            with self.database.write() as session:
                files.forget(session, keys)
            log.info("periodic.swept_files", files=len(keys))

    def clear_traces(self) -> None:
        """After citizens erased words: clear what SQLite's files still hold of them. At most once in ten minutes."""
        now = self.clock()
        if not self.database.is_sqlite or (self._cleared_at is not None and now - self._cleared_at < _TRACES_EVERY):
            return
        with self.database.read() as session:
            erased = citizens.erased_since(session, (self._cleared_at or now - timedelta(days=1)) - _WORKED_LATE)
        self._cleared_at = now
        if not erased:
            return
        first = more = True
        while more:
            with self.database.write() as session:
                more = search.compact(session, first=first)
            first = False
        log.info("periodic.cleared_traces", emptied=self.database.empty_log())
