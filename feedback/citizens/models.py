"""Tables: citizens and the state of their conversation with the bot."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback.db import Base


class Consent(StrEnum):
    """Whether a citizen let the city keep what they write."""

    UNASKED = "unasked"
    GIVEN = "given"
    REFUSED = "refused"


class Citizen(Base):
    """Somebody who wrote to the account. Known by a keyed hash; the LINE id itself only after consent."""

    __tablename__ = "citizens"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    line_user_id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    consent: Mapped[Consent] = mapped_column(default=Consent.UNASKED)
    consent_version: Mapped[str | None] = mapped_column(String(16))
    consent_at: Mapped[datetime | None]
    reachable: Mapped[bool] = mapped_column(default=True)
    age_band: Mapped[str | None] = mapped_column(String(16))
    district: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16), default="ja")
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]

    conversation: Mapped["Conversation | None"] = relationship(
        back_populates="citizen", cascade="all, delete-orphan", lazy="raise"
    )


class Conversation(Base):
    """Where a citizen stands in the conversation: a flow's name and its small data, never their words."""

    __tablename__ = "conversations"

    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), primary_key=True)
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
    updated_at: Mapped[datetime]

    citizen: Mapped[Citizen] = relationship(back_populates="conversation", lazy="raise")
