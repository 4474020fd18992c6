"""Kinds of jobs and who does them. To add one: write a handler and name it here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from feedback.clock import Clock
from feedback.config import Settings
from feedback.db import Database
from feedback.jobs import service
from feedback.jobs.service import Claimed
from feedback.ports import TextReader


@dataclass(frozen=True, slots=True)
class Work:
    """What a handler has in hand: the job, and what to do it with."""

    database: Database
    settings: Settings
    job: Claimed
    reader: TextReader | None
    clock: Clock

    def progress(self, done: int, *, total: int | None = None, payload: dict[str, Any] | None = None) -> None:
        """Tell staff how far it is and keep the job. Lost: somebody else has it."""
        with self.database.write() as session:
            service.progress(session, self.job, done=done, now=self.clock(), total=total, payload=payload)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job: a sentence for staff, and figures to keep with it."""

    message: str
    payload: dict[str, Any]


Handler = Callable[[Work], Outcome]


def handlers() -> Mapping[str, Handler]:
    """Handler by kind of job."""
    from app.jobs.delivering import deliver
    from app.jobs.importing import import_opinions
    from app.jobs.learning import learn
    from app.jobs.reporting import archive_report, build_report
    from app.jobs.rereading import reread

    return {
        "survey_delivery": deliver,
        "import": import_opinions,
        "learn": learn,
        "reread": reread,
        "report": build_report,
        "archive_report": archive_report,
    }
