"""The worker's round for surveys: counts responses, and makes opinions of the free words in them."""

import time
from dataclasses import dataclass

import structlog
from sqlalchemy import select

from feedback.clock import Clock, tokyo_date, utc_now
from feedback.db import Database
from feedback.deadlines import service as deadlines
from feedback.opinions.intake import IntakeRules
from feedback.ports import TextReader
from feedback.routing import service as routing
from feedback.routing.models import Area
from feedback.surveys import counting, voices

log = structlog.get_logger()

_EVERY_SECONDS = 5.0
_AT_ONCE = 100


@dataclass(slots=True)
class SurveyRound:
    """``run_once`` counts what waits and collects words. Any number of workers may do it side by side."""

    database: Database
    reader: TextReader
    clock: Clock = utc_now
    _next: float = 0.0

    def run_once(self) -> int:
        """How many responses were worked; 0 when nothing was due."""
        if time.monotonic() < self._next:
            return 0
        done = self.count() + self.collect()
        if not done:
            self._next = time.monotonic() + _EVERY_SECONDS
        return done

    def count(self) -> int:
        """Write the marks of responses that wait."""
        with self.database.read() as session:
            if not counting.are_waiting(session):
                return 0
        with self.database.write() as session:
            return counting.count_waiting(session, today=tokyo_date(self.clock()))

    def collect(self) -> int:
        """Make opinions of free words; they are read before the transaction opens."""
        with self.database.read() as session:
            found = voices.waiting(session, limit=_AT_ONCE)
        if not found.response_ids:
            return 0
        readings = self.reader.read([one.text for one in found.voices]) if found.voices else []
        with self.database.write() as session:
            rules = IntakeRules(
                router=routing.load_router(session),
                deadlines=deadlines.load(session),
                area_keys=frozenset(session.scalars(select(Area.key).where(Area.active))),
            )
            made = voices.record(session, found, readings=readings, rules=rules)
        if made:
            log.info("surveys.voices", made=made)
        return len(found.response_ids)
