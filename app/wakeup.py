"""How a worker learns at once that something is due, with a slow poll as the safety net."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import psycopg
import structlog
from sqlalchemy.engine import URL

log = structlog.get_logger()

INBOX_CHANNEL = "machikoe_inbox"
_SQLITE_POLL_SECONDS = 0.02
_RECONNECT_SECONDS = 2.0
_STOP_LOOK_SECONDS = 0.5
"""How often a listener looks up whether the worker is to end."""


class Waker(Protocol):
    """Waits for news."""

    def wait(self, seconds: float) -> None:
        """Return when there may be something new, at the latest after so many seconds."""

    def close(self) -> None:
        """Let go of the connection."""


class SqliteWaker:
    """Watches SQLite's data version, which changes with every commit of another connection."""

    def __init__(self, path: str, stop: threading.Event) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._stop = stop
        self._seen = self._version()

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def wait(self, seconds: float) -> None:
        """Poll the version every 20 ms; it costs some microseconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._stop.is_set():
            version = self._version()
            if version != self._seen:
                self._seen = version
                return
            self._stop.wait(_SQLITE_POLL_SECONDS)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class PostgresWaker:
    """Listens to PostgreSQL's notifications; when the connection breaks, it only polls and connects again."""

    def __init__(self, url: URL, stop: threading.Event) -> None:
        self._conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._stop = stop
        self._connection: psycopg.Connection | None = None

    def wait(self, seconds: float) -> None:
        """Return with the first notification."""
        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
                self._connection.execute(f"LISTEN {INBOX_CHANNEL}")
                return
            self._listen(self._connection, time.monotonic() + seconds)
        except psycopg.Error:
            log.warning("waker.lost_connection")
            self._connection = None
            self._stop.wait(min(seconds, _RECONNECT_SECONDS))

    def _listen(self, connection: psycopg.Connection, end: float) -> None:
        while (left := end - time.monotonic()) > 0 and not self._stop.is_set():
            if list(connection.notifies(timeout=min(left, _STOP_LOOK_SECONDS), stop_after=1)):
                return

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()


@contextmanager
def waker(url: URL, stop: threading.Event) -> Iterator[Waker]:
    """The waker for a database."""
    made: Waker = (
        SqliteWaker(url.database or "", stop) if url.get_backend_name() == "sqlite" else PostgresWaker(url, stop)
    )
    try:
        yield made
    finally:
        made.close()
