"""How good the classifying was in a period: figures by SQL, the same for the same data.

What a matter really is, is taken from its area once people have dealt with it (`settled`); what the model said, from
the last reading that could still decide something.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, case, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from feedback.learning.rules import Drift, drift
from feedback.opinions.models import HistoryEntry, Label, Matter, MatterReading
from feedback.opinions.rules import MatterStatus, Source
from feedback.statistics.queries import Scope
from feedback.taxonomy.mapping import area_mapping, now_column

DRIFT_DAYS, DRIFT_BEFORE_DAYS = 30, 90
BINS = 10
_UNTOUCHED = (MatterStatus.RECEIVED, MatterStatus.ROUTED, MatterStatus.WITHDRAWN, MatterStatus.SPAM)

_confidence = MatterReading.areas[(0, 1)].as_float()
_first_area = MatterReading.areas[(0, 0)].as_string()


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many; ``key`` is the area or department it is about."""

    key: str | None
    right: int
    n: int

    @property
    def ratio(self) -> float | None:
        """The share; None of nothing."""
        return self.right / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Confusion:
    """So many matters that the model took for one area (None: it abstained) and that were another."""

    read: str | None
    true: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Matters of which the model was about equally sure: how sure on average, how often its first area was right."""

    low: float
    high: float
    n: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Quality:
    """All figures of a period. ``accepted`` counts matters routed by themselves that nobody sent elsewhere."""

    read: int
    abstained: int
    settled: int
    accepted: Rate
    by_department: tuple[Rate, ...]
    decided: Rate
    by_area: tuple[Rate, ...]
    kind: Rate
    confusions: tuple[Confusion, ...]
    reliability: tuple[Bin, ...]


def quality(session: Session, scope: Scope) -> Quality:
    """The figures of a period."""
    read, abstained = session.execute(
        _read(func.count(), func.count().filter(MatterReading.area_key.is_(None))).where(*scope.conditions())
    ).one()
    cells = _cells(session, scope)
    departments = _first_routes(session, scope)
    decided = [one for one in cells if one.read is not None]
    kind_right, kinds = session.execute(
        _read(func.coalesce(func.sum(case((MatterReading.kind == Matter.kind, 1), else_=0)), 0), func.count()).where(
            *scope.conditions(), settled(), MatterReading.kind.is_not(None), Matter.kind.is_not(None)
        )
    ).one()
    return Quality(
        read=read,
        abstained=abstained,
        settled=sum(one.count for one in cells),
        accepted=Rate(None, sum(one.right for one in departments), sum(one.n for one in departments)),
        by_department=tuple(departments),
        decided=Rate(None, sum(one.count for one in decided if one.read == one.true), sum(o.count for o in decided)),
        by_area=_by_area(cells),
        kind=Rate(None, kind_right, kinds),
        confusions=tuple(one for one in cells if one.read != one.true),
        reliability=_reliability(session, scope),
    )


def drift_until(session: Session, now: datetime) -> Drift:
    """What was read in the last 30 days against the 90 days before."""
    start = now - timedelta(days=DRIFT_DAYS)
    recent, confidence = _spread(session, start, now)
    before, confidence_before = _spread(session, start - timedelta(days=DRIFT_BEFORE_DAYS), start)
    return drift(recent, before, confidence=confidence, confidence_before=confidence_before)


def behind(session: Session, scope: Scope, *, read: str | None, true: str | None, limit: int = 200) -> list[int]:
    """The matters behind one cell of the confusions, newest first."""
    mapping = area_mapping(session)
    query = _read(Matter.id).where(
        *scope.conditions(),
        settled(),
        now_column(mapping, MatterReading.area_key).is_not_distinct_from(read),
        now_column(mapping, Matter.area_key).is_not_distinct_from(true),
    )
    return list(session.scalars(query.order_by(Matter.received_at.desc(), Matter.id.desc()).limit(limit)))


def settled() -> ColumnElement[bool]:
    """Condition on `Matter`: people know what it is, by their word or by having dealt with it."""
    spoken = select(Label.id).where(Label.matter_id == Matter.id, Label.field == "area").exists()
    gone = (MatterStatus.WITHDRAWN, MatterStatus.SPAM)
    return or_(Matter.status.not_in(_UNTOUCHED), spoken & Matter.status.not_in(gone))


def deciding() -> ColumnElement[bool]:
    """Condition on `MatterReading` and `Matter`: the last reading of the matter that could decide something."""
    other = aliased(MatterReading)
    latest = (
        select(func.max(other.id))
        .where(other.matter_id == Matter.id, other.again.is_(False))
        .correlate(Matter)
        .scalar_subquery()
    )
    return MatterReading.id == latest


def _read(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Matter)
        .join(MatterReading, (MatterReading.matter_id == Matter.id) & deciding())
        .where(Matter.status != MatterStatus.SPAM)
    )


def _cells(session: Session, scope: Scope) -> list[Confusion]:
    """Every pair of read and true area, most frequent first."""
    rows = session.execute(
        _read(MatterReading.area_key, Matter.area_key, func.count())
        .where(*scope.conditions(), settled())
        .group_by(MatterReading.area_key, Matter.area_key)
    )
    mapping = area_mapping(session)
    counted: Counter[tuple[str | None, str | None]] = Counter()
    for read, true, count in rows:
        counted[mapping.now(read), mapping.now(true)] += count
    found = [Confusion(read, true, count) for (read, true), count in counted.items()]
    return sorted(found, key=lambda one: (-one.count, one.true or "", one.read or ""))


def _by_area(cells: list[Confusion]) -> tuple[Rate, ...]:
    """Of the matters of each area, those that the model had read so."""
    all_, right = Counter[str | None](), Counter[str | None]()
    for one in cells:
        all_[one.true] += one.count
        right[one.true] += one.count if one.read == one.true else 0
    return tuple(Rate(key, right[key], all_[key]) for key in sorted(all_, key=lambda k: (-all_[k], k or "")))


def _first_routes(session: Session, scope: Scope) -> list[Rate]:
    """By the department that the system chose first: of its settled matters, those that no person sent elsewhere."""
    first, later = aliased(HistoryEntry), aliased(HistoryEntry)
    earliest = (
        select(func.min(HistoryEntry.id))
        .where(HistoryEntry.matter_id == Matter.id, HistoryEntry.action == "routed")
        .correlate(Matter)
        .scalar_subquery()
    )
    moved = (
        select(later.id)
        .where(later.matter_id == Matter.id, later.action == "routed", later.source.in_((Source.STAFF, Source.CITIZEN)))
        .exists()
    )
    chosen = _read(first.after, func.count(), func.sum(case((moved, 0), else_=1))).join(first, first.id == earliest)
    rows = session.execute(
        chosen.where(
            *scope.conditions(),
            MatterReading.area_key.is_not(None),
            first.source == Source.SYSTEM,
            or_(Matter.status.not_in(_UNTOUCHED), moved & (Matter.status != MatterStatus.WITHDRAWN)),
        ).group_by(first.after)
    )
    found = [Rate(str(department), int(right), n) for department, n, right in rows]
    return sorted(found, key=lambda one: (-one.n, one.key or ""))


def _reliability(session: Session, scope: Scope) -> tuple[Bin, ...]:
    # Never half a number, which the databases round in different ways.
    number = cast(func.round(_confidence * BINS - 0.500001), Integer)
    mapping = area_mapping(session)
    is_right = now_column(mapping, _first_area) == now_column(mapping, Matter.area_key)
    rows = session.execute(
        _read(number, func.count(), func.avg(_confidence), func.sum(case((is_right, 1), else_=0)))
        .where(*scope.conditions(), settled(), _confidence.is_not(None))
        .group_by(number)
        .order_by(number)
    )
    return tuple(
        Bin(max(place, 0) / BINS, (max(place, 0) + 1) / BINS, n, float(sure), int(right) / n)
        for place, n, sure, right in rows
    )


def _spread(session: Session, start: datetime, end: datetime) -> tuple[dict[str | None, int], float | None]:
    rows = session.execute(
        _read(MatterReading.area_key, func.count(), func.avg(_confidence), func.count(_confidence))
        .where(Matter.received_at >= start, Matter.received_at < end)
        .group_by(MatterReading.area_key)
    ).all()
    mapping = area_mapping(session)
    counted: Counter[str | None] = Counter()
    for area, count, _, _ in rows:
        counted[mapping.now(area)] += count
    known = sum(sure for _, _, _, sure in rows)
    mean = sum(float(average) * sure for _, _, average, sure in rows if sure) / known if known else None
    return counted, mean
