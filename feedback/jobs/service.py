"""Long work as rows: asked for, claimed by one worker at a time, resumed by another when that one died."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from feedback.errors import Invalid, NotFound
from feedback.jobs.models import Job, JobState

LEASE = timedelta(minutes=2)
"""A running job that says nothing for this long is taken over by another worker."""
ATTEMPTS = 5
_OPEN = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job in a worker's hands. ``attempt`` is its proof that it still holds the job."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempt: int
    created_by_id: int | None


class Lost(Exception):
    """Another worker took the job over; this one must stop."""


def enqueue(
    session: Session,
    *,
    kind: str,
    payload: dict[str, Any],
    now: datetime,
    created_by_id: int | None = None,
    unique_key: str | None = None,
    total: int | None = None,
) -> Job:
    """Ask for a job. Invalid when one with the same ``unique_key`` is on its way or done. Flushed."""
    if unique_key is not None and session.scalar(select(Job.id).where(Job.unique_key == unique_key)):
        raise Invalid("同じ処理がすでに登録されています。")
    job = Job(
        kind=kind,
        payload=payload,
        unique_key=unique_key,
        state=JobState.QUEUED,
        attempts=0,
        progress_done=0,
        progress_total=total,
        created_by_id=created_by_id,
        created_at=now,
        due_at=now,
    )
    session.add(job)
    session.flush()
    return job


def claim(session: Session, *, kinds: Sequence[str], now: datetime) -> Claimed | None:
    """Take the next due job of these kinds, or one whose worker fell silent. Commit before working on it."""
    job = session.scalar(
        select(Job)
        .where(
            Job.kind.in_(kinds),
            Job.state.in_(_OPEN),
            Job.due_at <= now,
            or_(Job.lease_until.is_(None), Job.lease_until < now),
        )
        .order_by(Job.due_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if job is None:
        return None
    job.state = JobState.RUNNING
    job.attempts += 1
    job.lease_until = now + LEASE
    session.flush()
    return Claimed(job.id, job.kind, dict(job.payload), job.attempts, job.created_by_id)


def progress(
    session: Session,
    claimed: Claimed,
    *,
    done: int,
    now: datetime,
    total: int | None = None,
    payload: dict[str, Any] | None = None,
) -> None:
    """Say how far the work is and keep the lease. ``payload`` replaces what a resumed run starts from."""
    values: dict[str, Any] = {"progress_done": done, "lease_until": now + LEASE}
    if total is not None:
        values["progress_total"] = total
    if payload is not None:
        values["payload"] = payload
    _change(session, claimed, values)


def finish(session: Session, claimed: Claimed, *, message: str, now: datetime, payload: dict[str, Any]) -> None:
    """The job is done; ``message`` tells staff what came of it, ``payload`` keeps the figures."""
    _change(
        session,
        claimed,
        {
            "state": JobState.DONE,
            "message": message[:500],
            "payload": payload,
            "finished_at": now,
            "lease_until": None,
        },
    )


def fail(session: Session, claimed: Claimed, *, reason: str, now: datetime, again: bool) -> JobState:
    """The attempt failed. ``again``: it comes back later and later, until the last attempt."""
    retry = again and claimed.attempt < ATTEMPTS
    values: dict[str, Any] = {"message": reason[:500], "lease_until": None}
    if retry:
        values |= {"state": JobState.QUEUED, "due_at": now + timedelta(seconds=10 * 4**claimed.attempt)}
    else:
        values |= {"state": JobState.FAILED, "finished_at": now}
    _change(session, claimed, values)
    return JobState.QUEUED if retry else JobState.FAILED


def restart(session: Session, job_id: int, *, now: datetime) -> None:
    """Give a failed job another round of attempts. NotFound when it did not fail."""
    changed = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.FAILED)
        .values(state=JobState.QUEUED, attempts=0, due_at=now, finished_at=None, lease_until=None, message=None)
        .returning(Job.id)
    ).all()
    if not changed:
        raise NotFound("失敗した処理が見つかりません。")


def _change(session: Session, claimed: Claimed, values: dict[str, Any]) -> None:
    changed = session.execute(
        update(Job)
        .where(Job.id == claimed.id, Job.state == JobState.RUNNING, Job.attempts == claimed.attempt)
        .values(values)
        .returning(Job.id)
    ).all()
    if not changed:
        raise Lost
