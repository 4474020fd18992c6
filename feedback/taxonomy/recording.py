"""Writes down that the areas changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.staff.rules import Actor
from feedback.taxonomy.models import TaxonomyVersion
from feedback.taxonomy.rules import Operation


def record_change(
    session: Session,
    operation: Operation,
    *,
    sources: Sequence[str],
    targets: Sequence[str] = (),
    actor: Actor,
    at: datetime,
    moved: Mapping[str, Any] | None = None,
) -> TaxonomyVersion:
    """A new version of the taxonomy, audited."""
    last = session.scalar(select(func.max(TaxonomyVersion.number)))
    version = TaxonomyVersion(
        number=(last or 0) + 1,
        at=at,
        staff_id=actor.id,
        operation=operation,
        sources=list(sources),
        targets=list(targets),
        moved=dict(moved or {}),
    )
    session.add(version)
    session.flush()
    audit.record(
        session,
        at=at,
        staff_id=actor.id,
        action=f"taxonomy.{operation}",
        subject_type="taxonomy",
        subject_id=version.number,
        detail={"sources": list(sources), "targets": list(targets)},
    )
    return version
