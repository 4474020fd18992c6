"""What was written to a question: the words, masked, and the matters (件) that came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.masking import mask
from feedback.opinions.models import Matter
from feedback.opinions.queries import visible_to
from feedback.opinions.rules import KIND_NAMES, Kind, MatterStatus, receipt_number
from feedback.routing.models import Area
from feedback.staff.rules import Actor
from feedback.surveys.definition import Question
from feedback.surveys.given import from_json, in_words
from feedback.surveys.models import Survey, SurveyResponse, SurveyVoice
from feedback.surveys.tables import UNKNOWN
from feedback.themes.models import Theme, ThemeMember

_PAGE: Final = 50
_LOOKED_AT: Final = 2000


@dataclass(frozen=True, slots=True)
class WordsMatter:
    """A matter that came of the words; only those the person may see."""

    id: int
    number: str
    area: str
    kind: str
    status: MatterStatus


@dataclass(frozen=True, slots=True)
class Words:
    """What one person wrote."""

    text: str
    matters: tuple[WordsMatter, ...]


@dataclass(frozen=True, slots=True)
class WordsPage:
    """A page of words in the order of the responses' random ids; ``after`` leads to the next, None at the end."""

    words: Sequence[Words]
    after: int | None
    areas: Sequence[tuple[str, int]]
    kinds: Sequence[tuple[str, int]]
    themes: Sequence[tuple[str, int]]


def words_to(session: Session, survey: Survey, question: Question, *, actor: Actor, after: int = 0) -> WordsPage:
    """The next page, and how all words to the question were classified."""
    found, last = _page(session, survey, question, after)
    matters = _matters(session, survey, question, [one for one, _ in found], actor)
    words = [Words(mask(text), tuple(matters.get(response, ()))) for response, text in found]
    return WordsPage(words, last, *_summary(session, survey, question))


def _page(session: Session, survey: Survey, question: Question, after: int) -> tuple[list[tuple[int, str]], int | None]:
    query = (
        select(SurveyResponse.id, SurveyResponse.answers)
        .where(SurveyResponse.survey_id == survey.id, SurveyResponse.id > after)
        .where(SurveyResponse.test.is_(False), SurveyResponse.erased_at.is_(None))
        .order_by(SurveyResponse.id)
        .limit(_LOOKED_AT)
    )
    found: list[tuple[int, str]] = []
    seen = 0
    for response_id, answers in session.execute(query):
        seen += 1
        answer = from_json(answers.get(question.key, {}))
        text = answer.text or (in_words(question, answer) if not answer.choices and not answer.cells else "")
        if text:
            found.append((response_id, text))
        if len(found) == _PAGE:
            return found, response_id
        last = response_id
    return found, last if seen == _LOOKED_AT else None


def _matters(
    session: Session, survey: Survey, question: Question, responses: Sequence[int], actor: Actor
) -> dict[int, list[WordsMatter]]:
    query = (
        select(SurveyVoice.response_id, Matter, Area.short_name)
        .join(Matter, Matter.submission_id == SurveyVoice.submission_id)
        .outerjoin(Area, Area.key == Matter.area_key)
        .where(SurveyVoice.survey_id == survey.id, SurveyVoice.question == question.key)
        .where(SurveyVoice.response_id.in_(responses), visible_to(actor))
        .order_by(Matter.id)
    )
    found: dict[int, list[WordsMatter]] = {}
    for response_id, matter, area in session.execute(query):
        number = receipt_number(matter.submission_id, matter.received_at)
        kind = KIND_NAMES[Kind(matter.kind)] if matter.kind else UNKNOWN
        one = WordsMatter(matter.id, number, area or UNKNOWN, kind, MatterStatus(matter.status))
        found.setdefault(response_id, []).append(one)
    return found


def _summary(
    session: Session, survey: Survey, question: Question
) -> tuple[list[tuple[str, int]], list[tuple[str, int]], list[tuple[str, int]]]:
    """Areas, kinds and themes of all words to the question, the most frequent first."""
    mine = (SurveyVoice.survey_id == survey.id, SurveyVoice.question == question.key)
    base = select(func.count()).select_from(SurveyVoice).join(Matter, Matter.submission_id == SurveyVoice.submission_id)
    areas = base.add_columns(Area.name).outerjoin(Area, Area.key == Matter.area_key).where(*mine).group_by(Area.name)
    kinds = base.add_columns(Matter.kind).where(*mine).group_by(Matter.kind)
    themes = (
        select(func.count(), Theme)
        .select_from(SurveyVoice)
        .join(Matter, Matter.submission_id == SurveyVoice.submission_id)
        .join(ThemeMember, ThemeMember.matter_id == Matter.id)
        .join(Theme, Theme.id == ThemeMember.theme_id)
        .where(*mine)
        .group_by(Theme.id)
        .order_by(func.count().desc(), Theme.id)
        .limit(10)
    )
    return (
        _ordered([(name or UNKNOWN, count) for count, name in session.execute(areas)]),
        _ordered([(KIND_NAMES[Kind(kind)] if kind else UNKNOWN, count) for count, kind in session.execute(kinds)]),
        [("・".join(theme.words[:3]), count) for count, theme in session.execute(themes)],
    )


def _ordered(counts: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(counts, key=lambda one: (-one[1], one[0]))
