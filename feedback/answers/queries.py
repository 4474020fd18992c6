"""Reads of answers: what the pages of a matter's answer show, and what waits for somebody's word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from feedback.answers.models import Answer, AnswerRating, AnswerVersion, ApprovalEvent, ApprovalStep, Deputy
from feedback.answers.rules import UNFINISHED, AnswerState, ApprovalAction, Method, StepState
from feedback.departments.models import Department
from feedback.errors import NotFound
from feedback.opinions.models import Matter
from feedback.opinions.queries import visible_to
from feedback.opinions.rules import MatterStatus, receipt_number
from feedback.staff.models import Staff
from feedback.staff.rules import Actor

_MOST_AWAITING = 200


@dataclass(frozen=True, slots=True)
class StepView:
    """A reviewer's place in the newest route. ``current``: their word is waited for."""

    position: int
    reviewer_id: int
    reviewer: str
    state: StepState
    current: bool


@dataclass(frozen=True, slots=True)
class EventView:
    """One thing that happened on the way. ``instead_of``: for whom it was decided (代決)."""

    round: int
    at: datetime
    staff: str
    instead_of: str | None
    action: ApprovalAction
    version_number: int
    comment: str | None


@dataclass(frozen=True, slots=True)
class VersionView:
    """The words as somebody saved them."""

    number: int
    staff_id: int
    staff: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RatingView:
    """What the citizen thinks of the answer; ``comment`` is None also when they erased it."""

    helpful: bool
    comment: str | None
    rated_at: datetime
    erased: bool


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer with its whole way."""

    id: int
    matter_id: int
    version: int
    state: AnswerState
    method: Method
    body: str
    handed_over: str | None
    drafter: str
    updated_at: datetime
    approved_at: datetime | None
    sent_at: datetime | None
    steps: list[StepView]
    events: list[EventView]
    versions: list[VersionView]
    rating: RatingView | None

    @property
    def unfinished(self) -> bool:
        """Whether it is not out yet."""
        return self.state in UNFINISHED

    @property
    def current(self) -> StepView | None:
        """The step whose word is waited for."""
        return next((one for one in self.steps if one.current), None)

    @property
    def authors(self) -> frozenset[int]:
        """Who wrote it."""
        return frozenset(one.staff_id for one in self.versions)


@dataclass(frozen=True, slots=True)
class Awaiting:
    """An answer that waits for the actor's word."""

    matter_id: int
    receipt: str
    department: str
    drafter: str
    reviewer: str
    own: bool
    last: bool
    submitted_at: datetime
    due_on: date | None


def require_visible(session: Session, matter_id: int, *, actor: Actor) -> None:
    """NotFound unless the actor may know of the matter."""
    if session.scalar(select(Matter.id).where(Matter.id == matter_id, visible_to(actor))) is None:
        raise NotFound("案件が見つかりません。")


def answers_of(session: Session, matter_id: int) -> list[AnswerView]:
    """All answers to a matter, oldest first. The caller has checked that the matter may be seen."""
    rows = session.execute(
        select(Answer, Staff.name, AnswerRating)
        .join(Staff, Staff.id == Answer.drafter_id)
        .outerjoin(AnswerRating, AnswerRating.answer_id == Answer.id)
        .where(Answer.matter_id == matter_id)
        .order_by(Answer.id)
    ).all()
    ids = [answer.id for answer, _, _ in rows]
    if not ids:
        return []
    steps, events, versions = _steps(session, ids), _events(session, ids), _versions(session, ids)
    return [
        AnswerView(
            id=one.id,
            matter_id=one.matter_id,
            version=one.version,
            state=one.state,
            method=one.method,
            body=one.body,
            handed_over=one.handed_over,
            drafter=drafter,
            updated_at=one.updated_at,
            approved_at=one.approved_at,
            sent_at=one.sent_at,
            steps=_route(one, steps.get(one.id, [])),
            events=events.get(one.id, []),
            versions=versions.get(one.id, []),
            rating=_rating(rating),
        )
        for one, drafter, rating in rows
    ]


def answer_of(session: Session, matter_id: int, answer_id: int, *, actor: Actor) -> AnswerView:
    """The answer if it is one to this matter, and the matter may be seen. NotFound."""
    require_visible(session, matter_id, actor=actor)
    found = next((one for one in answers_of(session, matter_id) if one.id == answer_id), None)
    if found is None:
        raise NotFound("回答が見つかりません。")
    return found


