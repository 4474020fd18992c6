"""What a model learns from: the city's matters with what people said they are, read in chunks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from feedback.learning.rules import ACCEPTED_WEIGHT, MOST_LESSONS, WEIGHTS
from feedback.opinions.models import Label, Matter, Submission
from feedback.opinions.rules import MatterStatus, Source
from feedback.routing.models import Area
from feedback.taxonomy.mapping import area_mapping
from feedback.taxonomy.rules import AreaMapping

_TAUGHT = ("area", "kind")
_SETTLED = (MatterStatus.ANSWERED, MatterStatus.CLOSED)
_NEVER = (MatterStatus.WITHDRAWN, MatterStatus.SPAM)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A matter's words and what it is: area and kind (None: nobody said), and how much each teaches.

    ``at``: when people last said so, or when it was answered without anybody objecting. ``corrected``: by a label.
    """

    submission_id: int
    text: str
    area: str | None
    area_weight: float
    kind: str | None
    kind_weight: float
    at: datetime
    corrected: bool


def lessons(session: Session, *, limit: int = MOST_LESSONS, at_once: int = 500) -> Iterator[Lesson]:
    """What there is to learn from: matters that people labelled, newest first, then those answered as routed.

    Erased, withdrawn and spam matters teach nothing, nor do areas that are no longer used; merged ones teach the new.
    ``at_once``: matters a statement.
    """
    active = set(session.scalars(select(Area.key).where(Area.active)))
    mapping = area_mapping(session)
    taken = 0
    for wanted in (_labelled, _accepted):
        for lesson in islice(_all(session, wanted, active, mapping, at_once), limit - taken):
            taken += 1
            yield lesson


def _all(
    session: Session,
    wanted: Callable[[Session, int | None, int], Sequence[int]],
    active: set[str],
    mapping: AreaMapping,
    at_once: int,
) -> Iterator[Lesson]:
    before: int | None = None
    while ids := wanted(session, before, at_once):
        before = ids[-1]
        yield from _of_matters(session, ids, active, mapping)


def _labelled(session: Session, before: int | None, at_once: int) -> Sequence[int]:
    query = select(Label.matter_id).where(Label.field.in_(_TAUGHT)).distinct()
    if before is not None:
        query = query.where(Label.matter_id < before)
    return session.scalars(query.order_by(Label.matter_id.desc()).limit(at_once)).all()


def _accepted(session: Session, before: int | None, at_once: int) -> Sequence[int]:
    query = select(Matter.id).where(
        *accepted(), ~exists().where(Label.matter_id == Matter.id, Label.field.in_(_TAUGHT))
    )
    if before is not None:
        query = query.where(Matter.id < before)
    return session.scalars(query.order_by(Matter.id.desc()).limit(at_once)).all()


def accepted() -> list[ColumnElement[bool]]:
    """Conditions on `Matter`: answered in the department that the model's own area led to, and nobody objected."""
    return [
        Matter.status.in_(_SETTLED),
        Matter.bounces == 0,
        Matter.area_key.is_not(None),
        Matter.area_source == Source.MODEL,
    ]


def _of_matters(session: Session, ids: Sequence[int], active: set[str], mapping: AreaMapping) -> Iterator[Lesson]:
    labels: dict[tuple[int, str], Label] = {}
    for label in session.scalars(
        select(Label).where(Label.matter_id.in_(ids), Label.field.in_(_TAUGHT)).order_by(Label.id)
    ):
        labels[label.matter_id, label.field] = label  # the latest wins
    rows = session.execute(
        select(
            Matter.id,
            Matter.submission_id,
            Matter.text,
            Matter.area_key,
            Matter.kind,
            func.coalesce(Matter.closed_at, Matter.answered_at).label("settled_at"),
            Matter.id.in_(select(Matter.id).where(Matter.id.in_(ids), *accepted())).label("accepted"),
        )
        .join(Submission, Submission.id == Matter.submission_id)
        .where(Matter.id.in_(ids), Matter.status.not_in(_NEVER), Matter.text != "", Submission.erased_at.is_(None))
        .order_by(Matter.id.desc())
    )
    for row in rows:
        area_label, kind_label = labels.get((row.id, "area")), labels.get((row.id, "kind"))
        area, area_weight = _taught(area_label, row.area_key if row.accepted else None)
        kind, kind_weight = _taught(kind_label, row.kind if row.accepted else None)
        at = max((one.at for one in (area_label, kind_label) if one), default=row.settled_at)
        area = mapping.now(area)
        if area not in active:
            area = None
        if area is not None or kind is not None:
            corrected = area_label is not None or kind_label is not None
            yield Lesson(row.submission_id, row.text, area, area_weight, kind, kind_weight, at, corrected)


def _taught(label: Label | None, accepted_value: str | None) -> tuple[str | None, float]:
    if label is not None:
        return label.value, WEIGHTS[Source(label.source)]
    return accepted_value, ACCEPTED_WEIGHT
