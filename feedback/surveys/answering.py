"""Answering: begin or resume, answer, go back, send. The chat, the web form and staff with paper all do it here."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from feedback.citizens.models import Citizen
from feedback.clock import tokyo_date
from feedback.errors import Invalid
from feedback.surveys.definition import Definition, Question, translated
from feedback.surveys.documents import stored_definition
from feedback.surveys.faults import Fault, FaultKind
from feedback.surveys.filling import fill
from feedback.surveys.given import Answer, all_from_json, all_to_json
from feedback.surveys.models import (
    PersonKind,
    Survey,
    SurveyDraft,
    SurveyParticipation,
    SurveyResponse,
    SurveySpentToken,
    SurveyVersion,
)
from feedback.surveys.quotas import TOTAL, full_quota, insert_new, take_places, taken
from feedback.surveys.reading import read_answer
from feedback.surveys.refusals import ANSWERED, Answered, NotOpen
from feedback.surveys.rules import (
    Closed,
    Progress,
    Source,
    closed_because,
    counted,
    lead_in,
    next_question,
    path,
    previous_question,
    progress,
    shown,
)
from feedback.surveys.service import latest_version, version_in_force

_ID_BITS: Final = 49
"""Ids have at most 15 digits, which spreadsheets keep."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who answers: a citizen of LINE, a member of staff, or whoever holds a web token (its hash); none on paper."""

    citizen: Citizen | None = None
    staff_id: int | None = None
    token_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an answering stands. ``question``: as it is to be shown; None when all is answered and may be sent.

    ``sections`` come right before the question (or close the survey). ``answers`` holds all given so far, also those
    that do not count on the present way; ``path`` the questions that count, as shown. ``given``: what was answered to
    ``question`` before, when somebody went back.
    """

    draft_id: int
    definition: Definition
    question: Question | None
    sections: tuple[Question, ...]
    progress: Progress
    answers: Mapping[str, Answer]
    path: tuple[Question, ...]

    @property
    def given(self) -> Answer | None:
        """What was answered to the question before."""
        return self.answers.get(self.question.key) if self.question else None


def start(
    session: Session,
    survey: Survey,
    *,
    person: Person,
    source: Source,
    at: datetime,
    language: str = "ja",
    link_id: int | None = None,
    test: bool = False,
    seed: int | None = None,
) -> SurveyDraft:
    """The person's draft: the one left days ago, or a new one. Flushed. Raises Answered, NotOpen.

    ``test``: a trial of the newest version, published or not, that counts nowhere. Paper is entered after the
    deadline too. ``seed`` orders the choices of a new one.
    """
    version = latest_version(session, survey) if test else version_in_force(session, survey)
    if version is None:
        raise NotOpen(Closed.NOT_PUBLISHED)
    if not test:
        check_may_answer(session, survey, stored_definition(version.definition), person=person, source=source, at=at)
    found = find_draft(session, survey, person) if source is not Source.PAPER else None
    if found is not None and found.test == test:
        return found
    if found is not None:
        session.delete(found)
        session.flush()
    draft = SurveyDraft(
        id=_random_id(),
        survey_id=survey.id,
        version_id=version.id,
        citizen_id=person.citizen.id if person.citizen else None,
        token_hash=person.token_hash,
        staff_id=person.staff_id,
        link_id=link_id,
        source=source,
        test=test,
        seed=new_seed() if seed is None else seed,
        language=language,
        answers={},
        messages={},
        started_at=at,
        updated_at=at,
    )
    session.add(draft)
    session.flush()
    return draft


def new_seed() -> int:
    """A seed for one respondent's order of choices."""
    return secrets.randbits(31)


def check_may_answer(
    session: Session, survey: Survey, definition: Definition, *, person: Person, source: Source, at: datetime
) -> None:
    """Answered or NotOpen when the person's answers are not taken now."""
    _check_open(session, survey, definition, source, at)
    if source is not Source.PAPER and has_answered(session, survey, person):
        raise Answered(ANSWERED)


