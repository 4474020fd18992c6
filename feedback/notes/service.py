"""Writing internal notes: with mentions of colleagues, with a file. Raises as `feedback.opinions.service` does."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback.notes import files, rules
from feedback.notes.files import StoredFile
from feedback.notes.models import Mention, NoteFile
from feedback.notices.rules import NoticeKind
from feedback.opinions import service as opinions
from feedback.opinions.details import require_visible
from feedback.opinions.models import Matter, Note
from feedback.opinions.telling import tell
from feedback.staff.models import Staff
from feedback.staff.rules import Actor
from feedback.staff.service import actor_of


@dataclass(frozen=True, slots=True)
class Called:
    """Names of those a note mentions: who will hear of it, and who may not see the matter and therefore will not."""

    told: list[str]
    without_access: list[str]


def write(
    session: Session,
    matter_id: int,
    *,
    actor: Actor,
    at: datetime,
    text: str,
    file: StoredFile | None = None,
) -> Called:
    """Add a note. A mention gives nobody access: who may not see the matter hears nothing, and the writer is told."""
    note = opinions.add_note(session, matter_id, actor=actor, at=at, text=text)
    if file is not None:
        files.take(session, file, at=at)
        session.add(
            NoteFile(
                note_id=note.id,
                storage_key=file.storage_key,
                content_type=file.content_type,
                size=file.size,
                file_name=file.name,
            )
        )
    called = _call(session, note, matter_id)
    session.flush()
    return called


def say_seen(session: Session, matter_id: int, *, actor: Actor, at: datetime) -> None:
    """The actor has read every note of the matter that mentions them."""
    require_visible(session, matter_id, actor=actor)
    session.execute(
        update(Mention)
        .where(
            Mention.staff_id == actor.id,
            Mention.seen_at.is_(None),
            Mention.note_id.in_(select(Note.id).where(Note.matter_id == matter_id)),
        )
        .values(seen_at=at)
        .execution_options(synchronize_session=False)
    )


def _call(session: Session, note: Note, matter_id: int) -> Called:
    if "@" not in note.text and "＠" not in note.text:
        return Called([], [])
    people = {one.id: one for one in session.scalars(select(Staff).where(Staff.active, Staff.id != note.staff_id))}
    matter = session.get_one(Matter, matter_id)
    told, without_access, ids = [], [], []
    for staff_id in rules.mentioned(note.text, {key: one.name for key, one in people.items()}):
        if actor_of(people[staff_id]).sees(matter.department_id):
            session.add(Mention(note_id=note.id, staff_id=staff_id))
            told.append(people[staff_id].name)
            ids.append(staff_id)
        else:
            without_access.append(people[staff_id].name)
    tell(session, matter, ids, kind=NoticeKind.MENTION, now=note.at)
    return Called(told, without_access)
