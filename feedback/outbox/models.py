"""Table: messages to citizens, the outbox."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base

_OPEN = text("state IN ('pending', 'sending')")


class OutboundState(StrEnum):
    """What became of a message. ``unknown``: LINE may or may not have taken it, and asking again is unsafe."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Via(StrEnum):
    """Which of LINE's calls carries a message."""

    REPLY = "reply"
    PUSH = "push"


class OutboundMessage(Base):
    """Up to five LINE messages for one citizen, sent together.

    ``recipient_sealed`` is the encrypted LINE id, ``body_sealed`` the encrypted JSON list of message objects;
    both are cleared when the message is settled, undelivered ones after a while so that staff can send them again.
    ``uncertain``: an earlier try may have reached LINE.
    """

    __tablename__ = "outbound_messages"
    __table_args__ = (
        Index("ix_outbound_messages_open", "due_at", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index(
            "ix_outbound_messages_citizen_open",
            "citizen_key",
            "id",
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), Identity(always=False), primary_key=True
    )
    citizen_key: Mapped[bytes] = mapped_column(LargeBinary(16))
    matter_id: Mapped[int | None] = mapped_column(ForeignKey("matters.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(32))
    recipient_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reply_token_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    body_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    via: Mapped[Via | None]
    retry_key: Mapped[UUID] = mapped_column(Uuid)
    state: Mapped[OutboundState] = mapped_column(default=OutboundState.PENDING)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    uncertain: Mapped[bool] = mapped_column(default=False)
    reply_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    line_request_id: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(200))
