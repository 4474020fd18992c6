"""Keeps events durably, fast: requests that arrive together share one commit (leader and followers).

A request hands in its events and waits; the first to find nobody committing becomes the leader, takes what has
gathered, commits it in one transaction and wakes the others. At 64 connections that is one fsync for dozens.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import psycopg
from sqlalchemy.engine import URL

from feedback.db import sqlite_text

NOTIFY_CHANNEL = "machikoe_inbox"
_TIMEOUT_SECONDS = 8.0


class StoreError(Exception):
    """The events are not stored; LINE must be told to deliver them again."""


class NewEvent(NamedTuple):
    """One event to store; ``payload`` is already encrypted."""

    webhook_event_id: str
    type: str
    citizen_key: bytes | None
    shard: int
    occurred_at: datetime
    received_at: datetime
    payload: bytes


class Writer(Protocol):
    """Commits a batch; an event whose id is known already is skipped."""

    def write(self, events: Sequence[NewEvent]) -> None:
        """Return only when committed."""

    def close(self) -> None:
        """Let go of the connection."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """A request's events. It is called when they are committed, or before that to commit a batch they begin."""

    events: list[NewEvent]
    called: threading.Event = field(default_factory=threading.Event)
    writer: Writer | None = None
    batch: "list[_Waiting]" = field(default_factory=list)
    error: Exception | None = None


class GroupCommit:
    """An event store for many threads over a few writers, each used by one leader at a time.

    Whoever has waited longest leads, and for one batch only: no request works for others while its answer is ready.
    """

    def __init__(self, make_writer: Callable[[], Writer], *, writers: int = 1, most: int = 1000) -> None:
        self._make_writer = make_writer
        self._free: list[Writer | None] = [None] * writers
        self._most = most
        self._lock = threading.Lock()
        self._queue: list[_Waiting] = []

    def add(self, events: list[NewEvent]) -> None:
        """Store the events; StoreError when the commit failed or took too long."""
        mine = _Waiting(events)
        with self._lock:
            self._queue.append(mine)
            self._call_leaders()
        if not mine.called.wait(_TIMEOUT_SECONDS):
            self._give_up(mine)
        if mine.batch:
            self._lead(mine)
        if mine.error is not None:
            raise StoreError("the events could not be stored") from mine.error

    def close(self) -> None:
        """Close idle writers."""
        with self._lock:
            for writer in self._free:
                if writer is not None:
                    writer.close()
            self._free = [None] * len(self._free)

    def _give_up(self, mine: _Waiting) -> None:
        with self._lock:
            if mine.called.is_set():
                return
            if mine in self._queue:
                self._queue.remove(mine)
        raise StoreError("the database does not answer in time")

    def _call_leaders(self) -> None:
        while self._free and self._queue:
            batch = self._take()
            leader = batch[0]
            leader.writer, leader.batch = self._free.pop(), batch
            leader.called.set()

    def _take(self) -> list[_Waiting]:
        count = taken = 0
        for waiting in self._queue:
            if taken and count + len(waiting.events) > self._most:
                break
            count += len(waiting.events)
            taken += 1
        batch, self._queue = self._queue[:taken], self._queue[taken:]
        return batch

    def _lead(self, leader: _Waiting) -> None:
        writer, error = self._commit(leader)
        with self._lock:
            self._free.append(writer)
            self._call_leaders()
        for waiting in leader.batch:
            waiting.error = error
            waiting.called.set()

    def _commit(self, leader: _Waiting) -> tuple[Writer | None, Exception | None]:
        """The writer if it can be used again, and what went wrong."""
        writer = leader.writer
        try:
            writer = writer or self._make_writer()
            writer.write([event for waiting in leader.batch for event in waiting.events])
        except Exception as problem:  # whatever failed, the waiting requests must hear of it
            if writer is not None:
                with contextlib.suppress(Exception):
                    writer.close()
            return None, problem
        return writer, None


class SqliteWriter:
    """Writes to SQLite with one prepared statement, synchronous=FULL."""

    _INSERT = (
        "INSERT OR IGNORE INTO line_events"
        " (webhook_event_id, type, citizen_key, shard, occurred_at, received_at, payload, state, attempts, due_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', 0, ?)"
    )

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "wal_autocheckpoint=4000"):
            self._connection.execute(f"PRAGMA {pragma}")

    def write(self, events: Sequence[NewEvent]) -> None:
        """One transaction."""
        rows = [
            (e.webhook_event_id, e.type, e.citizen_key, e.shard, at, received, e.payload, received)
            for e in events
            for at, received in [(sqlite_text(e.occurred_at), sqlite_text(e.received_at))]
        ]
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            self._connection.executemany(self._INSERT, rows)
            execute("COMMIT")
        except BaseException:
            execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class PostgresWriter:
    """Writes to PostgreSQL: one autocommit statement of binary arrays, which also wakes the workers."""

    _INSERT = (
        "WITH stored AS (INSERT INTO line_events"
        " (webhook_event_id, type, citizen_key, shard, occurred_at, received_at, payload, due_at)"
        " SELECT e.*, e.received FROM unnest(%b::text[], %b::text[], %b::bytea[], %b::int2[], %b::timestamptz[],"
        " %b::timestamptz[], %b::bytea[]) AS e(id, type, key, shard, occurred, received, payload)"
        " ON CONFLICT DO NOTHING RETURNING 1)"
        " SELECT pg_notify('machikoe_inbox', '') FROM stored LIMIT 1"
    )

    def __init__(self, url: URL) -> None:
        conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(
            conninfo,
            autocommit=True,
            prepare_threshold=0,
            connect_timeout=5,
            options="-c statement_timeout=5000 -c timezone=UTC",
        )

    def write(self, events: Sequence[NewEvent]) -> None:
        """One statement, committed when it returns."""
        columns: list[list[Any]] = [
            [e.webhook_event_id for e in events],
            [e.type for e in events],
            [e.citizen_key for e in events],
            [e.shard for e in events],
            [e.occurred_at for e in events],
            [e.received_at for e in events],
            [e.payload for e in events],
        ]
        self._connection.execute(self._INSERT, columns, binary=True)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def make_store(url: URL) -> GroupCommit:
    """The store for a database URL."""
    if url.get_backend_name() == "sqlite":
        path = url.database or ""
        return GroupCommit(lambda: SqliteWriter(path))
    return GroupCommit(lambda: PostgresWriter(url), writers=2)
