"""Reads for reviewing the areas: the history of changes, what a change would touch, what waits to be sorted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.answers.models import AnswerTemplate
from feedback.deadlines.models import ServiceStandard
from feedback.learning.models import ModelActivation, ModelVersion
from feedback.opinions.models import Label, Matter, Submission
from feedback.opinions.rules import receipt_number
from feedback.routing.models import Area, RoutingRule
from feedback.staff.models import Staff
from feedback.taxonomy.models import TaxonomyVersion
from feedback.taxonomy.moving import count_open, open_in
from feedback.taxonomy.rules import Operation
from feedback.taxonomy.service import last_change, why_not_undone

_SHOWN = 200
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One change of the areas. ``left``: open matters of a split area that nobody has sorted yet."""

    number: int
    at: datetime
    staff: str | None
    operation: Operation
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    moved: int
    undone_at: datetime | None
    left: int


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change of these areas would touch. ``corrections``: matters people gave one of these areas to."""

    matters: int
    open: int
    rules: tuple[str, ...]
    templates: int
    standards: int
    corrections: int


@dataclass(frozen=True, slots=True)
class Unsorted:
    """An open matter of a split area."""

    id: int
    version: int
    receipt_number: str
    text: str
    received_at: datetime
    department_id: int


def versions(session: Session) -> list[VersionRow]:
    """All changes, newest first."""
    rows = session.execute(
        select(TaxonomyVersion, Staff.name)
        .outerjoin(Staff, Staff.id == TaxonomyVersion.staff_id)
        .order_by(TaxonomyVersion.number.desc())
        .limit(_SHOWN)
    ).all()
    waiting = _waiting(session)
    return [
        VersionRow(
            number=one.number,
            at=one.at,
            staff=name,
            operation=one.operation,
            sources=tuple(one.sources),
            targets=tuple(one.targets),
            moved=len(one.moved.get("matters", [])),
            undone_at=one.undone_at,
            left=waiting.get(one.sources[0], 0) if one.operation is Operation.SPLIT and not one.undone_at else 0,
        )
        for one, name in rows
    ]


def undoable(session: Session) -> int | None:
    """The number of the change that can be taken back; None when none can."""
    last = last_change(session)
    return last.number if last is not None and why_not_undone(session, last) is None else None


def touched(session: Session, keys: Sequence[str]) -> Touched:
    """What a change of these areas would touch."""

    def count(table: Any, *conditions: Any) -> int:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

    rules = session.scalars(select(RoutingRule.name).where(RoutingRule.area_key.in_(keys)).order_by(RoutingRule.id))
    corrections = select(func.count(Label.matter_id.distinct())).where(Label.field == "area", Label.value.in_(keys))
    return Touched(
        matters=count(Matter, Matter.area_key.in_(keys)),
        open=count_open(session, keys),
        rules=tuple(rules),
        templates=count(AnswerTemplate, AnswerTemplate.area_key.in_(keys)),
        standards=count(ServiceStandard, ServiceStandard.area_key.in_(keys)),
        corrections=session.scalar(corrections) or 0,
    )


def departments_changed(session: Session, before: Mapping[int, int]) -> int:
    """How many of these matters (with the department they had) are in another department now."""
    ids = list(before)
    found = 0
    for first in range(0, len(ids), _CHUNK):
        some = ids[first : first + _CHUNK]
        rows = session.execute(select(Matter.id, Matter.department_id).where(Matter.id.in_(some)))
        found += sum(before[matter_id] != department_id for matter_id, department_id in rows)
    return found


def unsorted(session: Session, key: str) -> list[Unsorted]:
    """Open matters that still have the area that was split, oldest first; at most `_SHOWN`."""
    rows = session.execute(
        select(
            Matter.id,
            Matter.version,
            Matter.submission_id,
            Submission.received_at,
            Matter.text,
            Matter.department_id,
        )
        .join(Submission, Submission.id == Matter.submission_id)
        .where(open_in([key]))
        .order_by(Matter.received_at, Matter.id)
        .limit(_SHOWN)
    )
    return [
        Unsorted(
            row.id,
            row.version,
            receipt_number(row.submission_id, row.received_at),
            row.text,
            row.received_at,
            row.department_id,
        )
        for row in rows
    ]


def split_change(session: Session, number: int) -> TaxonomyVersion | None:
    """The split of this number, when it is in force."""
    found = session.scalar(select(TaxonomyVersion).where(TaxonomyVersion.number == number))
    if found is None or found.operation is not Operation.SPLIT or found.undone_at is not None:
        return None
    return found


def not_learnt(session: Session) -> list[str]:
    """Keys of areas in use that the model in force cannot name yet, since it has not learnt any text of them."""
    learnt_at = session.scalar(
        select(ModelVersion.trained_at)
        .select_from(ModelActivation)
        .outerjoin(ModelVersion, ModelVersion.id == ModelActivation.model_id)
        .order_by(ModelActivation.id.desc())
        .limit(1)
    )
    query = select(TaxonomyVersion.operation, TaxonomyVersion.sources, TaxonomyVersion.moved).where(
        TaxonomyVersion.operation.in_((Operation.ADD, Operation.SPLIT)), TaxonomyVersion.undone_at.is_(None)
    )
    if learnt_at is not None:
        query = query.where(TaxonomyVersion.at > learnt_at)
    new: set[str] = set()
    for row in session.execute(query):
        new.update(row.sources if row.operation is Operation.ADD else row.moved["new"])
    active = session.scalars(select(Area.key).where(Area.active).order_by(Area.position, Area.key))
    return [key for key in active if key in new]


def _waiting(session: Session) -> dict[str, int]:
    split = {
        row.sources[0]
        for row in session.execute(
            select(TaxonomyVersion.sources).where(
                TaxonomyVersion.operation == Operation.SPLIT, TaxonomyVersion.undone_at.is_(None)
            )
        )
    }
    return {key: count_open(session, [key]) for key in split}
