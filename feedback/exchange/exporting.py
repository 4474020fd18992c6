"""Export of matters (件), one row each, in constant memory: batches by key, each in a short transaction of its own.

A transaction a batch keeps a slow download from holding a snapshot for its whole length. The key never changes
(time of receipt and id), so no matter comes twice or is left out while others are worked on.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from feedback import masking
from feedback.clock import TOKYO
from feedback.db import UtcDateTime
from feedback.departments.models import Department
from feedback.errors import Invalid
from feedback.opinions.models import Matter, MatterReading, Part, Submission
from feedback.opinions.rules import (
    AGE_BANDS,
    CHANNEL_NAMES,
    KIND_NAMES,
    OUTCOME_NAMES,
    SAFETY_NAMES,
    STATUS_NAMES,
    Channel,
    Kind,
    MatterStatus,
    Outcome,
    PartKind,
    Safety,
    receipt_number,
)
from feedback.routing.models import Area
from feedback.taxonomy.mapping import area_mapping, names_of_areas
from feedback.taxonomy.rules import AreaMapping

BATCH = 1000
Value = str | int | float | bool | date | datetime | None
Record = dict[str, Value]
"""A row: a value for each of `COLUMNS`; moments are those of Japan's clocks, aware."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which matters to export; an empty field selects all. Days are those of Japan, both ends included.

    ``only_department_id`` is the limit of the person who asks, beside what they chose.
    """

    first_day: date | None = None
    last_day: date | None = None
    areas: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    statuses: tuple[MatterStatus, ...] = ()
    channels: tuple[Channel, ...] = ()
    kinds: tuple[Kind, ...] = ()
    only_department_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The selection as conditions on `Matter` and `Department`."""
        found: list[ColumnElement[bool]] = []
        if self.first_day:
            found.append(Matter.received_at >= datetime.combine(self.first_day, time(), TOKYO))
        if self.last_day:
            found.append(Matter.received_at < datetime.combine(self.last_day + timedelta(days=1), time(), TOKYO))
        if self.only_department_id is not None:
            found.append(Matter.department_id == self.only_department_id)
        chosen: tuple[tuple[Any, Sequence[str]], ...] = (
            (Matter.area_key, self.areas),
            (Department.code, self.departments),
            (Matter.status, self.statuses),
            (Matter.channel, self.channels),
            (Matter.kind, self.kinds),
        )
        return [*found, *(column.in_(values) for column, values in chosen if values)]


def check(session: Session, selection: Selection) -> None:
    """Invalid when the selection names areas or departments that do not exist, or its days are the wrong way round."""
    if selection.first_day and selection.last_day and selection.first_day > selection.last_day:
        raise Invalid("期間の終わりの日が、始まりの日より前になっています。")
    for what, column, values in (
        ("分野", Area.key, selection.areas),
        ("担当課", Department.code, selection.departments),
    ):
        known = set(session.scalars(select(column)))
        unknown = [value for value in values if value not in known]
        if unknown:
            raise Invalid(f"{what}のコード「{'、'.join(unknown)}」は登録されていません。")


def count(session: Session, selection: Selection) -> int:
    """How many matters the selection holds."""
    selection = _with_past(selection, area_mapping(session))
    statement = select(func.count()).select_from(Matter).join(Matter.department).where(*selection.conditions())
    return session.scalar(statement) or 0


def records(
    read: Callable[[], AbstractContextManager[Session]],
    selection: Selection,
    *,
    unmasked: bool = False,
    batch: int = BATCH,
) -> Iterator[Record]:
    """All rows of a selection by time of receipt. ``read`` opens a reading transaction, such as ``database.read``."""
    after: tuple[datetime, int] | None = None
    with read() as session:
        mapping = area_mapping(session)
        names = names_of_areas(session, mapping)
    selection = _with_past(selection, mapping)
    while True:
        with read() as session:
            rows = session.execute(_page(selection, after=after, limit=batch)).all()
            readings = _latest_readings(session, [row.matter_id for row in rows])
            places = _first_places(session, {row.submission_id for row in rows})
        for row in rows:
            reading, place = readings.get(row.matter_id), places.get(row.submission_id)
            now = mapping.now(row.area_key)
            today: Record = {"area_now": now, "area_now_name": names.get(now or "")}
            yield _record(row, reading, place, today, unmasked=unmasked)
        if len(rows) < batch:
            return
        after = rows[-1].received_at, rows[-1].matter_id


def _with_past(selection: Selection, mapping: AreaMapping) -> Selection:
    """The selection with the areas that count as the chosen ones today."""
    return replace(selection, areas=tuple(old for key in selection.areas for old in (*mapping.then(key), key)))


