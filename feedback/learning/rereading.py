"""Reading stored opinions again with a newer model: new rows where it says something else, and nothing more.

Matters keep their area, department and marks: people and the first reading decided those.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from feedback.opinions.intake import reading_row
from feedback.opinions.models import Matter, MatterReading
from feedback.ports import Reading
from feedback.rows import write_rows

CHUNK = 500
_OFFERED = 3


@dataclass(frozen=True, slots=True)
class Stored:
    """A matter's words, its version at that moment, and what its newest reading says."""

    id: int
    version: int
    text: str
    said: tuple[Any, ...] | None


def count(session: Session, *, up_to: int) -> int:
    """How many matters there are to read."""
    return session.scalar(select(func.count()).select_from(Matter).where(Matter.id <= up_to)) or 0


def newest(session: Session) -> int:
    """The highest id of a matter: later ones are read by the new model anyway."""
    return session.scalar(select(func.max(Matter.id))) or 0


def chunk(session: Session, *, after: int, up_to: int, limit: int = CHUNK) -> list[Stored]:
    """The next matters in the order of their ids, those without words too."""
    rows = session.execute(
        select(Matter.id, Matter.version, Matter.text)
        .where(Matter.id > after, Matter.id <= up_to)
        .order_by(Matter.id)
        .limit(limit)
    ).all()
    said = _newest_said(session, [row.id for row in rows])
    return [Stored(row.id, row.version, row.text, said.get(row.id)) for row in rows]


def write(session: Session, stored: Sequence[Stored], readings: Mapping[int, Reading], *, at: datetime) -> int:
    """Add a row for each matter of which its reading says something new. Returns how many.

    Whatever changed since it was read (erased words, above all) is left alone: its matter is locked and looked at.
    """
    changed = [one for one in stored if one.id in readings and says(readings[one.id]) != one.said]
    versions = dict(
        iter(
            session.execute(
                select(Matter.id, Matter.version)
                .where(Matter.id.in_([one.id for one in changed]))
                .order_by(Matter.id)
                .with_for_update()
            )
        )
    )
    rows = [
        {"matter_id": one.id, "again": True, **reading_row(readings[one.id], at)}
        for one in changed
        if versions.get(one.id) == one.version
    ]
    write_rows(session, cast("Table", MatterReading.__table__), rows)
    return len(rows)


def says(reading: Reading) -> tuple[Any, ...]:
    """What a reading says, without how sure it is: a model that is merely surer says nothing new."""
    return (
        reading.area,
        tuple(score.key for score in reading.areas[:_OFFERED]),
        reading.kind,
        reading.urgency,
        reading.safety,
        reading.language,
        tuple((span.start, span.end, span.type) for span in reading.personal_data),
    )


def _newest_said(session: Session, ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    latest = (
        select(func.max(MatterReading.id)).where(MatterReading.matter_id.in_(ids)).group_by(MatterReading.matter_id)
    )
    rows = session.execute(
        select(
            MatterReading.matter_id,
            MatterReading.area_key,
            MatterReading.areas,
            MatterReading.kind,
            MatterReading.urgency,
            MatterReading.safety,
            MatterReading.language,
            MatterReading.personal_data,
        ).where(MatterReading.id.in_(latest))
    )
    return {
        row.matter_id: (
            row.area_key,
            tuple(str(key) for key, _ in row.areas[:_OFFERED]),
            row.kind,
            row.urgency,
            row.safety,
            row.language,
            tuple((int(start), int(end), str(type_)) for start, end, type_ in row.personal_data),
        )
        for row in rows
    }
