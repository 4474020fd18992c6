"""Tables: the city's own days, service standards, the rules of deadlines, and which reminders were given."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base


class CityDay(Base):
    """A day on which the city hall is closed although others work (``is_open`` false), or open although others rest."""

    __tablename__ = "city_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_open: Mapped[bool]
    name: Mapped[str] = mapped_column(String(64), default="")


class ServiceStandard(Base):
    """Business days until an answer is due, for an area, a kind, both, or (both empty) everything else."""

    __tablename__ = "service_standards"
    __table_args__ = (UniqueConstraint("area_key", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    area_key: Mapped[str | None] = mapped_column(ForeignKey("areas.key"))
    kind: Mapped[str | None] = mapped_column(String(16))
    business_days: Mapped[int] = mapped_column(SmallInteger)


class DeadlineRules(Base):
    """The one row of `feedback.deadlines.rules.Discipline` as the city has set it."""

    __tablename__ = "deadline_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    soon_days: Mapped[int] = mapped_column(SmallInteger)
    approver_after: Mapped[int] = mapped_column(SmallInteger)
    desk_after: Mapped[int] = mapped_column(SmallInteger)
    notice_hour: Mapped[int] = mapped_column(SmallInteger)
    least_after_reroute: Mapped[int] = mapped_column(SmallInteger)
    most_extension: Mapped[int] = mapped_column(SmallInteger)
    bounces_before_desk: Mapped[int] = mapped_column(SmallInteger)


class Reminder(Base):
    """A reminder that was given: once for a matter, a level and a due date. It goes with its matter."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("matter_id", "level", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id", ondelete="CASCADE"))
    level: Mapped[str] = mapped_column(String(16))
    due_on: Mapped[date]
    at: Mapped[datetime]
