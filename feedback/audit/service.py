"""Writes the audit trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from feedback.audit.models import AuditEntry


def record(
    session: Session,
    *,
    at: datetime,
    staff_id: int | None,
    action: str,
    subject_type: str,
    subject_id: int | str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one entry. ``action`` reads ``noun.verb``; ``detail`` holds keys and codes, never citizens' words."""
    session.add(
        AuditEntry(
            at=at,
            staff_id=staff_id,
            action=action,
            subject_type=subject_type,
            subject_id=str(subject_id),
            detail=dict(detail or {}),
        )
    )
