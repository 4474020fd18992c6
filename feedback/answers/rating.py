"""What citizens think of an answer, and asking again. Called by the bot for the citizen's own matters only."""

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from feedback.answers.models import Answer, AnswerRating
from feedback.answers.rules import AnswerState
from feedback.opinions import lifecycle
from feedback.opinions.models import HistoryEntry, Matter
from feedback.opinions.rules import MatterStatus, Source
from feedback.opinions.service import stamp

LONGEST_COMMENT = 2000
ASKED_AGAIN = "市民が「もう一度相談する」を選びました"


def sent_answer(session: Session, answer_id: int, *, submission_id: int) -> Answer | None:
    """The answer with its matter if it went out to this submission."""
    return session.scalar(
        select(Answer)
        .join(Matter, Matter.id == Answer.matter_id)
        .where(Answer.id == answer_id, Answer.state == AnswerState.SENT, Matter.submission_id == submission_id)
        .options(joinedload(Answer.matter))
    )


def rate(session: Session, answer: Answer, *, helpful: bool, at: datetime) -> None:
    """Keep whether an answer helped. The same again changes nothing; another word replaces the first."""
    rating = rating_of(session, answer.id)
    if rating is None:
        session.add(AnswerRating(answer_id=answer.id, helpful=helpful, rated_at=at))
    elif rating.helpful is not helpful:
        rating.helpful, rating.rated_at = helpful, at
    else:
        return
    _tell(answer.matter, "rated", after="helpful" if helpful else "unhelpful", at=at)
    session.flush()


def comment(
    session: Session, answer: Answer, *, text: str, at: datetime, line_message_key: bytes | None = None
) -> bool:
    """Keep the citizen's words on an answer they rated. False when they did not rate it."""
    rating = rating_of(session, answer.id)
    words = text.strip()[:LONGEST_COMMENT]
    if rating is None or not words:
        return False
    rating.comment, rating.commented_at, rating.erased_at = words, at, None
    rating.line_message_key = line_message_key
    _tell(answer.matter, "rating_comment", after=None, at=at)
    session.flush()
    return True


def reopen(answer: Answer, *, at: datetime, due_on: date) -> bool:
    """The citizen asks again: the matter is back in its department's inbox, due anew. False when it is open already."""
    matter = answer.matter
    if not lifecycle.may(Source.CITIZEN, matter.status, MatterStatus.REOPENED):
        return False
    HistoryEntry(
        matter=matter,
        at=at,
        source=Source.CITIZEN,
        action="status",
        before=matter.status,
        after=MatterStatus.REOPENED,
        reason=ASKED_AGAIN,
    )
    stamp(matter, MatterStatus.REOPENED, at=at)
    matter.due_on = due_on
    return True


def rating_of(session: Session, answer_id: int) -> AnswerRating | None:
    """The rating of an answer."""
    return session.scalar(select(AnswerRating).where(AnswerRating.answer_id == answer_id))


def erase_comments(session: Session, matter_ids: list[int], *, at: datetime) -> None:
    """Forget the citizen's words on answers to these matters; whether they helped stays, to be counted."""
    answers = select(Answer.id).where(Answer.matter_id.in_(matter_ids))
    session.execute(
        update(AnswerRating)
        .where(AnswerRating.answer_id.in_(answers), AnswerRating.erased_at.is_(None))
        .values(comment=None, line_message_key=None, erased_at=at)
        .execution_options(synchronize_session="fetch")
    )


def unsend(session: Session, *, line_message_key: bytes, at: datetime) -> bool:
    """Forget words on an answer that the citizen unsent. False: this message holds none."""
    rating = session.scalar(select(AnswerRating).where(AnswerRating.line_message_key == line_message_key))
    if rating is None:
        return False
    rating.comment = rating.line_message_key = None
    rating.erased_at = at
    return True


def _tell(matter: Matter, action: str, *, after: str | None, at: datetime) -> None:
    HistoryEntry(matter=matter, at=at, source=Source.CITIZEN, action=action, before=None, after=after)
