"""Likeness with numbers: the encoder behind `TextEncoder`, the search behind `SimilarMatters`, the worker's round.

A staff process keeps one bit for each of the 512 dimensions of every matter (6.4 MB for 100,000) and compares those
first; the few hundred nearest are then compared by the stored vectors themselves.
"""

import os
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.clock import Clock, utc_now
from feedback.db import Database
from feedback.inbox import queue
from feedback.jobs import leases
from feedback.likeness import service
from feedback.likeness.models import Fingerprint
from feedback.opinions.models import Matter
from feedback.ports import TextEncoder
from feedback.rows import among

_A_ROUND = 64
_YIELDS_SECONDS = 10.0
_LEASE = timedelta(minutes=1)
_READ_AGAIN_SECONDS = 3600.0
_SHORTLIST = 2
"""So many times the number asked for are compared by their vectors after the bits."""


class SentenceEncoder:
    """The classifier's sentence encoder, one signed byte a dimension."""

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        """Vectors of the texts; none (empty bytes) where the encoder is not installed."""
        from classifier.embedding import default_embedder

        embedder = default_embedder()
        if embedder is None:
            return [b""] * len(texts)
        found = embedder.embed(texts)
        longest = np.maximum(np.abs(found).max(axis=1, keepdims=True), 1e-9)
        return [row.tobytes() for row in np.rint(found / longest * 127).astype(np.int8)]


@dataclass(slots=True)
class _Rows:
    """Matter ids and the signs of their vectors, with room to grow."""

    ids: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    signs: NDArray[np.uint64] = field(default_factory=lambda: np.zeros((0, 8), dtype=np.uint64))
    used: int = 0
    at: dict[int, int] = field(default_factory=dict)

    def put(self, matter_id: int, vector: bytes) -> None:
        position = self.at.get(matter_id)
        if position is None:
            position = self.at[matter_id] = self.used
            self.used += 1
            if position == len(self.ids):
                size = max(1024, len(self.ids) * 3 // 2)
                self.ids = np.resize(self.ids, size)
                self.signs = np.resize(self.signs, (size, 8))
        self.ids[position] = matter_id
        self.signs[position] = _signs(vector)


def _signs(vector: bytes) -> NDArray[np.uint64]:
    return np.packbits(np.frombuffer(vector, dtype=np.int8) > 0).view(np.uint64)


class NearestVectors:
    """`SimilarMatters` over the stored vectors. Reads what changed since the last question; one for a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._rows = _Rows()
        self._revision = 0
        self._read_at = 0.0

    def nearest(self, matter_id: int, *, department_id: int | None, limit: int) -> list[tuple[int, float]]:
        """See `SimilarMatters`. Nothing when the matter is not in the index yet."""
        with self._database.read() as session:
            vector = session.scalar(select(Fingerprint.vector).where(Fingerprint.matter_id == matter_id))
            if not vector:
                return []
            with self._lock:
                self._refresh(session)
                ids, signs = self._rows.ids[: self._rows.used], self._rows.signs[: self._rows.used]
            if department_id is not None:
                chosen = np.isin(ids, _of_department(session, department_id))
                ids, signs = ids[chosen], signs[chosen]
            apart = np.bitwise_count(signs ^ _signs(vector)).sum(axis=1, dtype=np.int32)
            near = _least(apart, ids, limit * _SHORTLIST)
            return _by_vector(session, vector, [int(one) for one in ids[near] if one != matter_id])[:limit]

    def _refresh(self, session: Session) -> None:
        if time.monotonic() - self._read_at > _READ_AGAIN_SECONDS:
            # What was taken back is never shown, and leaves the memory here.
            self._rows, self._revision, self._read_at = _Rows(), 0, time.monotonic()
        rows = session.execute(
            select(Fingerprint.matter_id, Fingerprint.revision, Fingerprint.vector)
            .where(Fingerprint.revision > self._revision)
            .order_by(Fingerprint.revision)
            .execution_options(yield_per=5000)
        )
        for id_, revision, vector in rows:
            self._revision = revision
            if vector:
                self._rows.put(id_, vector)


def _of_department(session: Session, department_id: int) -> NDArray[np.int64]:
    found = session.scalars(select(Matter.id).where(Matter.department_id == department_id))
    return np.fromiter(found, dtype=np.int64)


def _least(apart: NDArray[np.int32], ids: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Positions of the nearest; by id where bits are equal, so that the order never depends on who was read first."""
    near = np.arange(len(ids))
    if len(ids) > count:
        near = np.flatnonzero(apart <= np.partition(apart, count)[count])
    return near[np.lexsort((ids[near], apart[near]))][:count]


def _by_vector(session: Session, vector: bytes, ids: list[int]) -> list[tuple[int, float]]:
    rows = session.execute(
        select(Fingerprint.matter_id, Fingerprint.vector).where(
            among(session, Fingerprint.matter_id, ids), Fingerprint.vector.is_not(None)
        )
    ).all()
    if not rows:
        return []
    found = np.frombuffer(b"".join(row.vector for row in rows), dtype=np.int8).reshape(len(rows), -1)
    mine = np.frombuffer(vector, dtype=np.int8).astype(np.float32)
    others = found.astype(np.float32)
    closeness = others @ mine / (np.linalg.norm(others, axis=1) * np.linalg.norm(mine))
    scored = [(row.matter_id, round(float(one), 6)) for row, one in zip(rows, closeness, strict=True)]
    return sorted(scored, key=lambda one: (-one[1], one[0]))


@dataclass(slots=True)
class LikenessRound:
    """``run_once`` puts the next few new opinions into the index; waits while citizens' messages do."""

    database: Database
    encoder: TextEncoder | None
    clock: Clock = utc_now
    holder: str = field(default_factory=lambda: f"{socket.gethostname()[:40]}:{os.getpid()}")
    _looked_at_all: bool = False
    _last: float = 0.0

    def run_once(self) -> int:
        """Returns how many opinions were worked off; 0 when there is nothing to do, or others come first."""
        now = self.clock()
        with self.database.read() as session:
            if queue.due_shards(session, now=now) and time.monotonic() - self._last < _YIELDS_SECONDS:
                return 0
            words = service.due(session, limit=_A_ROUND, everything=not self._looked_at_all)
        self._last = time.monotonic()
        if len(words) < _A_ROUND:
            self._looked_at_all = True
        if not words:
            return 0
        with self.database.write() as session:
            if not leases.acquire(session, name="likeness", holder=self.holder, now=now, lasts=_LEASE):
                return 0
        prints = service.make_prints(words, encoder=self.encoder)
        with self.database.write() as session:
            return service.store(session, prints, at=now)
