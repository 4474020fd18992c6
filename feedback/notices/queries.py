"""Reads of notices to staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.notices.models import Notice
from feedback.notices.rules import NoticeKind, NoticeState, Via

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class UnsentNotice:
    """A notice that was given up (``failed``) or could not go out at all (``cancelled``), and why."""

    id: int
    kind: NoticeKind
    via: Via
    created_at: datetime
    state: NoticeState
    reason: str | None


def unsent(session: Session) -> Sequence[UnsentNotice]:
    """The newest notices that did not go out."""
    rows = session.execute(
        select(Notice.id, Notice.kind, Notice.via, Notice.created_at, Notice.state, Notice.reason)
        .where(Notice.state.in_((NoticeState.FAILED, NoticeState.CANCELLED)))
        .order_by(Notice.id.desc())
        .limit(_SHOWN)
    )
    return [UnsentNotice(*row) for row in rows]
