"""Reads of notes: files beside them, mentions waiting to be read, whom one can mention."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from feedback.errors import NotFound
from feedback.notes.models import Mention, NoteFile
from feedback.opinions.details import require_visible
from feedback.opinions.models import Matter, Note
from feedback.staff.models import Staff
from feedback.staff.rules import PERMISSIONS, Actor, Permission


@dataclass(frozen=True, slots=True)
class Waiting:
    """A note that mentions the actor and that they have not said they read."""

    staff: str
    at: datetime


def waiting(session: Session, matter_id: int, *, actor: Actor) -> list[Waiting]:
    """Notes of a matter that call the actor. NotFound when the matter is not theirs to see."""
    require_visible(session, matter_id, actor=actor)
    rows = session.execute(
        select(Staff.name, Note.at)
        .join(Note, Note.staff_id == Staff.id)
        .join(Mention, Mention.note_id == Note.id)
        .where(Note.matter_id == matter_id, Mention.staff_id == actor.id, Mention.seen_at.is_(None))
        .order_by(Note.id)
    )
    return [Waiting(*row) for row in rows]


def mentionable(session: Session, matter_id: int, *, actor: Actor) -> list[str]:
    """Names of those who may see a matter and can therefore be mentioned in its notes, its own department first."""
    require_visible(session, matter_id, actor=actor)
    department_id = session.scalars(select(Matter.department_id).where(Matter.id == matter_id)).one()
    seeing_all = [role for role, granted in PERMISSIONS.items() if Permission.VIEW_ALL_MATTERS in granted]
    here = Staff.department_id == department_id
    rows = session.execute(
        select(Staff.name)
        .where(Staff.active, Staff.id != actor.id, or_(here, Staff.role.in_(seeing_all)))
        .order_by(here.desc().nulls_last(), Staff.name)
    )
    return list(dict.fromkeys(rows.scalars()))


def file_of(session: Session, matter_id: int, file_id: int, *, actor: Actor) -> NoteFile:
    """A file attached to a note of a matter. NotFound unless the actor may see the matter."""
    require_visible(session, matter_id, actor=actor)
    found = session.scalar(
        select(NoteFile)
        .join(Note, Note.id == NoteFile.note_id)
        .where(NoteFile.id == file_id, Note.matter_id == matter_id)
    )
    if found is None:
        raise NotFound("ファイルが見つかりません。")
    return found


def texts_of(session: Session, matter_ids: Sequence[int]) -> dict[int, list[str]]:
    """The notes of matters, oldest first."""
    rows = session.execute(select(Note.matter_id, Note.text).where(Note.matter_id.in_(matter_ids)).order_by(Note.id))
    found: dict[int, list[str]] = {}
    for matter_id, text in rows:
        found.setdefault(matter_id, []).append(text)
    return found
