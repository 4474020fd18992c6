"""Tables: notices to staff, what each member of staff does not want to be told, and chat rooms of departments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base
from feedback.notices.rules import HookStyle, NoticeKind, NoticeState, Via

_OPEN = text("state IN ('pending', 'sending')")


class NoticeHook(Base):
    """A chat room that a department's notices also go to. The address is a secret, so it is kept sealed."""

    __tablename__ = "notice_hooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    style: Mapped[HookStyle]
    url_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    active: Mapped[bool] = mapped_column(default=True)


class NoticeChoice(Base):
    """What a member of staff does not want to be told; without a row they are told everything their role is."""

    __tablename__ = "notice_choices"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    muted: Mapped[list[str]] = mapped_column(JSON, default=list)


class Notice(Base):
    """One notice to one person (``staff_id``, by e-mail) or one room (``hook_id``).

    ``body`` has ``{staff_url}`` where the address of the staff application goes. ``message_id`` stays the same over
    all attempts, so that mail servers know a second copy. ``unique_key`` keeps the same thing from being told twice.
    """

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_open", "due_at", postgresql_where=_OPEN, sqlite_where=_OPEN),)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), Identity(always=False), primary_key=True
    )
    kind: Mapped[NoticeKind]
    via: Mapped[Via]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    hook_id: Mapped[int | None] = mapped_column(ForeignKey("notice_hooks.id", ondelete="CASCADE"), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    message_id: Mapped[UUID] = mapped_column(Uuid)
    unique_key: Mapped[str | None] = mapped_column(String(100), unique=True)
    state: Mapped[NoticeState] = mapped_column(default=NoticeState.PENDING)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(200))
