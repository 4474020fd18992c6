"""Table: versions of the taxonomy (分野の見直し)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base
from feedback.taxonomy.rules import Operation


class TaxonomyVersion(Base):
    """One change of the areas; ``number`` is that of the taxonomy that it made.

    ``sources`` and ``targets`` are keys of areas. ``moved``: what it did to open matters and routing rules, and how
    the areas stood before, so that it can be taken back (`service.undo`).
    """

    __tablename__ = "taxonomy_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    operation: Mapped[Operation]
    sources: Mapped[list[str]] = mapped_column(JSON)
    targets: Mapped[list[str]] = mapped_column(JSON)
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None]
