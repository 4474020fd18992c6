"""Reads of how a matter's newest answer is on its way, in one query."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.answers.models import Answer
from feedback.answers.rules import AnswerState, Method
from feedback.letters.models import Letter
from feedback.letters.rules import LetterState, state_of
from feedback.mails.models import AnswerMail
from feedback.mails.queries import MailView


@dataclass(frozen=True, slots=True)
class AnswerWay:
    """How the newest answer to a matter goes to the citizen, and how far it is."""

    answer_id: int
    method: Method
    state: AnswerState
    handed_over: str | None
    sent_at: datetime | None
    letter: LetterState
    printed_at: datetime | None
    mail: MailView | None


def newest_way(session: Session, matter_id: int) -> AnswerWay | None:
    """The way of a matter's newest answer; None without one. The caller has checked that the matter may be seen."""
    row = session.execute(
        select(Answer, Letter, AnswerMail)
        .outerjoin(Letter, Letter.answer_id == Answer.id)
        .outerjoin(AnswerMail, AnswerMail.answer_id == Answer.id)
        .where(Answer.matter_id == matter_id)
        .order_by(Answer.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    answer, letter, mail = row
    return AnswerWay(
        answer_id=answer.id,
        method=answer.method,
        state=answer.state,
        handed_over=answer.handed_over,
        sent_at=answer.sent_at,
        letter=state_of(
            is_sent=answer.state is AnswerState.SENT,
            answer_round=answer.round,
            printed_round=letter.printed_round if letter else None,
        ),
        printed_at=letter.printed_at if letter else None,
        mail=MailView.of(mail) if mail else None,
    )
