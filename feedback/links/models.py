"""Tables: links between matters, and groups of matters."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base
from feedback.links.rules import LinkKind


class MatterLink(Base):
    """What one matter is to another: it is related to, a duplicate of, or a follow-up of ``other_id``."""

    __tablename__ = "matter_links"
    __table_args__ = (UniqueConstraint("matter_id", "other_id"), Index("ix_matter_links_other", "other_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("matters.id", ondelete="CASCADE"))
    kind: Mapped[LinkKind]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class GroupedMatter(Base):
    """A matter that staff put into a group, to be answered together. ``group_id``: the matter the group began with."""

    __tablename__ = "grouped_matters"
    __table_args__ = (Index("ix_grouped_matters_group", "group_id"),)

    matter_id: Mapped[int] = mapped_column(
        ForeignKey("matters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    group_id: Mapped[int] = mapped_column(Integer)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
