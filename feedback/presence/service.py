"""Saying that one is at a matter, and hearing who else is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback.opinions.details import require_visible
from feedback.presence.models import Presence
from feedback.staff.models import Staff
from feedback.staff.rules import Actor

LEASE = timedelta(seconds=60)
"""Whoever has not been heard of for so long has left; open pages speak every 25 seconds."""


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else who has the matter open."""

    name: str
    editing: bool


def stay(session: Session, matter_id: int, *, actor: Actor, editing: bool, at: datetime) -> list[Other]:
    """Note that the actor has the matter open, and return who else has, by name. NotFound when it is not theirs."""
    require_visible(session, matter_id, actor=actor)
    session.execute(delete(Presence).where(Presence.until <= at))
    mine = session.get(Presence, (matter_id, actor.id))
    if mine is None:
        session.add(Presence(matter_id=matter_id, staff_id=actor.id, editing=editing, until=at + LEASE))
    else:
        mine.editing, mine.until = editing, at + LEASE
    others = session.execute(
        select(Staff.name, Presence.editing)
        .join(Staff, Staff.id == Presence.staff_id)
        .where(Presence.matter_id == matter_id, Presence.staff_id != actor.id)
        .order_by(Staff.name)
    )
    return [Other(*row) for row in others]


def leave(session: Session, matter_id: int, *, actor: Actor) -> None:
    """The actor has closed the matter."""
    session.execute(delete(Presence).where(Presence.matter_id == matter_id, Presence.staff_id == actor.id))
