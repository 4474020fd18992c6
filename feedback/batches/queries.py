"""Reads of what was done to many matters at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from feedback.batches.models import Batch
from feedback.batches.service import UNDONE_WITHIN, undoable
from feedback.staff.rules import Actor


@dataclass(frozen=True, slots=True)
class BatchView:
    """What came of a change: how many changed; of the rest receipt number (None: not theirs to see) and reason."""

    id: int
    action: str
    done: int
    refused: list[tuple[str | None, str]]
    undone: bool
    undoable_until: datetime | None


def batch_of(session: Session, batch_id: int, *, actor: Actor, at: datetime) -> BatchView | None:
    """A change of the actor's own, else None."""
    batch = session.get(Batch, batch_id)
    if batch is None or batch.staff_id != actor.id:
        return None
    return BatchView(
        id=batch.id,
        action=batch.action,
        done=len(batch.changed),
        refused=[(receipt[0] if receipt else None, reason) for _, reason, *receipt in batch.refused],
        undone=batch.undone_at is not None,
        undoable_until=batch.at + UNDONE_WITHIN if undoable(batch, at=at) else None,
    )