def _page(selection: Selection, *, after: tuple[datetime, int] | None, limit: int) -> Select[*tuple[Any, ...]]:
    statement = (
        select(
            Matter.id.label("matter_id"),
            Matter.submission_id,
            Matter.number,
            Matter.text,
            Matter.channel,
            Matter.area_key,
            Matter.area_source,
            Matter.kind,
            Matter.status,
            Matter.urgent,
            Matter.safety,
            Matter.received_at,
            Matter.routed_at,
            Matter.started_at,
            Matter.answered_at,
            Matter.closed_at,
            Matter.due_on,
            Matter.outcome,
            Matter.outcome_reason,
            Area.name.label("area_name"),
            Department.name.label("department"),
            Department.code.label("department_code"),
            Department.bureau,
            Submission.received_at.label("submitted_at"),
            Submission.age_band,
            Submission.district,
            Submission.language,
            Submission.wants_reply,
        )
        .select_from(Matter)
        .join(Matter.submission)
        .join(Matter.department)
        .outerjoin(Matter.area)
        .where(*selection.conditions())
        .order_by(Matter.received_at, Matter.id)
        .limit(limit)
    )
    if after is None:
        return statement
    last = tuple_(literal(after[0], UtcDateTime()), literal(after[1]))
    return statement.where(tuple_(Matter.received_at, Matter.id) > last)


@dataclass(frozen=True, slots=True)
class _Reading:
    model_version: str
    area_key: str | None
    areas: Sequence[Sequence[Any]]
    personal_data: Sequence[Sequence[object]]


def _latest_readings(session: Session, matter_ids: Sequence[int]) -> dict[int, _Reading]:
    rows = session.execute(
        select(
            MatterReading.matter_id,
            MatterReading.model_version,
            MatterReading.area_key,
            MatterReading.areas,
            MatterReading.personal_data,
        )
        .where(MatterReading.matter_id.in_(matter_ids))
        .order_by(MatterReading.id)
    )
    return {row[0]: _Reading(*row[1:]) for row in rows}


def _first_places(session: Session, submission_ids: Collection[int]) -> dict[int, Part]:
    parts = session.scalars(
        select(Part)
        .where(Part.submission_id.in_(submission_ids), Part.kind == PartKind.LOCATION, Part.erased_at.is_(None))
        .order_by(Part.sent_at.desc(), Part.id.desc())
    )
    return {part.submission_id: part for part in parts}


def _place(part: Part | None, *, unmasked: bool) -> Record:
    """The columns of a place; masked, it is about a hundred metres rough, like an address without its last numbers."""
    if part is None:
        return dict.fromkeys(("place_title", "place_address", "latitude", "longitude"))
    words = {"place_title": part.place_title, "place_address": part.place_address}
    degrees = {"latitude": part.latitude, "longitude": part.longitude}
    return {
        **{name: masking.mask(text) if text and not unmasked else text for name, text in words.items()},
        **{name: round(at, 3) if at is not None and not unmasked else at for name, at in degrees.items()},
    }


def _record(
    row: Row[*tuple[Any, ...]], reading: _Reading | None, place: Part | None, today: Record, *, unmasked: bool
) -> Record:
    spans = masking.spans_from(reading.personal_data) if reading else []
    return {
        "receipt_number": receipt_number(row.submission_id, row.submitted_at),
        "matter_number": row.number,
        "received_at": _moment(row.received_at),
        "channel": row.channel,
        "channel_name": CHANNEL_NAMES[Channel(row.channel)],
        "text": row.text if unmasked else masking.mask(row.text, spans),
        "area": row.area_key,
        "area_name": row.area_name,
        **today,
        "area_source": row.area_source,
        "kind": row.kind,
        "kind_name": KIND_NAMES[Kind(row.kind)] if row.kind else None,
        "department": row.department,
        "department_code": row.department_code,
        "bureau": row.bureau,
        "status": row.status,
        "status_name": STATUS_NAMES[MatterStatus(row.status)],
        "urgency": "high" if row.urgent else "normal",
        "safety": row.safety,
        "safety_name": SAFETY_NAMES[Safety(row.safety)] if row.safety else None,
        "routed_at": _moment(row.routed_at),
        "started_at": _moment(row.started_at),
        "answered_at": _moment(row.answered_at),
        "closed_at": _moment(row.closed_at),
        "due_on": row.due_on,
        "outcome": row.outcome,
        "outcome_name": OUTCOME_NAMES[Outcome(row.outcome)] if row.outcome else None,
        "outcome_reason": row.outcome_reason
        if unmasked or not row.outcome_reason
        else masking.mask(row.outcome_reason),
        "age_band": row.age_band,
        "age_band_name": AGE_BANDS.get(row.age_band or ""),
        "district": row.district,
        **_place(place, unmasked=unmasked),
        "language": row.language,
        "wants_reply": row.wants_reply,
        "model_version": reading.model_version if reading else None,
        "model_area": reading.area_key if reading else None,
        "score": _score(reading),
        "masked": not unmasked,
    }


def _score(reading: _Reading | None) -> float | None:
    """How sure the model was of its first area, 0 to 1."""
    return float(reading.areas[0][1]) if reading and reading.areas else None


def _moment(at: datetime | None) -> datetime | None:
    return at.astimezone(TOKYO).replace(microsecond=0) if at else None
