"""Reads of answers' e-mails: how each stands, and those that somebody has to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from feedback.answers.models import Answer
from feedback.departments.models import Department
from feedback.mails.models import AnswerMail
from feedback.mails.rules import MailState
from feedback.opinions.models import Matter
from feedback.opinions.queries import visible_to
from feedback.opinions.rules import receipt_number
from feedback.staff.rules import Actor

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class MailView:
    """How an answer's e-mail stands. ``due_at``: when it is tried next, while it waits."""

    state: MailState
    attempts: int
    reason: str | None
    due_at: datetime
    settled_at: datetime | None

    @classmethod
    def of(cls, mail: AnswerMail) -> "MailView":
        """The view of a row."""
        return cls(mail.state, mail.attempts, mail.reason, mail.due_at, mail.settled_at)


@dataclass(frozen=True, slots=True)
class TroubledRow:
    """An answer whose e-mail did not arrive, or of which nobody knows."""

    matter_id: int
    receipt: str
    department: str
    state: MailState
    reason: str | None
    settled_at: datetime | None


def mails_of(session: Session, answer_ids: Sequence[int]) -> dict[int, MailView]:
    """The e-mails of answers, by answer id. The caller has checked that the answers may be seen."""
    rows = session.scalars(select(AnswerMail).where(AnswerMail.answer_id.in_(answer_ids)))
    return {one.answer_id: MailView.of(one) for one in rows}


def troubled(session: Session, *, actor: Actor) -> list[TroubledRow]:
    """E-mails that staff have to look at, the newest first."""
    rows = session.execute(
        select(AnswerMail, Matter.id, Matter.submission_id, Matter.received_at, Department.name)
        .join(Answer, Answer.id == AnswerMail.answer_id)
        .join(Matter, Matter.id == Answer.matter_id)
        .join(Department, Department.id == Matter.department_id)
        # In these words, or SQLite ignores the index.
        .where(sql("answer_mails.state IN ('unknown', 'failed', 'bounced')"), visible_to(actor))
        .order_by(AnswerMail.settled_at.desc())
        .limit(_SHOWN)
    )
    return [
        TroubledRow(
            matter_id, receipt_number(submission_id, received_at), name, mail.state, mail.reason, mail.settled_at
        )
        for mail, matter_id, submission_id, received_at, name in rows
    ]


def open_count(session: Session) -> int:
    """How many e-mails are still to be sent."""
    return (
        session.scalar(
            select(func.count(AnswerMail.answer_id)).where(sql("answer_mails.state IN ('pending', 'sending')"))
        )
        or 0
    )
