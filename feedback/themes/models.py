"""Tables: themes, and which matter belongs to which. Derived from matters, and made anew from them at any time."""

from datetime import date

from sqlalchemy import JSON, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base


class Theme(Base):
    """Something that people of an area write about, month after month.

    ``key``: area, month of its beginning and its first word, by which it keeps its row. ``words``: what it is labelled
    with, as citizens write them. ``colour``: 0 to 7, kept for life.
    """

    __tablename__ = "themes"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    area_key: Mapped[str] = mapped_column(ForeignKey("areas.key"), index=True)
    words: Mapped[list[str]] = mapped_column(JSON)
    first_month: Mapped[date]
    last_month: Mapped[date]
    colour: Mapped[int] = mapped_column(SmallInteger)


class ThemeMember(Base):
    """A matter's place in a theme. ``weight``: how much of the theme its words hold; the heaviest speak for it."""

    __tablename__ = "theme_members"

    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"), primary_key=True, autoincrement=False)
    theme_id: Mapped[int] = mapped_column(ForeignKey("themes.id"), index=True)
    weight: Mapped[int]
