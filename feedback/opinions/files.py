"""The files behind parts as work to do: which to fetch or delete now, and what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from feedback.opinions.models import Attachment
from feedback.opinions.rules import PartKind

MAX_ATTEMPTS = 8
_LEASE = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class FileTask:
    """One file to fetch (``line_message_id_sealed``) or, when its part was erased, to delete (``storage_key``)."""

    id: int
    kind: PartKind
    line_message_id_sealed: bytes | None
    storage_key: str | None
    attempts: int


def claim(session: Session, *, now: datetime, limit: int) -> list[FileTask]:
    """Take files that are due; whoever crashes with one loses it after three minutes."""
    rows = session.scalars(
        select(Attachment)
        .where(Attachment.due_at <= now)
        .order_by(Attachment.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .options(selectinload(Attachment.part))
    ).all()
    tasks = []
    for row in rows:
        row.due_at = now + _LEASE
        row.attempts += 1
        tasks.append(
            FileTask(row.id, PartKind(row.part.kind), row.line_message_id_sealed, row.storage_key, row.attempts)
        )
    return tasks


def stored(session: Session, file_id: int, *, storage_key: str, content_type: str, size: int, now: datetime) -> None:
    """A file was fetched. If its part was erased meanwhile, it is due for deletion at once."""
    row = session.get_one(Attachment, file_id)
    row.storage_key, row.content_type, row.size = storage_key, content_type, size
    row.line_message_id_sealed = None
    if row.state == "pending":
        row.state, row.due_at = "stored", None
    else:
        row.due_at = now


def deleted(session: Session, file_id: int) -> None:
    """The stored file of an erased part is gone."""
    row = session.get_one(Attachment, file_id)
    row.storage_key = row.due_at = None


def failed(session: Session, file_id: int, *, problem: str, retry: bool, now: datetime) -> None:
    """A file could not be had: try again later and later, or give up with a reason for staff."""
    row = session.get_one(Attachment, file_id)
    row.problem = problem
    if row.state != "pending":
        row.due_at = now if row.storage_key else None
    elif retry and row.attempts < MAX_ATTEMPTS:
        row.due_at = now + timedelta(seconds=5 * 3 ** (row.attempts - 1))
    else:
        row.state, row.due_at = "failed", None
