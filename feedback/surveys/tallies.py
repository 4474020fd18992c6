"""Counting by segments: every mark by axes such as age, district or the answers to a question.

A segment is a tuple of one key an axis; None where the axis is not known of a response. What waits for its round is
counted too, so results are live.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Double, Select, String, cast, func, select
from sqlalchemy.orm import Session, aliased

from feedback.surveys.counting import Place
from feedback.surveys.documents import definition_of
from feedback.surveys.given import all_from_json
from feedback.surveys.marks import ANSWERED, PASSED, Mark, marks_of
from feedback.surveys.models import Survey, SurveyCode, SurveyMark, SurveyResponse, SurveyVersion

Segment = tuple[str | None, ...]


class Known(StrEnum):
    """An axis that is known of the response itself, not asked."""

    AGE = "profile:age"
    DISTRICT = "profile:district"
    SOURCE = "profile:source"
    VERSION = "profile:version"


Axis = str
"""One of `Known`, or the key of a question."""
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    Known.AGE: SurveyResponse.age_band.expression,
    Known.DISTRICT: SurveyResponse.district.expression,
    Known.SOURCE: cast(SurveyResponse.source, String),
    Known.VERSION: cast(SurveyResponse.version_id, String),
}


@dataclass(slots=True)
class Tally:
    """What was marked within a segment: how often, and the sum of numbers or ranks. Weighted ones are fractions."""

    counts: dict[Place, float] = field(default_factory=lambda: defaultdict(float))
    sums: dict[Place, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, place: Place, count: float, total: float) -> None:
        """Add to a place."""
        self.counts[place] += count
        self.sums[place] += total


Tallies = dict[Segment, Tally]


def tally(
    session: Session,
    survey: Survey,
    *,
    axes: Sequence[Axis] = (),
    questions: Sequence[str] | None = None,
    version_id: int | None = None,
) -> Tallies:
    """Everything marked, by segment; only of some questions when they are named. One statement and what waits."""
    codes = _codes(session, survey.id)
    wanted = [one for one, place in codes.items() if questions is None or place[0] in questions]
    found: Tallies = defaultdict(Tally)
    if wanted:
        query, shown = _query(codes, wanted, axes, version_id)
        for code_id, *known, count, total in session.execute(query):
            found[_segment(known, shown, codes)].add(codes[code_id], count, total or 0)
    for segment, marks in _waiting(session, survey.id, axes, version_id):
        for mark in marks:
            if questions is None or mark.question in questions:
                found[segment].add((mark.question, mark.row, mark.choice), 1, mark.value or 0)
    return dict(found)


def sizes(
    session: Session, survey: Survey, *, axes: Sequence[Axis], version_id: int | None = None
) -> dict[Segment, int]:
    """How many responses each segment has; one with several choices of an axis is in several."""
    codes = _codes(session, survey.id)
    joined, columns, shown = _joined(select(), codes, axes, SurveyResponse.id)
    query = joined.select_from(SurveyResponse).add_columns(*columns, func.count()).where(*_counting(survey.id))
    query = query.where(SurveyResponse.counted)
    if version_id is not None:
        query = query.where(SurveyResponse.version_id == version_id)
    found: dict[Segment, int] = defaultdict(int)
    for *known, count in session.execute(query.group_by(*columns)):
        found[_segment(known, shown, codes)] += count
    for segment, _ in _waiting(session, survey.id, axes, version_id):
        found[segment] += 1
    return dict(found)


def _segment(known: Sequence[Any], asked: Sequence[bool], codes: dict[int, Place]) -> Segment:
    """The keys of a row: a question's axis has numbers of `SurveyCode` in it."""
    return tuple(codes[one][2] if coded else one for one, coded in zip(known, asked, strict=True))


def _codes(session: Session, survey_id: int) -> dict[int, Place]:
    query = select(SurveyCode).where(SurveyCode.survey_id == survey_id)
    return {one.id: (one.question, one.row, one.choice) for one in session.scalars(query)}


def _counting(survey_id: int) -> tuple[ColumnElement[bool], ...]:
    mine = SurveyResponse.survey_id == survey_id
    return mine, SurveyResponse.test.is_(False), SurveyResponse.erased_at.is_(None)


def _query(
    codes: dict[int, Place], wanted: list[int], axes: Sequence[Axis], version_id: int | None
) -> tuple[Select[Any], list[bool]]:
    base = select(SurveyMark.code_id).where(SurveyMark.code_id.in_(wanted))
    if version_id is not None or any(one in _COLUMNS for one in axes):
        base = base.join(SurveyResponse, SurveyResponse.id == SurveyMark.response_id)
    if version_id is not None:
        base = base.where(SurveyResponse.version_id == version_id)
    query, columns, shown = _joined(base, codes, axes, SurveyMark.response_id)
    query = query.add_columns(*columns, func.count(), func.sum(SurveyMark.value, type_=Double))
    return query.group_by(SurveyMark.code_id, *columns), shown


def _joined(
    query: Select[Any], codes: dict[int, Place], axes: Sequence[Axis], response_id: Any
) -> tuple[Select[Any], list[Any], list[bool]]:
    columns: list[Any] = []
    for axis in axes:
        if axis in _COLUMNS:
            columns.append(_COLUMNS[axis])
            continue
        answers = aliased(SurveyMark)
        chosen = [one for one, place in codes.items() if place[0] == axis and place[2] not in {ANSWERED, PASSED}]
        query = query.join(answers, (answers.response_id == response_id) & answers.code_id.in_(chosen or [-1]))
        columns.append(answers.code_id)
    return query, columns, [one not in _COLUMNS for one in axes]


def _waiting(
    session: Session, survey_id: int, axes: Sequence[Axis], version_id: int | None
) -> Iterable[tuple[Segment, list[Mark]]]:
    query = select(SurveyResponse).where(*_counting(survey_id), SurveyResponse.counted.is_(False))
    if version_id is not None:
        query = query.where(SurveyResponse.version_id == version_id)
    responses = session.scalars(query).all()
    versions = select(SurveyVersion).where(SurveyVersion.id.in_({one.version_id for one in responses}))
    definitions = {one.id: definition_of(one.definition) for one in session.scalars(versions)}
    for one in responses:
        marks = marks_of(definitions[one.version_id], all_from_json(one.answers))
        for segment in _segments(one, marks, axes):
            yield segment, marks


def _segments(response: SurveyResponse, marks: list[Mark], axes: Sequence[Axis]) -> list[Segment]:
    known: dict[str, str | None] = {
        Known.AGE: response.age_band,
        Known.DISTRICT: response.district,
        Known.SOURCE: str(response.source),
        Known.VERSION: str(response.version_id),
    }
    found: list[Segment] = [()]
    for axis in axes:
        keys: list[str | None] = [known[axis]] if axis in known else list(_chosen(marks, axis))
        found = [(*one, key) for one in found for key in keys]
    return found


def _chosen(marks: list[Mark], question: str) -> Iterable[str]:
    return (one.choice for one in marks if one.question == question and one.choice not in {ANSWERED, PASSED})


def weighted(tallies: Tallies, weights: dict[Segment, float], *, keep: int = 0) -> Tallies:
    """The tallies with each response counted as its segment's weight; segments shrink to their first ``keep`` axes.

    The weight's axes stand behind those that are kept. A segment without a weight counts as 1.
    """
    found: Tallies = defaultdict(Tally)
    for segment, one in tallies.items():
        weight = weights.get(segment[keep:], 1.0)
        for place, count in one.counts.items():
            found[segment[:keep]].add(place, count * weight, one.sums[place] * weight)
    return dict(found)
