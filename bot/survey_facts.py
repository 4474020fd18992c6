"""Looks up surveys for the conversation: which are open, by which title, and how far this citizen is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.batch import Batch
from bot.conversation.replies import OfferedSurvey
from bot.conversation.sheet import Sheet
from feedback.citizens.models import Citizen
from feedback.opinions import bulk
from feedback.surveys import answering, queries
from feedback.surveys.addresses import personal_address
from feedback.surveys.answering import Person
from feedback.surveys.checking import LONGEST_TITLE
from feedback.surveys.definition import Definition
from feedback.surveys.documents import definition_of
from feedback.surveys.given import all_from_json
from feedback.surveys.models import Survey, SurveyDraft, SurveyVersion
from feedback.surveys.quotas import taken
from feedback.surveys.refusals import Answered, NotOpen
from feedback.surveys.rules import Source

_LONGEST_TYPED: Final = LONGEST_TITLE + 20
"""Titles may be typed with blanks and brackets around."""


@dataclass(slots=True)
class SurveyRows:
    """A survey, the citizen's unsent answers if there are any, and both as the conversation sees them."""

    survey: Survey
    draft: SurveyDraft | None
    sheet: Sheet


def offered_surveys(batch: Batch, citizen: Citizen, at: datetime) -> tuple[OfferedSurvey, ...]:
    """The surveys the citizen may answer now."""
    bulk.flush(batch.session)
    return tuple(
        OfferedSurvey(one.id, one.title, int(one.closes.timestamp()) if one.closes else None, one.begun)
        for one in queries.open_for_citizen(batch.session, citizen.id, at=at)
    )


def titled_survey(batch: Batch, text: str) -> int | None:
    """The open survey that a text names by its whole title."""
    if len(text) > _LONGEST_TYPED:
        return None
    if batch.titles is None:
        batch.titles = queries.open_titles(batch.session, at=batch.now)
    titles: Mapping[str, int] = batch.titles
    return titles.get(queries.folded_title(text)) if titles else None


def survey_of(batch: Batch, citizen: Citizen, survey_id: int, at: datetime) -> SurveyRows | None:
    """The survey with how far the citizen is; None when there is none for citizens."""
    session = batch.session
    bulk.flush(session)
    survey = session.get(Survey, survey_id)
    if survey is None or survey.for_staff:
        return None
    person = Person(citizen=citizen)
    draft = answering.find_draft(session, survey, person)
    definition = _definition(batch, survey, draft)
    if definition is None:
        return None
    sheet = Sheet(
        survey=survey.id,
        definition=definition,
        seed=draft.seed if draft else answering.new_seed(),
        answers=all_from_json(draft.answers) if draft else {},
        at=draft.at if draft else None,
        begun=draft is not None,
        refusal=_refusal(batch, survey, definition, person, at),
        full=_full(batch, survey, definition),
        form=personal_address(batch.settings.public_url, batch.keys, survey_id=survey.id, citizen_id=citizen.id),
    )
    return SurveyRows(survey, draft, sheet)


def _definition(batch: Batch, survey: Survey, draft: SurveyDraft | None) -> Definition | None:
    """What they began with, or what is in force."""
    if draft is not None:
        return definition_of(batch.session.get_one(SurveyVersion, draft.version_id).definition)
    return queries.definition_in_force(batch.session, survey)


def _refusal(batch: Batch, survey: Survey, definition: Definition, person: Person, at: datetime) -> str:
    try:
        answering.check_may_answer(batch.session, survey, definition, person=person, source=Source.LINE, at=at)
    except (Answered, NotOpen) as refused:
        return str(refused)
    return ""


def _full(batch: Batch, survey: Survey, definition: Definition) -> frozenset[tuple[str, str]]:
    return frozenset(
        (one.question, one.choice)
        for one in definition.quotas
        if taken(batch.session, survey.id, f"{one.question}:{one.choice}") >= one.limit
    )
