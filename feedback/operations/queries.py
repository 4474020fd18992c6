"""Reads for the page on which IT staff see whether everything runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.inbox.models import EventState, LineEvent
from feedback.jobs.models import Lease
from feedback.opinions.models import Attachment, MatterReading
from feedback.outbox.models import OutboundMessage, OutboundState

SHOWN = 50
_SLOW = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class InboxState:
    """Events from LINE: waiting, since when the oldest waits, dead; worked within the last day."""

    pending: int
    oldest: datetime | None
    dead: int
    worked_today: int

    def is_stuck(self, now: datetime) -> bool:
        """Whether the worker seems to stand still."""
        return self.oldest is not None and now - self.oldest > _SLOW


@dataclass(frozen=True, slots=True)
class DeadEvent:
    """An event given up after the last try; ``can_retry``: its content is still there."""

    id: int
    type: str
    received_at: datetime
    attempts: int
    error: str | None
    can_retry: bool


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that did not reach a citizen; ``can_resend``: its content is still there."""

    id: int
    purpose: str
    matter_id: int | None
    created_at: datetime
    state: OutboundState
    reason: str | None
    can_resend: bool


@dataclass(frozen=True, slots=True)
class OutboxState:
    """Messages to citizens: waiting, failed, and sent within the last day."""

    open: int
    failed: int
    sent_today: int


def inbox_state(session: Session, *, now: datetime) -> InboxState:
    """Where the inbox stands."""
    pending, oldest = session.execute(
        select(func.count(), func.min(LineEvent.received_at)).where(LineEvent.state == EventState.PENDING)
    ).one()
    dead = session.scalar(select(func.count()).where(LineEvent.state == EventState.DEAD)) or 0
    worked = session.scalar(
        select(func.count()).where(
            LineEvent.received_at >= now - timedelta(days=1),
            LineEvent.state.in_((EventState.DONE, EventState.IGNORED)),
        )
    )
    return InboxState(pending, oldest, dead, worked or 0)


def dead_events(session: Session) -> Sequence[DeadEvent]:
    """The newest dead letters."""
    rows = session.execute(
        select(
            LineEvent.id,
            LineEvent.type,
            LineEvent.received_at,
            LineEvent.attempts,
            LineEvent.error,
            LineEvent.payload.is_not(None),
        )
        .where(LineEvent.state == EventState.DEAD)
        .order_by(LineEvent.id.desc())
        .limit(SHOWN)
    )
    return [DeadEvent(*row) for row in rows]


def outbox_state(session: Session, *, now: datetime) -> OutboxState:
    """Where the outbox stands."""
    counts: dict[str, int] = dict(
        iter(
            session.execute(
                select(OutboundMessage.state, func.count())
                .where(OutboundMessage.created_at >= now - timedelta(days=30))
                .group_by(OutboundMessage.state)
            )
        )
    )
    sent = session.scalar(
        select(func.count()).where(
            OutboundMessage.state == OutboundState.SENT, OutboundMessage.settled_at >= now - timedelta(days=1)
        )
    )
    return OutboxState(
        open=counts.get(OutboundState.PENDING, 0) + counts.get(OutboundState.SENDING, 0),
        failed=counts.get(OutboundState.FAILED, 0) + counts.get(OutboundState.UNKNOWN, 0),
        sent_today=sent or 0,
    )


def undelivered(session: Session) -> Sequence[Undelivered]:
    """The newest messages that failed, or of which nobody knows."""
    rows = session.execute(
        select(
            OutboundMessage.id,
            OutboundMessage.purpose,
            OutboundMessage.matter_id,
            OutboundMessage.created_at,
            OutboundMessage.state,
            OutboundMessage.reason,
            OutboundMessage.body_sealed.is_not(None),
        )
        .where(OutboundMessage.state.in_((OutboundState.FAILED, OutboundState.UNKNOWN)))
        .order_by(OutboundMessage.id.desc())
        .limit(SHOWN)
    )
    return [Undelivered(*row) for row in rows]


def media_pending(session: Session) -> int:
    """How many photos and files still have to be fetched from LINE."""
    return session.scalar(select(func.count()).where(Attachment.state == "pending")) or 0


def model_in_use(session: Session) -> str | None:
    """The model version of the newest reading."""
    return session.scalar(select(MatterReading.model_version).order_by(MatterReading.id.desc()).limit(1))


def workers(session: Session) -> Sequence[tuple[str, datetime, datetime | None]]:
    """Leases held: name, until when, last run."""
    return [
        (name, until, last)
        for name, until, last in session.execute(
            select(Lease.name, Lease.until, Lease.last_run_at).order_by(Lease.name)
        )
    ]
