"""Files of staff on their way to a note: stored outside any transaction, so that none waits for a slow store.

Told of first (`announce`), then stored, then taken by the note's transaction. Killed anywhere between, the file is
known and swept later; a note never points at a file that is not there.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback.errors import Invalid
from feedback.notes import rules
from feedback.notes.models import LooseFile
from feedback.opinions.service import open_matter
from feedback.staff.rules import Actor

SWEPT_AFTER = timedelta(hours=1)
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to attach, as the browser sent it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store. ``size`` in bytes."""

    storage_key: str
    name: str
    content_type: str
    size: int


def announce(session: Session, matter_id: int, file: NewFile, *, actor: Actor, at: datetime) -> StoredFile:
    """Check a file for a note of a matter and say under which key it is about to be stored.

    Raises as `feedback.opinions.service` does; Invalid also for a file that may not be attached.
    """
    open_matter(session, matter_id, actor=actor, version=None)
    name = rules.safe_name(file.name)
    if len(file.content) > rules.LARGEST_FILE:
        raise Invalid(f"ファイルは{rules.LARGEST_FILE // 1024 // 1024}MBまでです。")
    content_type = rules.file_type(name, file.content)
    if content_type is None:
        raise Invalid(f"このファイルは付けられません。付けられるのは、{rules.FILE_NAMES}です。マクロ入りは除きます。")
    key = secrets.token_hex(16)
    session.add(LooseFile(storage_key=key, stored_at=at))
    return StoredFile(key, name, content_type, len(file.content))


def take(session: Session, file: StoredFile, *, at: datetime) -> None:
    """The file belongs to something from now on. Invalid: it waited so long that it is about to be swept."""
    known = LooseFile.storage_key == file.storage_key, LooseFile.stored_at >= at - SWEPT_AFTER
    taken = session.execute(delete(LooseFile).where(*known).returning(LooseFile.storage_key)).all()
    if not taken:
        raise Invalid("ファイルの受け取りに時間がかかりすぎました。もう一度付けてください。")


def orphans(session: Session, *, now: datetime) -> Sequence[str]:
    """Keys of files that nothing took within an hour, and now nothing can."""
    old = select(LooseFile.storage_key).where(LooseFile.stored_at < now - SWEPT_AFTER)
    return session.scalars(old.order_by(LooseFile.stored_at).limit(_AT_ONCE)).all()


def forget(session: Session, keys: Sequence[str]) -> None:
    """The files are deleted from the store."""
    session.execute(delete(LooseFile).where(LooseFile.storage_key.in_(keys)))
