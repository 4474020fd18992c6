"""Tables: deliveries of a survey, the calls each is made of, who gets it, who wants none."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, SmallInteger, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from feedback.db import Base


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PLANNED = "planned"
    PAUSED = "paused"
    DONE = "done"


class CallState(StrEnum):
    """What became of one call. ``calling``: begun, and the outcome not known; repeated under the same key only."""

    WAITING = "waiting"
    CALLING = "calling"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class SurveyDelivery(Base):
    """One sending of a survey. ``audience`` and ``frame`` document who was asked, the seed of a sample included."""

    __tablename__ = "survey_deliveries"

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"), index=True)
    audience: Mapped[dict[str, Any]] = mapped_column(JSON)
    frame: Mapped[list[Any]] = mapped_column(JSON)
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.PLANNED)
    reason: Mapped[str | None] = mapped_column(String(200))
    recipients: Mapped[int]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    finished_at: Mapped[datetime | None]


class SurveyDeliveryCall(Base):
    """One call of LINE's multicast. The retry key is there before the first try."""

    __tablename__ = "survey_delivery_calls"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("survey_deliveries.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    retry_key: Mapped[UUID] = mapped_column(Uuid)
    state: Mapped[CallState] = mapped_column(default=CallState.WAITING)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    first_tried_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class SurveyRecipient(Base):
    """Who gets a delivery, and by which call."""

    __tablename__ = "survey_recipients"
    __table_args__ = ({"sqlite_with_rowid": False},)

    delivery_id: Mapped[int] = mapped_column(ForeignKey("survey_deliveries.id"), primary_key=True)
    call: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), primary_key=True, index=True)


class SurveyUnsubscription(Base):
    """A citizen who wants no surveys sent."""

    __tablename__ = "survey_unsubscriptions"

    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
