"""A worker's round of jobs: claim one, do it, write down what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from app.jobs.registry import Handler, Outcome, Work, handlers
from feedback.clock import Clock, utc_now
from feedback.config import Settings
from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.jobs import service
from feedback.jobs.service import Claimed, Lost
from feedback.ports import TextReader

log = structlog.get_logger()

_UNEXPECTED = "思わぬ問題で止まりました。自動でやり直します。続くときはシステム管理者にお知らせください。"


@dataclass(slots=True)
class JobRunner:
    """``run_once`` does one due job; give it to the worker as one of its rounds."""

    database: Database
    settings: Settings
    reader: TextReader | None
    handlers: Mapping[str, Handler] = field(default_factory=handlers)
    clock: Clock = utc_now

    def run_once(self) -> int:
        """Do the next due job. Returns 1, or 0 when nothing was due."""
        with self.database.write() as session:
            claimed = service.claim(session, kinds=list(self.handlers), now=self.clock())
        if claimed is None:
            return 0
        try:
            self._settle(claimed, self.handlers[claimed.kind](self._work(claimed)))
        except Lost:
            log.warning("job.lost", job=claimed.id, kind=claimed.kind)
        except FeedbackError as error:
            self._fail(claimed, str(error), again=False)
        except Exception as error:  # whatever failed, the job must not stay "running"
            log.warning("job.failed", job=claimed.id, kind=claimed.kind, error=type(error).__name__)
            self._fail(claimed, _UNEXPECTED, again=True)
        return 1

    def _work(self, claimed: Claimed) -> Work:
        return Work(self.database, self.settings, claimed, self.reader, self.clock)

    def _settle(self, claimed: Claimed, outcome: Outcome) -> None:
        with self.database.write() as session:
            service.finish(session, claimed, message=outcome.message, now=self.clock(), payload=outcome.payload)
        log.info("job.done", job=claimed.id, kind=claimed.kind)

    def _fail(self, claimed: Claimed, reason: str, *, again: bool) -> None:
        try:
            with self.database.write() as session:
                service.fail(session, claimed, reason=reason, now=self.clock(), again=again)
        except Lost:
            log.warning("job.lost", job=claimed.id, kind=claimed.kind)
