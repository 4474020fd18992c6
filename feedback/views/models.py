"""Tables: saved views of the inbox, and which of them opens first."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base


class SavedView(Base):
    """A name for what an address of the inbox asks for; ``query`` holds its arguments.

    ``shared``: everybody sees it in their list (never more matters than are theirs). ``removed_at``: taken away, and
    for a day it can be brought back.
    """

    __tablename__ = "saved_views"
    __table_args__ = (Index("ix_saved_views_staff", "staff_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[dict[str, str]] = mapped_column(JSON)
    shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class DefaultView(Base):
    """The view with which a person's inbox opens."""

    __tablename__ = "default_views"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_views.id", ondelete="CASCADE"), index=True)
