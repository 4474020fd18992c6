"""Tables: policy areas (分野) and routing rules."""

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback.db import Base
from feedback.departments.models import Department


class Area(Base):
    """A policy area of the city's taxonomy, and the department that handles it when no rule says otherwise."""

    __tablename__ = "areas"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    short_name: Mapped[str] = mapped_column(String(20))
    description: Mapped[str] = mapped_column(String(400), default="")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)

    department: Mapped[Department | None] = relationship(lazy="joined")


class RoutingRule(Base):
    """An exception to "area → department". Rules are tried in order of position; empty conditions match all."""

    __tablename__ = "routing_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(100))
    area_key: Mapped[str | None] = mapped_column(ForeignKey("areas.key"))
    kind: Mapped[str | None] = mapped_column(String(16))
    words: Mapped[list[str]] = mapped_column(JSON, default=list)
    district: Mapped[str | None] = mapped_column(String(64))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    active: Mapped[bool] = mapped_column(default=True)

    department: Mapped[Department] = relationship(lazy="joined")
