"""Tables: whom notes mention, and files attached to notes."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base


class Mention(Base):
    """A note calls on a colleague, who can see its matter; ``seen_at`` when they said that they read it."""

    __tablename__ = "mentions"
    __table_args__ = (Index("ix_mentions_staff", "staff_id", "seen_at"),)

    note_id: Mapped[int] = mapped_column(
        ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime | None]


class LooseFile(Base):
    """A file in the media store that belongs to nothing yet: its note is about to be written, or never was."""

    __tablename__ = "loose_files"

    storage_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    stored_at: Mapped[datetime]


class NoteFile(Base):
    """A file of staff beside a note; its content lies in the media store."""

    __tablename__ = "note_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id", ondelete="CASCADE"), index=True)
    storage_key: Mapped[str] = mapped_column(String(64), unique=True)
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    file_name: Mapped[str] = mapped_column(String(200))
