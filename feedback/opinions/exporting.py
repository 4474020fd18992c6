"""Export of matters (件), one row each, in constant memory: batches by key, each in a short transaction of its own.

A transaction a batch keeps a slow download from holding a snapshot for its whole length. The key never changes
(time of receipt and id), so no matter comes twice or is left out while others are worked on.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from feedback.clock import TOKYO
from feedback.db import UtcDateTime
from feedback.departments.models import Department
from feedback.errors import Invalid
from feedback.opinions import masking
from feedback.opinions.models import Matter, MatterReading, Submission
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
    Safety,
    receipt_number,
)
from feedback.routing.models import Area

BATCH = 1000
Value = str | int | float | bool | None
Record = dict[str, Value]

COLUMNS: dict[str, str] = {
    "receipt_number": "受付番号",
    "matter_number": "件番号",
    "received_at": "受付日時",
    "channel": "受付方法コード",
    "channel_name": "受付方法",
    "text": "内容",
    "area": "分野コード",
    "area_name": "分野",
    "area_source": "分野の決め手",
    "kind": "種別コード",
    "kind_name": "種別",
    "department": "担当課",
    "department_code": "担当課コード",
    "bureau": "部局",
    "status": "対応状況コード",
    "status_name": "対応状況",
    "urgency": "緊急度",
    "safety": "安全コード",
    "safety_name": "安全",
    "routed_at": "振分日時",
    "started_at": "着手日時",
    "answered_at": "回答日時",
    "closed_at": "完了日時",
    "due_on": "回答期限",
    "outcome": "対応区分コード",
    "outcome_name": "対応区分",
    "outcome_reason": "対応の理由",
    "age_band": "年代コード",
    "age_band_name": "年代",
    "district": "地区",
    "language": "言語",
    "wants_reply": "回答希望",
    "model_version": "分類モデル",
    "model_area": "モデルの分野コード",
    "score": "モデルの確信度",
    "masked": "個人情報を伏せた",
}
"""Column names (stable, for programs) and their Japanese headings, in order."""


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
    while True:
        with read() as session:
            rows = session.execute(_page(selection, after=after, limit=batch)).all()
            readings = _latest_readings(session, [row.matter_id for row in rows])
        for row in rows:
            yield _record(row, readings.get(row.matter_id), unmasked=unmasked)
        if len(rows) < batch:
            return
        after = rows[-1].received_at, rows[-1].matter_id


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


def _record(row: Row[*tuple[Any, ...]], reading: _Reading | None, *, unmasked: bool) -> Record:
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
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "outcome": row.outcome,
        "outcome_name": OUTCOME_NAMES[Outcome(row.outcome)] if row.outcome else None,
        "outcome_reason": row.outcome_reason
        if unmasked or not row.outcome_reason
        else masking.mask(row.outcome_reason),
        "age_band": row.age_band,
        "age_band_name": AGE_BANDS.get(row.age_band or ""),
        "district": row.district,
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


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(TOKYO).isoformat(timespec="seconds") if at else None


def headings(language: str) -> Iterable[str]:
    """Column headings: stable names (``en``) or Japanese (``ja``)."""
    return COLUMNS.values() if language == "ja" else COLUMNS.keys()
