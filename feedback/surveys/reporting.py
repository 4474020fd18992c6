"""The results of a survey as pages, files and printed reports show them: every question, by segments, weighted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.errors import Invalid
from feedback.opinions.rules import AGE_BANDS
from feedback.surveys import planning, tallies, weights
from feedback.surveys.definition import WITH_CHOICES, Question, QuestionType
from feedback.surveys.models import Survey, SurveyResponse, SurveyVersion
from feedback.surveys.queries import questions_of, response_count
from feedback.surveys.rules import SOURCE_NAMES, Source
from feedback.surveys.tables import UNKNOWN, Base, table_of
from feedback.surveys.tallies import Axis, Known, Segment, Tallies
from feedback.surveys.weights import Weights

AXIS_NAMES: Final = {
    Known.AGE.value: "年代（登録）",
    Known.DISTRICT.value: "地区（登録）",
    Known.SOURCE.value: "回答方法",
    Known.VERSION.value: "版",
}
WEIGHTINGS: Final = {
    "": "補正なし",
    "post": "年代×地区で補正（事後層化）",
    "rake": "年代・地区それぞれで補正（レイキング）",
}
_MOST_SEGMENTS: Final = 60


@dataclass(frozen=True, slots=True)
class Wish:
    """What to show. ``axis`` crosses the questions; ``weighting``: of `WEIGHTINGS`; ``version_id``: one version."""

    axis: Axis = ""
    weighting: str = ""
    version_id: int | None = None
    questions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A question's figures within one segment."""

    key: str | None
    name: str
    base: Base
    weighted: Base | None


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question's figures, those of its segments, and beside them the weighted ones."""

    number: int
    question: Question
    base: Base
    weighted: Base | None
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class SurveyResults:
    """Everything that is shown. ``days``: responses by day. ``weights``: None where nothing is weighted."""

    responses: int
    sources: Mapping[str, int]
    days: Sequence[tuple[date, int]]
    questions: Sequence[QuestionResult]
    axis_name: str
    plan: planning.Plan
    weights: Weights | None = None
    weight_problem: str = ""

    @property
    def rate(self) -> float | None:
        """Responses of those asked, as a fraction; None when it is not known how many were."""
        return self.responses / self.plan.sample if self.plan.sample else None


@dataclass(slots=True)
class _Counted:
    plain: Tallies
    weighted: Tallies | None = None
    by_segment: Tallies = field(default_factory=dict)
    by_segment_weighted: Tallies | None = None


def results_of(session: Session, survey: Survey, wish: Wish) -> SurveyResults:
    """The results, live."""
    questions = questions_of(session, survey, wish.version_id)
    plan = planning.plan_of(session, survey)
    found, problem = _weights(session, survey, wish, plan)
    counted = _count(session, survey, wish, plan, found)
    names = segment_names(session, survey, wish.axis, questions)
    shown = [one for one in questions.values() if wish.questions is None or one.key in wish.questions]
    return SurveyResults(
        responses=response_count(session, survey.id, wish.version_id),
        sources=_sources(session, survey, wish),
        days=_days(session, survey, wish),
        questions=[_result(number, one, counted, names, wish.axis) for number, one in enumerate(shown, 1)],
        axis_name=AXIS_NAMES.get(wish.axis) or (questions[wish.axis].text if wish.axis in questions else ""),
        plan=plan,
        weights=found,
        weight_problem=problem,
    )


def axes_of(questions: Mapping[str, Question], *, anonymous: bool) -> dict[str, str]:
    """By what the results can be crossed: what is registered of citizens, and the questions with choices."""
    known = {Known.SOURCE.value, Known.VERSION.value} if anonymous else set(AXIS_NAMES)
    asked = {
        key: one.text
        for key, one in questions.items()
        if one.choices and one.type in WITH_CHOICES | {QuestionType.DISTRICT}
        and one.type not in {QuestionType.MATRIX, QuestionType.RANKING}
    }  # fmt: skip
    return {key: name for key, name in AXIS_NAMES.items() if key in known} | asked


