"""When a matter is due after something about it changed. What staff set by hand stays."""

from datetime import datetime

from sqlalchemy.orm import Session

from feedback.clock import tokyo_date
from feedback.deadlines.rules import Deadlines
from feedback.deadlines.service import load
from feedback.opinions.models import HistoryEntry, Matter
from feedback.opinions.rules import OPEN_STATUSES, Source

CORRECTED = "分野・種別の訂正による見直し"
REROUTED = "担当課の変更による見直し"


def begin(matter: Matter, deadlines: Deadlines) -> None:
    """Set the deadline by area and kind, while nobody has begun."""
    if not matter.due_fixed:
        matter.due_on = deadlines.due_on(tokyo_date(matter.received_at), matter.area_key, matter.kind)


def revise(session: Session, matter: Matter, *, at: datetime, reason: str) -> None:
    """Set the deadline anew by area, kind and day of routing; a change is written into the history."""
    asked_again = matter.answered_at is not None  # its deadline counts from then, not from receipt
    if matter.due_fixed or asked_again or matter.status not in OPEN_STATUSES:
        return
    due_on = load(session).revised(
        matter.due_on,
        received=tokyo_date(matter.received_at),
        routed=tokyo_date(matter.routed_at or matter.received_at),
        today=tokyo_date(at),
        area_key=matter.area_key,
        kind=matter.kind,
    )
    if due_on == matter.due_on:
        return
    before = matter.due_on.isoformat() if matter.due_on else None
    HistoryEntry(
        matter=matter,
        at=at,
        source=Source.SYSTEM,
        action="due",
        before=before,
        after=due_on.isoformat(),
        reason=reason,
    )
    matter.due_on = due_on
