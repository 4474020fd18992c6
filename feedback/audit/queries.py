"""Reads of the audit trail."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from feedback.audit.models import AuditEntry
from feedback.clock import TOKYO
from feedback.staff.models import Staff

PAGE = 50
_STREAM = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to show; an empty field shows all. Days are those of Japan, both included."""

    first: date | None = None
    last: date | None = None
    staff_id: int | None = None
    action: str = ""
    subject_type: str = ""
    subject_id: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the auditor reads it; ``who`` is None for the system itself."""

    id: int
    at: datetime
    who: str | None
    action: str
    subject_type: str
    subject_id: str
    detail: dict[str, Any]


def page(session: Session, wanted: Wanted, *, before: int | None = None) -> list[Entry]:
    """The newest entries, or those before an entry; one more than `PAGE` when there are further ones."""
    return _read(session, wanted, before=before, limit=PAGE + 1)


def every(session: Session, wanted: Wanted) -> Iterator[Entry]:
    """All entries, newest first, read in batches."""
    before: int | None = None
    while batch := _read(session, wanted, before=before, limit=_STREAM):
        yield from batch
        before = batch[-1].id


def actions(session: Session) -> list[str]:
    """All actions that ever happened, for choosing."""
    return sorted(session.scalars(select(AuditEntry.action).distinct()))


def _read(session: Session, wanted: Wanted, *, before: int | None, limit: int) -> list[Entry]:
    query = _filtered(wanted).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return [Entry(*row) for row in session.execute(query)]


def _filtered(wanted: Wanted) -> Select[int, datetime, str, str, str, str, dict[str, Any]]:
    query = select(
        AuditEntry.id,
        AuditEntry.at,
        Staff.name,
        AuditEntry.action,
        AuditEntry.subject_type,
        AuditEntry.subject_id,
        AuditEntry.detail,
    ).outerjoin(Staff, Staff.id == AuditEntry.staff_id)
    if wanted.first:
        query = query.where(AuditEntry.at >= datetime.combine(wanted.first, time(), TOKYO))
    if wanted.last:
        query = query.where(AuditEntry.at < datetime.combine(wanted.last + timedelta(days=1), time(), TOKYO))
    if wanted.staff_id is not None:
        query = query.where(AuditEntry.staff_id == wanted.staff_id)
    for column, value in (
        (AuditEntry.action, wanted.action),
        (AuditEntry.subject_type, wanted.subject_type),
        (AuditEntry.subject_id, wanted.subject_id),
    ):
        if value:
            query = query.where(column == value)
    return query
