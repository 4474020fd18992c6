"""Reading surveys: which are open to a citizen, how one stands, what was answered."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Double, func, or_, select
from sqlalchemy.orm import Session

from feedback.surveys.counting import Place, counts_of, tally_waiting
from feedback.surveys.definition import Definition, Question, QuestionType
from feedback.surveys.documents import stored_definition
from feedback.surveys.marks import ANSWERED, PASSED, counts_itself, values_of
from feedback.surveys.models import (
    PersonKind,
    Survey,
    SurveyCode,
    SurveyDraft,
    SurveyLink,
    SurveyMark,
    SurveyParticipation,
    SurveyResponse,
    SurveyVersion,
)
from feedback.surveys.rules import SurveyState, closed_because
from feedback.surveys.service import latest_version, version_in_force


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """A survey a citizen may answer now. ``begun``: they left unsent answers."""

    id: int
    key: str
    title: str
    anonymous: bool
    closes: datetime | None
    begun: bool


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """A survey in the list of the staff."""

    id: int
    key: str
    title: str
    state: SurveyState
    anonymous: bool
    for_staff: bool
    opens: datetime | None
    closes: datetime | None
    responses: int
    version: int
    unpublished: bool


@dataclass(slots=True)
class QuestionCount:
    """``n``: those who answered; ``passed``: those who passed it over. ``rows`` of a matrix; ``mean`` where it has one.

    ``nps``: share of promoters less share of detractors, -100 to 100.
    """

    type: QuestionType
    n: int = 0
    passed: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    mean: float | None = None
    nps: float | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """Simple counts of a survey, all versions together or one. ``waiting`` of the responses wait for their round."""

    responses: int
    waiting: int
    questions: Mapping[str, QuestionCount]

    def as_json(self) -> dict[str, Any]:
        """``{"responses": n, "questions": {key: {"n":, "counts": {choice: n}, …}}}``."""
        return {"responses": self.responses, "questions": {key: _as_json(one) for key, one in self.questions.items()}}


def open_for_citizen(session: Session, citizen_id: int, *, at: datetime) -> list[OpenSurvey]:
    """Surveys open now that the citizen has not answered; those begun first, then those that close first."""
    answered = select(SurveyParticipation.survey_id).where(
        SurveyParticipation.person_kind == PersonKind.CITIZEN, SurveyParticipation.person_id == citizen_id
    )
    begun = set(session.scalars(select(SurveyDraft.survey_id).where(SurveyDraft.citizen_id == citizen_id)))
    query = select(Survey).where(_open_at(at), Survey.for_staff.is_(False), Survey.id.not_in(answered))
    found = [
        OpenSurvey(one.id, one.key, one.title, one.anonymous, one.closes, one.id in begun)
        for one in session.scalars(query)
        if _takes_answers(session, one, at)
    ]
    return sorted(found, key=lambda one: (not one.begun, one.closes is None, one.closes or at, one.id))


def open_titles(session: Session, *, at: datetime) -> dict[str, int]:
    """What a citizen may type to begin a survey: folded titles and keys → survey id. For all open to citizens."""
    query = select(Survey).where(_open_at(at), Survey.for_staff.is_(False)).order_by(Survey.id)
    found: dict[str, int] = {}
    for one in session.scalars(query):
        found.setdefault(folded_title(one.title), one.id)
        found.setdefault(folded_title(one.key), one.id)
    return found


def folded_title(text: str) -> str:
    """A title as it is compared: width, case and blanks do not matter."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).strip("「」『』")


def listed(session: Session) -> list[SurveyRow]:
    """All surveys, the newest first."""
    counts = _response_counts(session)
    rows = []
    for survey in session.scalars(select(Survey).order_by(Survey.created_at.desc(), Survey.id.desc())):
        version = latest_version(session, survey)
        rows.append(
            SurveyRow(
                id=survey.id,
                key=survey.key,
                title=survey.title,
                state=SurveyState(survey.state),
                anonymous=survey.anonymous,
                for_staff=survey.for_staff,
                opens=survey.opens,
                closes=survey.closes,
                responses=counts.get(survey.id, 0),
                version=version.number if version else 0,
                unpublished=version is not None and version.published_at is None,
            )
        )
    return rows


def links_of(session: Session, survey: Survey) -> Sequence[SurveyLink]:
    """The addresses of a survey, in the order they were made."""
    return session.scalars(select(SurveyLink).where(SurveyLink.survey_id == survey.id).order_by(SurveyLink.id)).all()


def link_of(session: Session, token: str) -> SurveyLink | None:
    """The address of a token that is switched on."""
    return session.scalar(select(SurveyLink).where(SurveyLink.token == token, SurveyLink.active))


def definition_in_force(session: Session, survey: Survey) -> Definition | None:
    """What the survey asks now; None before it is published."""
    version = version_in_force(session, survey)
    return stored_definition(version.definition) if version else None


def definitions_of(session: Session, survey: Survey) -> list[Definition]:
    """All published versions, the oldest first; the unpublished first one when there is no other."""
    query = select(SurveyVersion).where(SurveyVersion.survey_id == survey.id).order_by(SurveyVersion.number)
    versions = session.scalars(query).all()
    published = [one for one in versions if one.published_at is not None]
    return [stored_definition(one.definition) for one in published or versions[:1]]


