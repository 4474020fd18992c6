"""Tables: models learnt from the city's opinions, and which of them read from when on."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base


class ModelVersion(Base):
    """A model on disk, in the folder of its version's name. The one that ships with machikoe has no row.

    ``taxonomy`` tells the city's set of areas at the time; ``learned_until``: later labels were not learnt from;
    ``metrics``: the comparison with the model in use then (`rules.Comparison`); ``trouble``: why it cannot be read.
    """

    __tablename__ = "model_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(64), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    data_sha256: Mapped[str] = mapped_column(String(64))
    taxonomy: Mapped[str] = mapped_column(String(16))
    texts: Mapped[int]
    corrections: Mapped[int]
    learned_until: Mapped[datetime | None]
    metrics: Mapped[dict[str, Any]] = mapped_column(JSON)
    trained_at: Mapped[datetime]
    trained_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    trouble: Mapped[str | None] = mapped_column(String(300))


class ModelActivation(Base):
    """From when on a model reads; the newest row is in force. ``model_id`` None: the one that ships."""

    __tablename__ = "model_activations"

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int | None] = mapped_column(ForeignKey("model_versions.id"))
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    forced: Mapped[bool] = mapped_column(default=False)
