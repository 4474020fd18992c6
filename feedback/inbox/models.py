"""Table: LINE events, the inbox."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Identity, Index, Integer, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base

SHARDS = 64
"""Citizens hash to this many shards; a worker holds a shard's lock while it works its events."""

PENDING_SQL = text("state = 'pending'")


class EventState(StrEnum):
    """What became of an event."""

    PENDING = "pending"
    DONE = "done"
    IGNORED = "ignored"
    DEAD = "dead"


class LineEvent(Base):
    """One webhook event. The payload is encrypted JSON, and None once it is no longer needed.

    ``held_until``: worked, but its words wait for the citizen's consent until then.
    """

    __tablename__ = "line_events"
    __table_args__ = (
        Index(
            "ix_line_events_due",
            "shard",
            "occurred_at",
            "id",
            postgresql_where=PENDING_SQL,
            sqlite_where=PENDING_SQL,
        ),
        Index(
            "ix_line_events_citizen_pending",
            "citizen_key",
            postgresql_where=PENDING_SQL,
            sqlite_where=PENDING_SQL,
        ),
        Index(
            "ix_line_events_held",
            "citizen_key",
            postgresql_where=text("held_until IS NOT NULL"),
            sqlite_where=text("held_until IS NOT NULL"),
        ),
        Index("ix_line_events_received_at", "received_at"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), Identity(always=False), primary_key=True
    )
    webhook_event_id: Mapped[str] = mapped_column(String(64), unique=True)
    type: Mapped[str] = mapped_column(String(64))
    citizen_key: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    shard: Mapped[int] = mapped_column(SmallInteger)
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    payload: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[EventState] = mapped_column(default=EventState.PENDING, server_default="pending")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(500))
