"""Table: e-mails that carry answers. Recipient and words are read when it is sent; they stay with the matter alone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Uuid
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base
from feedback.mails.rules import MailState

_OPEN = sql("state IN ('pending', 'sending')")
_TROUBLED = sql("state IN ('unknown', 'failed', 'bounced')")


class AnswerMail(Base):
    """The e-mail of one answer.

    ``staff_id``: whose word sent it. ``handing``: the server was being given the message, so that it may have it though
    nobody heard of that. ``message_id`` stays the same over all attempts at one text, so that mailboxes know a copy.
    """

    __tablename__ = "answer_mails"
    __table_args__ = (
        Index("ix_answer_mails_open", "due_at", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_answer_mails_troubled", "settled_at", postgresql_where=_TROUBLED, sqlite_where=_TROUBLED),
    )

    answer_id: Mapped[int] = mapped_column(
        ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    message_id: Mapped[UUID] = mapped_column(Uuid)
    state: Mapped[MailState] = mapped_column(default=MailState.PENDING)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    handing: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(200))
