"""What people should check next: recent matters of whose area the model was least certain, and nobody said a word."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.errors import Invalid
from feedback.learning.quality import deciding
from feedback.opinions import queries
from feedback.opinions.models import Label, Matter, MatterReading
from feedback.opinions.queries import Row
from feedback.opinions.rules import MatterStatus, Source
from feedback.opinions.service import note_change, open_matter, record
from feedback.staff.rules import Actor, Permission

SHOWN = 30
_LOOKED_AT = 2_000
"""Only so many of the newest unchecked matters are put in order, so that the page stays quick."""
_OFFERED = 3
_NEVER = (MatterStatus.WITHDRAWN, MatterStatus.SPAM)


@dataclass(frozen=True, slots=True)
class Unsure:
    """A matter to check: how sure the model was, and the areas it thought of, best first."""

    row: Row
    area_key: str | None
    confidence: float
    offered: tuple[tuple[str, float], ...]


def unsure(session: Session, *, actor: Actor, limit: int = SHOWN) -> list[Unsure]:
    """Recent matters that nobody has checked, least certain first."""
    spoken = select(Label.id).where(Label.matter_id == Matter.id, Label.field == "area").exists()
    recent = (
        select(Matter.id, Matter.area_key)
        .where(
            queries.visible_to(actor),
            Matter.area_source == Source.MODEL,
            Matter.status.not_in(_NEVER),
            Matter.text != "",
            ~spoken,
        )
        .order_by(Matter.received_at.desc(), Matter.id.desc())
        .limit(_LOOKED_AT)
        .subquery()
    )
    sure = func.coalesce(MatterReading.areas[(0, 1)].as_float(), 0.0)
    found = session.execute(
        select(recent.c.id, recent.c.area_key, MatterReading.areas, sure)
        .select_from(recent)
        .join(Matter, Matter.id == recent.c.id)
        .join(MatterReading, (MatterReading.matter_id == Matter.id) & deciding())
        .order_by(sure, recent.c.id.desc())
        .limit(limit)
    ).all()
    rows = {row.id: row for row in queries.rows_of(session, [one.id for one in found], actor=actor)}
    return [
        Unsure(rows[matter_id], area_key, confidence, tuple((str(k), float(s)) for k, s in areas[:_OFFERED]))
        for matter_id, area_key, areas, confidence in found
    ]


def confirm(session: Session, matter_id: int, *, actor: Actor, version: int, at: datetime) -> None:
    """Somebody looked: the area is right. Kept as a label; nothing is routed. Invalid when there is no area."""
    matter = open_matter(session, matter_id, actor=actor, version=version, permission=Permission.TRIAGE)
    if matter.area_key is None:
        raise Invalid("分野が決まっていない案件です。分野を選んでください。")
    Label(matter=matter, source=Source.STAFF, field="area", value=matter.area_key, staff_id=actor.id, at=at)
    note_change(matter, "confirmed", before=None, after=matter.area_key, actor=actor, at=at)
    matter.area_source = Source.STAFF
    record(session, matter, "matter.confirmed", actor=actor, at=at, area=matter.area_key)
