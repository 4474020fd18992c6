"""Taking answers back: a citizen withdraws, unsends a message, or has everything erased.

What was answered in an anonymous survey cannot be found again, so it cannot be taken back once it is sent.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from feedback.citizens.erasing import erase_submission
from feedback.errors import Invalid
from feedback.opinions.models import Part, Submission
from feedback.surveys.counting import remove_marks
from feedback.surveys.delivery import subscriptions
from feedback.surveys.models import (
    PersonKind,
    Survey,
    SurveyDraft,
    SurveyParticipation,
    SurveyResponse,
    SurveyVoice,
)
from feedback.surveys.quotas import free_places
from feedback.surveys.rules import SurveyState


def withdraw(session: Session, survey: Survey, *, citizen_id: int, at: datetime) -> bool:
    """Take a citizen's answers to a survey back, sent or not; they may answer again. False: there were none.

    The opinions that came of them go too. Invalid for answers to an anonymous survey.
    """
    session.execute(delete(SurveyDraft).where(SurveyDraft.survey_id == survey.id, SurveyDraft.citizen_id == citizen_id))
    took_part = session.get(SurveyParticipation, (survey.id, PersonKind.CITIZEN, citizen_id))
    if took_part is not None and survey.anonymous:
        raise Invalid("匿名のアンケートは、どの回答がご本人のものか分からないため、取り消せません。")
    responses = session.scalars(
        select(SurveyResponse).where(SurveyResponse.survey_id == survey.id, SurveyResponse.citizen_id == citizen_id)
    ).all()
    for response in responses:
        erase_response(session, response, at=at)
    if took_part is not None:
        session.delete(took_part)
    session.flush()
    return bool(responses)


def erase_of(session: Session, citizen_id: int, *, at: datetime) -> None:
    """Forget all of a citizen: unsent answers, answers that are theirs, and that they took part.

    While an anonymous survey runs, that they took part is kept: nobody shall answer twice by erasing in between.
    """
    session.execute(delete(SurveyDraft).where(SurveyDraft.citizen_id == citizen_id))
    subscriptions.erase_of(session, citizen_id)
    for response in session.scalars(select(SurveyResponse).where(SurveyResponse.citizen_id == citizen_id)).all():
        erase_response(session, response, at=at)
    running = select(Survey.id).where(Survey.anonymous, Survey.state == SurveyState.PUBLISHED)
    session.execute(
        delete(SurveyParticipation)
        .where(
            SurveyParticipation.person_kind == PersonKind.CITIZEN,
            SurveyParticipation.person_id == citizen_id,
            SurveyParticipation.survey_id.not_in(running),
        )
        .execution_options(synchronize_session=False)
    )


def erase_response(session: Session, response: SurveyResponse, *, at: datetime) -> None:
    """Forget a response and the opinions that came of it; the row stays as a tombstone without answers or person."""
    remove_marks(session, response)
    _erase_voices(session, response, at=at)
    free_places(session, response)
    response.answers, response.messages = {}, None
    response.citizen_id = response.age_band = response.district = response.language = None
    response.counted = response.voiced = True
    response.erased_at = at


def unsend(session: Session, *, citizen_id: int, line_message_key: bytes, at: datetime) -> bool:
    """Take out the one answer a message held, sent or not. False: no answer came by this message."""
    key = line_message_key.hex()
    for draft in session.scalars(select(SurveyDraft).where(SurveyDraft.citizen_id == citizen_id)):
        questions = {question for question, message in draft.messages.items() if message == key}
        if questions:
            draft.answers = {one: value for one, value in draft.answers.items() if one not in questions}
            draft.messages = {one: value for one, value in draft.messages.items() if one not in questions}
            draft.updated_at = at
            return True
    for response in session.scalars(select(SurveyResponse).where(SurveyResponse.citizen_id == citizen_id)):
        questions = {question for question, message in (response.messages or {}).items() if message == key}
        if questions:
            remove_marks(session, response)
            _erase_voices(session, response, at=at, questions=questions)
            response.counted = False  # counted again without it
            response.answers = {one: {} if one in questions else value for one, value in response.answers.items()}
            response.messages = {one: value for one, value in (response.messages or {}).items() if one not in questions}
            return True
    return False


def _erase_voices(
    session: Session, response: SurveyResponse, *, at: datetime, questions: Collection[str] | None = None
) -> None:
    voices = select(SurveyVoice.submission_id).where(SurveyVoice.response_id == response.id)
    if questions is not None:
        voices = voices.where(SurveyVoice.question.in_(questions))
    query = select(Submission).where(Submission.id.in_(voices), Submission.erased_at.is_(None))
    loaded = (selectinload(Submission.parts).selectinload(Part.attachment), selectinload(Submission.matters))
    for submission in session.scalars(query.options(*loaded)).all():
        erase_submission(session, submission, at=at)
