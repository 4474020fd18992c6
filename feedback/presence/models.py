"""Table: who has which matter open."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base


class Presence(Base):
    """A person at a matter until a moment that their open page keeps moving on; ``editing`` once they began to type."""

    __tablename__ = "presences"

    matter_id: Mapped[int] = mapped_column(
        ForeignKey("matters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    editing: Mapped[bool] = mapped_column(default=False)
    until: Mapped[datetime] = mapped_column(index=True)
