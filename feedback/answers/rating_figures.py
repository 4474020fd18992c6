"""What citizens thought of answers, in a period: by area, department and month, and their comments, masked."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from feedback import masking
from feedback.answers.models import Answer, AnswerRating
from feedback.departments.models import Department
from feedback.opinions.models import Matter
from feedback.opinions.queries import visible_to
from feedback.opinions.rules import receipt_number
from feedback.staff.rules import Actor
from feedback.statistics.queries import SMALL_BASE, Scope, as_day, day_of
from feedback.taxonomy.mapping import area_mapping, names_of_areas

COMMENTS_SHOWN = 100
NO_AREA = "分野未定"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many found an answer helpful, and how many did not. ``key``: of the area, department or month."""

    key: str
    name: str
    helpful: int
    unhelpful: int

    @property
    def total(self) -> int:
        """How many said so."""
        return self.helpful + self.unhelpful

    @property
    def share(self) -> float:
        """Which part of them found it helpful."""
        return self.helpful / self.total if self.total else 0.0

    @property
    def is_small(self) -> bool:
        """Whether they are too few for more than a reference value."""
        return self.total < SMALL_BASE


@dataclass(frozen=True, slots=True)
class Rated:
    """One rating. ``comment`` is masked; None when there is none, or the citizen took it back."""

    matter_id: int
    receipt: str
    area: str
    department: str
    helpful: bool
    comment: str | None
    rated_at: datetime


@dataclass(frozen=True, slots=True)
class Ratings:
    """The figures of a period. ``answers``: how many went out over LINE in it, which can be rated."""

    total: Tally
    answers: int
    areas: list[Tally]
    departments: list[Tally]
    months: list[Tally]


def figures(session: Session, scope: Scope, *, actor: Actor) -> Ratings:
    """Count the ratings given in a period, of the matters that the actor may see."""
    day = day_of(session, AnswerRating.rated_at)
    rows = session.execute(
        select(Matter.area_key, Department.name, Department.position, day.label("day"), AnswerRating.helpful, _COUNT)
        .select_from(AnswerRating)
        .join(Answer, Answer.id == AnswerRating.answer_id)
        .join(Matter, Matter.id == Answer.matter_id)
        .join(Department, Department.id == Matter.department_id)
        .where(*_given(scope, actor))
        .group_by(Matter.area_key, Department.name, Department.position, day, AnswerRating.helpful)
    ).all()
    mapping = area_mapping(session)
    names = names_of_areas(session, mapping)
    areas, departments, months = _Counted(), _Counted(), _Counted()
    for row in rows:
        key = mapping.now(row.area_key) or row.area_key or ""
        areas.add(key, names.get(key, NO_AREA), row)
        departments.add(row.name, row.name, row)
        month = as_day(row.day)
        months.add(f"{month:%Y-%m}", f"{month.year}年{month.month}月", row)
    helpful = sum(row.ratings for row in rows if row.helpful)
    unhelpful = sum(row.ratings for row in rows if not row.helpful)
    return Ratings(
        total=Tally("", "合計", helpful, unhelpful),
        answers=session.scalar(_sent(scope, actor)) or 0,
        areas=sorted(areas.tallies(), key=lambda one: (-one.total, one.name)),
        departments=sorted(departments.tallies(), key=lambda one: (-one.total, one.name)),
        months=sorted(months.tallies(), key=lambda one: one.key),
    )


def comments(session: Session, scope: Scope, *, actor: Actor) -> list[Rated]:
    """The newest ratings with words, of matters that the actor may see."""
    wanted = _rated(scope, actor).where(AnswerRating.comment.is_not(None)).limit(COMMENTS_SHOWN)
    return list(_read(session, wanted))


def every(session: Session, scope: Scope, *, actor: Actor) -> Iterator[Rated]:
    """All ratings of the period, newest first."""
    return _read(session, _rated(scope, actor))


_COUNT = func.count().label("ratings")


class _Counted:
    """Sums by key."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self._names: dict[str, str] = {}

    def add(self, key: str, name: str, row: Any) -> None:
        self._names[key] = name
        self._counts[key][0 if row.helpful else 1] += row.ratings

    def tallies(self) -> list[Tally]:
        return [Tally(key, self._names[key], *counts) for key, counts in self._counts.items()]


def _given(scope: Scope, actor: Actor) -> list[ColumnElement[bool]]:
    conditions = [AnswerRating.rated_at >= scope.start, AnswerRating.rated_at < scope.end, visible_to(actor)]
    if scope.department_id is not None:
        conditions.append(Matter.department_id == scope.department_id)
    return conditions


def _sent(scope: Scope, actor: Actor) -> Select[int]:
    query = (
        select(func.count())
        .select_from(Answer)
        .join(Matter, Matter.id == Answer.matter_id)
        .where(Answer.sent_at >= scope.start, Answer.sent_at < scope.end, Answer.method == "line", visible_to(actor))
    )
    return query if scope.department_id is None else query.where(Matter.department_id == scope.department_id)


def _rated(scope: Scope, actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(AnswerRating, Matter, Department.name)
        .join(Answer, Answer.id == AnswerRating.answer_id)
        .join(Matter, Matter.id == Answer.matter_id)
        .join(Department, Department.id == Matter.department_id)
        .where(*_given(scope, actor))
        .order_by(AnswerRating.rated_at.desc(), AnswerRating.id.desc())
    )


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Rated]:
    mapping = area_mapping(session)
    names = names_of_areas(session, mapping)
    for rating, matter, department in session.execute(query.execution_options(yield_per=500)):
        key = mapping.now(matter.area_key) or matter.area_key or ""
        yield Rated(
            matter_id=matter.id,
            receipt=receipt_number(matter.submission_id, matter.received_at),
            area=names.get(key, NO_AREA),
            department=department,
            helpful=rating.helpful,
            comment=masking.mask(rating.comment) if rating.comment else None,
            rated_at=rating.rated_at,
        )
