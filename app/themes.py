"""Themes: the finder of terms behind `TermFinder`, and the worker's round that makes them anew."""

import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy import func, select

from feedback.clock import Clock, utc_now
from feedback.db import Database
from feedback.jobs import leases
from feedback.likeness.models import Fingerprint
from feedback.ports import TermFinder
from feedback.taxonomy.mapping import area_mapping
from feedback.themes import service

log = structlog.get_logger()

EVERY = timedelta(hours=1)
_FIRST_LOOK_SECONDS = 60.0


class NounFinder:
    """Nouns and runs of nouns, by the classifier's dictionary."""

    def terms(self, texts: Sequence[str]) -> list[dict[str, str]]:
        """See `TermFinder`."""
        from classifier.terms import terms
        from classifier.words import release_dictionary

        found = [{one.key: one.written for one in terms(text)} for text in texts]
        release_dictionary()
        return found


@dataclass(slots=True)
class ThemesRound:
    """``run_once`` makes the themes anew, once an hour at most, when words or areas have come, changed or gone."""

    database: Database
    finder: TermFinder
    clock: Clock = utc_now
    holder: str = field(default_factory=lambda: f"{socket.gethostname()[:40]}:{os.getpid()}")
    _next: float = 0.0
    _made_of: tuple[int, int, int] | None = None

    def run_once(self) -> int:
        """Always 0: themes are never "more to do at once"."""
        if time.monotonic() < self._next:
            return 0
        self._next = time.monotonic() + _FIRST_LOOK_SECONDS
        with self.database.read() as session:
            # What the index of likeness has worked off stands for all words; the rest comes with the next hour.
            row = session.execute(select(func.max(Fingerprint.revision), func.count())).one()
            taxonomy = area_mapping(session).number
        made_of = (row[0] or 0, row[1], taxonomy)
        if made_of[1] == 0 or made_of == self._made_of:
            return 0
        with self.database.write() as session:
            if not leases.acquire(session, name="themes", holder=self.holder, now=self.clock(), lasts=EVERY):
                return 0
        begun = time.monotonic()
        members = service.make(self.database, self.finder)
        self._made_of = made_of
        self._next = time.monotonic() + EVERY.total_seconds()
        log.info("themes.made", matters=members, seconds=round(time.monotonic() - begun, 1))
        return 0