def segment_names(
    session: Session, survey: Survey, axis: Axis, questions: Mapping[str, Question]
) -> dict[str | None, str]:
    """Names of an axis' segments in their order; districts have none, they name themselves."""
    if axis == Known.AGE:
        return dict([*AGE_BANDS.items(), (None, UNKNOWN)])
    if axis == Known.SOURCE:
        return {one.value: SOURCE_NAMES[one] for one in Source}
    if axis == Known.VERSION:
        query = select(SurveyVersion).where(SurveyVersion.survey_id == survey.id).order_by(SurveyVersion.number)
        return {str(one.id): f"第{one.number}版" for one in session.scalars(query)}
    question = questions.get(axis)
    return {one.key: one.text for one in question.choices} if question else {}


def _weights(session: Session, survey: Survey, wish: Wish, plan: planning.Plan) -> tuple[Weights | None, str]:
    if wish.weighting not in {"post", "rake"}:
        return None, ""
    if not plan.cells:
        return None, "補正には、年代×地区の人口の表が要ります。「調査設計」で読み込んでください。"
    sample = tallies.sizes(session, survey, axes=plan.axes, version_id=wish.version_id)
    try:
        if wish.weighting == "post":
            return weights.post_stratify(sample, plan.cells), ""
        return weights.rake(sample, weights.margins_of(plan.cells)), ""
    except Invalid as error:
        return None, str(error)


def _count(session: Session, survey: Survey, wish: Wish, plan: planning.Plan, found: Weights | None) -> _Counted:
    def asked(*axes: Axis) -> Tallies:
        return tallies.tally(session, survey, axes=axes, questions=wish.questions, version_id=wish.version_id)

    counted = _Counted(asked())
    if found is not None:
        by_cell = dict(found.by_cell)
        counted.weighted = tallies.weighted(asked(*plan.axes), by_cell)
        if wish.axis:
            counted.by_segment_weighted = tallies.weighted(asked(wish.axis, *plan.axes), by_cell, keep=1)
    if wish.axis:
        counted.by_segment = asked(wish.axis)
    return counted


def _result(
    number: int, question: Question, counted: _Counted, names: Mapping[str | None, str], axis: Axis
) -> QuestionResult:
    def of(found: Tallies | None, segment: Segment) -> Base | None:
        return None if found is None else table_of(question, found.get(segment))

    rows: list[Row] = []
    if axis and axis != question.key:
        keys = {segment[0] for segment in counted.by_segment}
        unnamed = sorted(key for key in keys - names.keys() if key is not None)
        order = [*(key for key in names if key is not None), *unnamed, *([None] if None in keys else [])]
        rows = [
            Row(
                key,
                names.get(key) or key or UNKNOWN,
                table_of(question, counted.by_segment.get((key,))),
                of(counted.by_segment_weighted, (key,)),
            )
            for key in order[:_MOST_SEGMENTS]
        ]
    plain = table_of(question, counted.plain.get(()))
    return QuestionResult(number, question, plain, of(counted.weighted, ()), tuple(rows))


def _sources(session: Session, survey: Survey, wish: Wish) -> dict[str, int]:
    found = dict(_grouped(session, survey, wish, SurveyResponse.source))
    return {SOURCE_NAMES[one]: found[one] for one in Source if one in found}


def _days(session: Session, survey: Survey, wish: Wish) -> list[tuple[date, int]]:
    return sorted(_grouped(session, survey, wish, SurveyResponse.day))


def _grouped(session: Session, survey: Survey, wish: Wish, column: Any) -> list[tuple[Any, int]]:
    query = (
        select(column, func.count())
        .where(SurveyResponse.survey_id == survey.id, SurveyResponse.test.is_(False))
        .where(SurveyResponse.erased_at.is_(None))
    )
    if wish.version_id is not None:
        query = query.where(SurveyResponse.version_id == wish.version_id)
    return [(key, count) for key, count in session.execute(query.group_by(column))]