def find_draft(session: Session, survey: Survey, person: Person) -> SurveyDraft | None:
    """The unsent answers of a citizen, of a web token, or of a member of staff (their own); None without."""
    query = select(SurveyDraft).where(SurveyDraft.survey_id == survey.id)
    if person.token_hash is not None:
        return session.scalar(query.where(SurveyDraft.token_hash == person.token_hash))
    if person.citizen is not None:
        return session.scalar(query.where(SurveyDraft.citizen_id == person.citizen.id))
    if person.staff_id is not None:
        own = (SurveyDraft.staff_id == person.staff_id, SurveyDraft.source == Source.STAFF)
        return session.scalar(query.where(*own).limit(1))
    return None


def has_answered(session: Session, survey: Survey, person: Person) -> bool:
    """Whether the person's answers to a survey were sent."""
    if person.token_hash is not None and session.get(SurveySpentToken, person.token_hash) is not None:
        return True
    who = _who(person)
    return who is not None and session.get(SurveyParticipation, (survey.id, *who)) is not None


def standing(session: Session, draft: SurveyDraft) -> Standing:
    """Where a draft stands."""
    definition, answers = _definition(session, draft), all_from_json(draft.answers)
    on_way = path(definition, answers)
    question = next((one for one in on_way if one.key == draft.at), None) or next_question(definition, answers)
    key = question.key if question else None

    def seen(one: Question) -> Question:
        return shown(one, answers, definition=definition, seed=draft.seed)

    return Standing(
        draft_id=draft.id,
        definition=definition,
        question=seen(question) if question else None,
        sections=tuple(map(seen, lead_in(definition, answers, key))),
        progress=progress(definition, answers, key),
        answers=answers,
        path=tuple(map(seen, on_way)),
    )


def answer(
    session: Session,
    draft: SurveyDraft,
    *,
    key: str,
    raw: str | Answer,
    at: datetime,
    message_key: bytes | None = None,
) -> Fault | None:
    """Take the answer to a question on the way; None when it is kept, or what is wrong with it.

    An answer to a question that is not on the way (a button of long ago) is UNREADABLE and changes nothing.
    """
    definition, answers = _definition(session, draft), all_from_json(draft.answers)
    open_ = next_question(definition, answers)
    allowed = {one.key for one in path(definition, answers)} | ({open_.key} if open_ else set())
    question = definition.question(key)
    if question is None or key not in allowed:
        return Fault(FaultKind.UNREADABLE)
    read = read_answer(shown(question, answers, definition=definition, seed=draft.seed), raw)
    if isinstance(read, Fault):
        return read
    full = full_quota(session, draft, definition, key, read)
    if full is not None:
        return full
    _keep(draft, {**answers, key: read}, at=at)
    draft.messages = {one: value for one, value in draft.messages.items() if one != key} | (
        {key: message_key.hex()} if message_key else {}
    )
    draft.at = None
    return None


def answer_all(
    session: Session, draft: SurveyDraft, *, given: Mapping[str, str | Answer], at: datetime
) -> dict[str, Fault]:
    """Take what a page of a form gave, along the way; what can be read is kept. Returns the faults by question."""
    definition, answers = _definition(session, draft), all_from_json(draft.answers)
    filled = fill(definition, given, seed=draft.seed, answers=answers)
    for key, read in filled.answers.items():
        full = full_quota(session, draft, definition, key, read)
        if full is not None:
            filled.faults[key] = full
    kept = {key: one for key, one in filled.answers.items() if key not in filled.faults}
    _keep(draft, {**answers, **kept}, at=at)
    draft.at = None
    return filled.faults


def back(session: Session, draft: SurveyDraft, *, at: datetime) -> bool:
    """Go to the question before; its answer stays until another is given. False at the first question."""
    now = standing(session, draft)
    before = previous_question(now.definition, now.answers, now.question.key if now.question else None)
    if before is None:
        return False
    draft.at, draft.updated_at = before.key, at
    return True


def revise(session: Session, draft: SurveyDraft, *, key: str, at: datetime) -> bool:
    """Go to one of the answered questions. False when it is not on the way."""
    if key not in {one.key for one in standing(session, draft).path}:
        return False
    draft.at, draft.updated_at = key, at
    return True


def discard(session: Session, draft: SurveyDraft) -> None:
    """Throw the unsent answers away."""
    session.delete(draft)
    session.flush()