def results(session: Session, survey: Survey, *, version_id: int | None = None) -> Results:
    """Simple counts, live: what waits for its round is counted too."""
    waiting, marks = tally_waiting(session, survey.id, version_id=version_id)
    flat = [mark for one in marks for mark in one]
    counts, sums = _marked(session, survey.id, version_id)
    counts.update(counts_of(flat))
    for mark in flat:
        if mark.value is not None:
            sums[mark.question, mark.row, mark.choice] += mark.value
    questions = questions_of(session, survey, version_id)
    return Results(
        responses=response_count(session, survey.id, version_id),
        waiting=waiting,
        questions={key: _counted(one, counts, sums) for key, one in questions.items()},
    )


def _open_at(at: datetime) -> ColumnElement[bool]:
    begun = or_(Survey.opens.is_(None), Survey.opens <= at)
    running = or_(Survey.closes.is_(None), Survey.closes > at)
    return (Survey.state == SurveyState.PUBLISHED) & begun & running


def _takes_answers(session: Session, survey: Survey, at: datetime) -> bool:
    definition = definition_in_force(session, survey)
    return definition is not None and closed_because(definition, SurveyState(survey.state), at) is None


def _response_counts(session: Session) -> dict[int, int]:
    query = (
        select(SurveyResponse.survey_id, func.count())
        .where(SurveyResponse.test.is_(False), SurveyResponse.erased_at.is_(None))
        .group_by(SurveyResponse.survey_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def response_count(session: Session, survey_id: int, version_id: int | None = None) -> int:
    """How many responses count: neither trials nor erased ones."""
    query = select(func.count()).where(
        SurveyResponse.survey_id == survey_id, SurveyResponse.test.is_(False), SurveyResponse.erased_at.is_(None)
    )
    if version_id is not None:
        query = query.where(SurveyResponse.version_id == version_id)
    return session.scalar(query) or 0


_NUMBERS: Final = func.sum(SurveyMark.value, type_=Double)


def _marked(session: Session, survey_id: int, version_id: int | None) -> tuple[Counter[Place], dict[Place, float]]:
    """Counts and sums of values, by what was marked."""
    codes = {
        one.id: (one.question, one.row, one.choice)
        for one in session.scalars(select(SurveyCode).where(SurveyCode.survey_id == survey_id))
    }
    if not codes:
        return Counter(), defaultdict(float)
    query = select(SurveyMark.code_id, func.count(), _NUMBERS).where(SurveyMark.code_id.in_(codes))
    if version_id is not None:
        query = query.join(SurveyResponse, SurveyResponse.id == SurveyMark.response_id).where(
            SurveyResponse.version_id == version_id
        )
    counts, sums = Counter[Place](), defaultdict[Place, float](float)
    for code_id, count, total in session.execute(query.group_by(SurveyMark.code_id)):
        counts[codes[code_id]] = count
        sums[codes[code_id]] = total or 0
    return counts, sums


def questions_of(session: Session, survey: Survey, version_id: int | None) -> dict[str, Question]:
    """The questions by key; of those asked in several versions, the newest wording with all choices ever offered."""
    if version_id is not None:
        definitions: Iterable[Definition] = [stored_definition(session.get_one(SurveyVersion, version_id).definition)]
    else:
        definitions = definitions_of(session, survey)
    return {question.key: question for definition in definitions for question in definition.asked}


def _counted(question: Question, counts: Counter[Place], sums: Mapping[Place, float]) -> QuestionCount:
    own = {place: count for place, count in counts.items() if place[0] == question.key}
    found = QuestionCount(type=question.type, passed=own.pop((question.key, "", PASSED), 0))
    answered = own.pop((question.key, "", ANSWERED), 0)
    found.counts = {one.key: 0 for one in question.choices} if not question.rows else {}
    found.rows = {row.key: {one.key: 0 for one in question.choices} for row in question.rows}
    for (_, row, choice), count in own.items():
        target = found.rows.setdefault(row, {}) if row else found.counts
        target[choice] = count
    found.n = sum(found.counts.values()) if counts_itself(question) else answered
    if question.type is QuestionType.NUMBER and answered:
        found.mean = sums[question.key, "", ANSWERED] / answered
    if question.type in {QuestionType.SCALE, QuestionType.NPS}:
        _grade(question, found)
    return found


def _grade(question: Question, found: QuestionCount) -> None:
    values = values_of(question)
    n = sum(found.counts.get(key, 0) for key in values)
    if not n:
        return
    found.mean = sum(value * found.counts.get(key, 0) for key, value in values.items()) / n
    if question.type is QuestionType.NPS:
        liked = sum(found.counts.get(key, 0) for key, value in values.items() if value >= 9)
        not_liked = sum(found.counts.get(key, 0) for key, value in values.items() if value <= 6)
        found.nps = (liked - not_liked) / n * 100


def _as_json(one: QuestionCount) -> dict[str, Any]:
    whole: dict[str, Any] = {"type": one.type.value, "n": one.n, "no_answer": one.passed, "counts": one.counts}
    if one.rows:
        whole["rows"] = one.rows
    if one.mean is not None:
        whole["mean"] = round(one.mean, 4)
    if one.nps is not None:
        whole["nps"] = round(one.nps, 2)
    return whole