def awaiting(session: Session, *, actor: Actor, today: date) -> list[Awaiting]:
    """Answers that wait for the actor, or for somebody they stand in for, the most urgent first."""
    absent = select(Deputy.absent_id).where(
        Deputy.deputy_id == actor.id, Deputy.from_on <= today, Deputy.to_on >= today
    )
    reviewer, drafter, earlier, later = aliased(Staff), aliased(Staff), aliased(ApprovalStep), aliased(ApprovalStep)
    waits_for_others = (
        select(earlier.id)
        .where(
            earlier.answer_id == ApprovalStep.answer_id,
            earlier.round == ApprovalStep.round,
            earlier.position < ApprovalStep.position,
            earlier.state == StepState.WAITING,
        )
        .exists()
    )
    further = (
        select(later.id)
        .where(
            later.answer_id == ApprovalStep.answer_id,
            later.round == ApprovalStep.round,
            later.position > ApprovalStep.position,
        )
        .exists()
    )
    rows = session.execute(
        select(
            Matter, Department.name, drafter.name, reviewer.name, ApprovalStep.reviewer_id, further, Answer.updated_at
        )
        .join(Answer, Answer.id == ApprovalStep.answer_id)
        .join(Matter, Matter.id == Answer.matter_id)
        .join(Department, Department.id == Matter.department_id)
        .join(drafter, drafter.id == Answer.drafter_id)
        .join(reviewer, reviewer.id == ApprovalStep.reviewer_id)
        .where(
            or_(ApprovalStep.reviewer_id == actor.id, ApprovalStep.reviewer_id.in_(absent)),
            ApprovalStep.state == StepState.WAITING,
            and_(Answer.state == AnswerState.IN_APPROVAL, ApprovalStep.round == Answer.round),
            Matter.status == MatterStatus.APPROVING,
            ~waits_for_others,
            visible_to(actor),
        )
        .order_by(Matter.due_on, Matter.id)
        .limit(_MOST_AWAITING)
    )
    return [
        Awaiting(
            matter_id=matter.id,
            receipt=receipt_number(matter.submission_id, matter.received_at),
            department=department,
            drafter=wrote,
            reviewer=asked,
            own=reviewer_id == actor.id,
            last=not more,
            submitted_at=at,
            due_on=matter.due_on,
        )
        for matter, department, wrote, asked, reviewer_id, more, at in rows
    ]


def _route(answer: Answer, steps: Sequence[tuple[ApprovalStep, str]]) -> list[StepView]:
    newest = [(step, name) for step, name in steps if step.round == answer.round]
    waiting = (step.position for step, _ in newest if step.state is StepState.WAITING)
    current = next(waiting, None) if answer.state is AnswerState.IN_APPROVAL else None
    return [
        StepView(step.position, step.reviewer_id, name, step.state, step.position == current) for step, name in newest
    ]


def _steps(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[ApprovalStep, str]]]:
    found: dict[int, list[tuple[ApprovalStep, str]]] = {}
    rows = session.execute(
        select(ApprovalStep, Staff.name)
        .join(Staff, Staff.id == ApprovalStep.reviewer_id)
        .where(ApprovalStep.answer_id.in_(ids))
        .order_by(ApprovalStep.round, ApprovalStep.position)
    )
    for step, name in rows:
        found.setdefault(step.answer_id, []).append((step, name))
    return found


def _events(session: Session, ids: Sequence[int]) -> dict[int, list[EventView]]:
    found: dict[int, list[EventView]] = {}
    who, instead = aliased(Staff), aliased(Staff)
    rows = session.execute(
        select(ApprovalEvent, who.name, instead.name)
        .join(who, who.id == ApprovalEvent.staff_id)
        .outerjoin(instead, instead.id == ApprovalEvent.for_id)
        .where(ApprovalEvent.answer_id.in_(ids))
        .order_by(ApprovalEvent.id)
    )
    for one, name, absent in rows:
        view = EventView(one.round, one.at, name, absent, one.action, one.version_number, one.comment)
        found.setdefault(one.answer_id, []).append(view)
    return found


def _versions(session: Session, ids: Sequence[int]) -> dict[int, list[VersionView]]:
    found: dict[int, list[VersionView]] = {}
    rows = session.execute(
        select(AnswerVersion, Staff.name)
        .join(Staff, Staff.id == AnswerVersion.staff_id)
        .where(AnswerVersion.answer_id.in_(ids))
        .order_by(AnswerVersion.number)
    )
    for one, name in rows:
        found.setdefault(one.answer_id, []).append(VersionView(one.number, one.staff_id, name, one.body, one.at))
    return found


def _rating(one: AnswerRating | None) -> RatingView | None:
    return None if one is None else RatingView(one.helpful, one.comment, one.rated_at, one.erased_at is not None)