def submit(session: Session, draft: SurveyDraft, *, at: datetime) -> SurveyResponse:
    """Send the answers; the draft is gone with it. Flushed. Raises Answered, NotOpen; Invalid when some are missing.

    Of an anonymous survey neither citizen nor time nor language is kept with the answers.
    """
    survey = session.get_one(Survey, draft.survey_id)
    definition, answers = _definition(session, draft), all_from_json(draft.answers)
    if next_question(definition, answers) is not None:
        raise Invalid("まだお答えいただいていない質問があります。")
    if not draft.test:
        _check_open(session, survey, definition, draft.source, at)
    gone = session.execute(delete(SurveyDraft).where(SurveyDraft.id == draft.id))
    session.expunge(draft)
    count = counted(definition, answers)
    if not isinstance(gone, CursorResult) or gone.rowcount != 1:
        raise Answered(ANSWERED)
    if not draft.test:
        _take_part(session, survey, draft)
        take_places(session, survey, definition, count)
    response = _response(session, survey, draft, count, at)
    session.add(response)
    session.flush()
    return response


def _response(
    session: Session, survey: Survey, draft: SurveyDraft, answers: Mapping[str, Answer], at: datetime
) -> SurveyResponse:
    response = SurveyResponse(
        id=_random_id(),
        survey_id=survey.id,
        version_id=draft.version_id,
        source=draft.source,
        link_id=draft.link_id,
        day=tokyo_date(at),
        answers=all_to_json(answers),
        test=draft.test,
        counted=draft.test,
        voiced=draft.test,
    )
    if survey.anonymous:
        return response
    citizen = session.get(Citizen, draft.citizen_id) if draft.citizen_id else None
    response.submitted_at, response.language, response.staff_id = at, draft.language, draft.staff_id
    response.messages = {key: one for key, one in draft.messages.items() if key in answers} or None
    if citizen is not None and not draft.test:
        response.citizen_id, response.age_band, response.district = citizen.id, citizen.age_band, citizen.district
    return response


def _check_open(session: Session, survey: Survey, definition: Definition, source: Source, at: datetime) -> None:
    because = closed_because(definition, survey.state, at)
    if because is not None and not (source is Source.PAPER and because in {Closed.OVER, Closed.HOURS}):
        raise NotOpen(because)
    if definition.limit is not None and taken(session, survey.id, TOTAL) >= definition.limit:
        raise NotOpen(Closed.FULL)


def _definition(session: Session, draft: SurveyDraft) -> Definition:
    version = session.get_one(SurveyVersion, draft.version_id)
    return translated(stored_definition(version.definition), draft.language)


def _keep(draft: SurveyDraft, answers: Mapping[str, Answer], *, at: datetime) -> None:
    draft.answers, draft.updated_at = all_to_json(answers), at


def _random_id() -> int:
    return secrets.randbelow(2**_ID_BITS - 1) + 1


# One answer a person


def _who(person: Person) -> tuple[PersonKind, int] | None:
    if person.citizen is not None:
        return PersonKind.CITIZEN, person.citizen.id
    return (PersonKind.STAFF, person.staff_id) if person.staff_id is not None else None


def _take_part(session: Session, survey: Survey, draft: SurveyDraft) -> None:
    """Note that the person took part; whoever did before is Answered, also when two requests come at once."""
    rows: list[tuple[Any, dict[str, Any]]] = []
    if draft.citizen_id is not None:
        rows.append((SurveyParticipation, _participation(survey, PersonKind.CITIZEN, draft.citizen_id)))
    elif draft.staff_id is not None and draft.source is Source.STAFF:
        rows.append((SurveyParticipation, _participation(survey, PersonKind.STAFF, draft.staff_id)))
    if draft.token_hash is not None:
        rows.append((SurveySpentToken, {"token_hash": draft.token_hash, "survey_id": survey.id}))
    for table, values in rows:
        if not insert_new(session, table, values):
            raise Answered(ANSWERED)


def _participation(survey: Survey, kind: PersonKind, person_id: int) -> dict[str, Any]:
    return {"survey_id": survey.id, "person_kind": kind, "person_id": person_id}
