"""Reads of jobs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.errors import NotFound
from feedback.jobs.models import Job, JobState

STATE_NAMES = {
    JobState.QUEUED: "待機中",
    JobState.RUNNING: "実行中",
    JobState.DONE: "完了",
    JobState.FAILED: "失敗",
}
KIND_NAMES = {
    "import": "意見の取り込み",
    "learn": "分類の学習",
    "reread": "意見の読み直し",
    "report": "報告の集計",
    "archive_report": "報告の保存",
}
_UNITS = {"learn": "段階", "reread": "件", "report": "段階", "archive_report": "形式"}


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as staff see it."""

    id: int
    kind: str
    state: JobState
    payload: dict[str, Any]
    attempts: int
    done: int
    total: int | None
    message: str | None
    created_by_id: int | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def kind_name(self) -> str:
        """What it does, in words."""
        return KIND_NAMES.get(self.kind, self.kind)

    @property
    def unit(self) -> str:
        """What its progress counts."""
        return _UNITS.get(self.kind, "行")

    @property
    def state_name(self) -> str:
        """Where it stands, in words."""
        return STATE_NAMES[self.state]

    @property
    def is_open(self) -> bool:
        """Whether it is still to be worked on."""
        return self.state in {JobState.QUEUED, JobState.RUNNING}

    @property
    def percent(self) -> int | None:
        """How much is done, 0 to 100; None when nobody knows how much there is."""
        return min(100, self.done * 100 // self.total) if self.total else None


def job(session: Session, job_id: int) -> JobRow:
    """One job. NotFound."""
    found = session.get(Job, job_id, populate_existing=True)
    if found is None:
        raise NotFound("処理が見つかりません。")
    return _row(found)


def recent(session: Session, *, kind: str | None = None, limit: int = 20) -> list[JobRow]:
    """The newest jobs."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    return [_row(one) for one in session.scalars(query.where(Job.kind == kind) if kind else query)]


def _row(found: Job) -> JobRow:
    return JobRow(
        id=found.id,
        kind=found.kind,
        state=JobState(found.state),
        payload=found.payload,
        attempts=found.attempts,
        done=found.progress_done,
        total=found.progress_total,
        message=found.message,
        created_by_id=found.created_by_id,
        created_at=found.created_at,
        finished_at=found.finished_at,
    )
