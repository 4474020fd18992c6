"""Responses as rows of a table: one row a response, one column a question, a choice of several, or a matrix row."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.masking import mask
from feedback.surveys.definition import Question, QuestionType
from feedback.surveys.given import Answer, all_from_json, in_words
from feedback.surveys.models import Survey, SurveyResponse, SurveyVersion
from feedback.surveys.queries import definitions_of
from feedback.surveys.rules import SOURCE_NAMES, Source

Cell = str | float | int | None
_LISTED: Final = frozenset({QuestionType.MULTIPLE, QuestionType.RANKING})


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its stable name, its heading in Japanese, and how it is read of an answer."""

    name: str
    heading: str
    read: Callable[[Mapping[str, Answer]], Cell]


def columns_of(session: Session, survey: Survey, *, labels: bool, unmasked: bool = False) -> list[Column]:
    """The columns of all published versions. ``labels``: words of choices in place of their keys."""
    questions = {one.key: one for definition in definitions_of(session, survey) for one in definition.asked}
    return [column for one in questions.values() for column in _columns(one, labels=labels, unmasked=unmasked)]


def rows_of(session: Session, survey: Survey, columns: list[Column]) -> Iterator[list[Cell]]:
    """One row a response (trials and erased ones left out), in the order of their ids, which are random.

    Before the columns stand: response, version, day, way, age band, district. The latter two are empty in an anonymous
    survey.
    """
    versions = {
        one.id: one.number for one in session.scalars(select(SurveyVersion).where(SurveyVersion.survey_id == survey.id))
    }
    query = (
        select(SurveyResponse)
        .where(
            SurveyResponse.survey_id == survey.id, SurveyResponse.test.is_(False), SurveyResponse.erased_at.is_(None)
        )
        .order_by(SurveyResponse.id)
        .execution_options(yield_per=1000)
    )
    for one in session.scalars(query):
        answers = all_from_json(one.answers)
        known: list[Cell] = [
            one.id, versions[one.version_id], one.day.isoformat(), SOURCE_NAMES[Source(one.source)],
            one.age_band, one.district,
        ]  # fmt: skip
        yield known + [column.read(answers) for column in columns]


KNOWN: Final = (
    ("response", "回答番号"), ("version", "版"), ("day", "回答日"), ("source", "回答方法"),
    ("age_band", "年代（登録）"), ("district", "地区（登録）"),
)  # fmt: skip


def _columns(question: Question, *, labels: bool, unmasked: bool) -> Iterator[Column]:
    key, text = question.key, question.text
    if question.type in _LISTED:
        for choice in question.choices:
            yield Column(f"{key}.{choice.key}", f"{text}：{choice.text}", _chosen(question, choice.key))
        if any(choice.other for choice in question.choices):
            yield Column(f"{key}.text", f"{text}：自由記述", _text(key, unmasked))
    elif question.type is QuestionType.MATRIX:
        for row in question.rows:
            yield Column(f"{key}.{row.key}", f"{text}：{row.text}", _cell(question, row.key, labels))
    else:
        yield Column(key, text, _whole(question, labels, unmasked))
        if any(choice.other for choice in question.choices):
            yield Column(f"{key}.text", f"{text}：自由記述", _text(key, unmasked))


def _chosen(question: Question, choice: str) -> Callable[[Mapping[str, Answer]], Cell]:
    """1 or 0, or the rank; empty where the question was not asked or passed over."""

    def read(answers: Mapping[str, Answer]) -> Cell:
        answer = answers.get(question.key)
        if answer is None or answer.is_empty:
            return None
        if question.type is QuestionType.RANKING:
            return answer.choices.index(choice) + 1 if choice in answer.choices else None
        return int(choice in answer.choices)

    return read


def _cell(question: Question, row: str, labels: bool) -> Callable[[Mapping[str, Answer]], Cell]:
    names = {one.key: one.text for one in question.choices}

    def read(answers: Mapping[str, Answer]) -> Cell:
        answer = answers.get(question.key)
        column = dict(answer.cells).get(row) if answer else None
        return names.get(column, column) if column is not None and labels else column

    return read


def _text(key: str, unmasked: bool) -> Callable[[Mapping[str, Answer]], Cell]:
    def read(answers: Mapping[str, Answer]) -> Cell:
        answer = answers.get(key)
        return _masked(answer.text, unmasked) if answer and answer.text else None

    return read


def _whole(question: Question, labels: bool, unmasked: bool) -> Callable[[Mapping[str, Answer]], Cell]:
    names = {one.key: one.text for one in question.choices}

    def read(answers: Mapping[str, Answer]) -> Cell:
        answer = answers.get(question.key)
        if answer is None or answer.is_empty:
            return None
        if answer.choices:
            return names.get(answer.choices[0], answer.choices[0]) if labels else answer.choices[0]
        if answer.number is not None:
            return answer.number
        return _masked(in_words(question, answer), unmasked)

    return read


def _masked(text: str, unmasked: bool) -> str:
    return text if unmasked else mask(text, ())
