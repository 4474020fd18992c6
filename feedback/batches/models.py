"""Table: changes made to many matters at once."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base


class Batch(Base):
    """What somebody did to many matters in one go: how each stood before, and why some stayed as they were.

    ``changed``: [matter id, version after it, {column: value before}]; ``refused``: [matter id, reason in words,
    receipt number if the person could see the matter].
    """

    __tablename__ = "batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(16))
    changed: Mapped[list[list[Any]]] = mapped_column(JSON)
    refused: Mapped[list[list[Any]]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None]
