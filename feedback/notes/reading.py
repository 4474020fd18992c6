"""The notes of a matter with their files, as its page shows them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.notes.models import NoteFile
from feedback.opinions.models import Note
from feedback.staff.models import Staff


@dataclass(frozen=True, slots=True)
class NoteFileView:
    """A file beside a note. ``size`` in bytes."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class NoteView:
    """An internal note."""

    staff: str
    at: datetime
    text: str
    files: list[NoteFileView]


def notes_of(session: Session, matter_id: int) -> list[NoteView]:
    """The notes of a matter, oldest first. For callers who know that the actor may see it."""
    rows = session.execute(
        select(Note.id, Staff.name, Note.at, Note.text, NoteFile.id, NoteFile.file_name, NoteFile.size)
        .join(Staff, Staff.id == Note.staff_id)
        .outerjoin(NoteFile, NoteFile.note_id == Note.id)
        .where(Note.matter_id == matter_id)
        .order_by(Note.id, NoteFile.id)
    )
    found: dict[int, NoteView] = {}
    for note_id, staff, at, text, file_id, name, size in rows:
        note = found.setdefault(note_id, NoteView(staff, at, text, []))
        if file_id is not None:
            note.files.append(NoteFileView(file_id, name, size))
    return list(found.values())
