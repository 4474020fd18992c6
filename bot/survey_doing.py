"""Carries out what the conversation decided about a survey."""

from datetime import datetime
from typing import Final

from bot.batch import Batch
from bot.conversation.actions import AnswerSurvey, BeginSurvey, DropSurvey, SendSurvey, TurnSurvey
from bot.conversation.survey_stage import PURPOSE as _PURPOSE
from bot.inbound import Inbound
from bot.incoming import message_id, message_key
from bot.survey_facts import SurveyRows
from feedback.citizens.models import Citizen
from feedback.outbox import service as outbox
from feedback.surveys import answering
from feedback.surveys.answering import Person
from feedback.surveys.models import SurveyDraft
from feedback.surveys.refusals import Answered, NotOpen
from feedback.surveys.rules import Source

PURPOSE: Final = _PURPOSE
"""Of messages that may quote answers."""

SurveyAction = BeginSurvey | AnswerSurvey | TurnSurvey | DropSurvey | SendSurvey


def do(
    batch: Batch, inbound: Inbound, citizen: Citizen, rows: SurveyRows, action: SurveyAction, *, at: datetime
) -> str:
    """Carry out one action. Returns why it could not be, fit to show; "" when it was."""
    if isinstance(action, BeginSurvey):
        return _begin(batch, citizen, rows, action, at)
    draft = rows.draft
    if draft is None:
        return ""
    if isinstance(action, AnswerSurvey):
        own_id = message_id(inbound)
        key = message_key(own_id, batch.keys) if own_id else None
        fault = answering.answer(batch.session, draft, key=action.question, raw=action.answer, at=at, message_key=key)
        return fault.message if fault is not None else ""
    if isinstance(action, TurnSurvey):
        answering.revise(batch.session, draft, key=action.question, at=at)
    elif isinstance(action, DropSurvey):
        answering.discard(batch.session, draft)
        rows.draft = None
    else:
        return _send(batch, citizen, rows, draft, at)
    return ""


def _begin(batch: Batch, citizen: Citizen, rows: SurveyRows, action: BeginSurvey, at: datetime) -> str:
    person = Person(citizen=citizen)
    try:
        rows.draft = answering.start(
            batch.session, rows.survey, person=person, source=Source.LINE, at=at, seed=action.seed
        )
    except (Answered, NotOpen) as refused:
        return str(refused)
    return ""


def _send(batch: Batch, citizen: Citizen, rows: SurveyRows, draft: SurveyDraft, at: datetime) -> str:
    session = batch.session
    try:
        with session.begin_nested():
            answering.submit(session, draft, at=at)
    except (Answered, NotOpen) as refused:
        return str(refused)
    rows.draft = None
    # Messages on their way may quote answers; of an anonymous survey nothing may tell whose they were.
    outbox.forget_of(session, citizen.key, now=at, purposes=(PURPOSE,))
    return ""
