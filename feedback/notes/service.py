"""Writing internal notes: with mentions of colleagues, with a file. Raises as `feedback.opinions.service` does."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback.errors import Invalid
from feedback.notes import rules
from feedback.notes.models import Mention, NoteFile
from feedback.opinions import service as opinions
from feedback.opinions.details import require_visible
from feedback.opinions.models import Matter, Note
from feedback.ports import MediaStore
from feedback.staff.models import Staff
from feedback.staff.rules import Actor
from feedback.staff.service import actor_of


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to attach, as the browser sent it."""

    name: str
    content: bytes


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
    file: NewFile | None = None,
    store: MediaStore | None = None,
) -> Called:
    """Add a note. A mention gives nobody access: who may not see the matter hears nothing, and the writer is told."""
    checked = _checked(file) if file is not None else None
    note = opinions.add_note(session, matter_id, actor=actor, at=at, text=text)
    if checked is not None:
        if store is None:
            raise Invalid("ファイルの保存先が設定されていません。システム管理者に連絡してください。")
        session.add(_kept(note, checked, store))
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
    department_id = session.scalars(select(Matter.department_id).where(Matter.id == matter_id)).one()
    told, without_access = [], []
    for staff_id in rules.mentioned(note.text, {key: one.name for key, one in people.items()}):
        if actor_of(people[staff_id]).sees(department_id):
            session.add(Mention(note_id=note.id, staff_id=staff_id))
            told.append(people[staff_id].name)
        else:
            without_access.append(people[staff_id].name)
    return Called(told, without_access)


def _checked(file: NewFile) -> tuple[str, str, bytes]:
    """Name, content type and content of a file that may be kept."""
    name = rules.safe_name(file.name)
    if len(file.content) > rules.LARGEST_FILE:
        raise Invalid(f"ファイルは{rules.LARGEST_FILE // 1024 // 1024}MBまでです。")
    content_type = rules.file_type(name, file.content)
    if content_type is None:
        raise Invalid(f"このファイルは付けられません。付けられるのは、{rules.FILE_NAMES}です。マクロ入りは除きます。")
    return name, content_type, file.content


def _kept(note: Note, checked: tuple[str, str, bytes], store: MediaStore) -> NoteFile:
    name, content_type, content = checked
    key = secrets.token_hex(16)
    store.put(key, content, content_type=content_type)
    return NoteFile(note_id=note.id, storage_key=key, content_type=content_type, size=len(content), file_name=name)
