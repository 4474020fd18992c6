"""Tables: submissions (通), their parts, matters (件), readings, labels, history, notes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback.citizens.models import Citizen
from feedback.db import Base
from feedback.departments.models import Department
from feedback.opinions.rules import (
    OPEN_STATUSES,
    Channel,
    Kind,
    MatterStatus,
    Outcome,
    PartKind,
    Source,
    receipt_number,
)
from feedback.routing.models import Area
from feedback.staff.models import Staff

OPEN_SQL = f"status IN ({', '.join(repr(str(status)) for status in sorted(OPEN_STATUSES))})"
"""Matters somebody has to work on. Queries must say it in these very words, or SQLite ignores the partial indexes."""
_OPEN = sql(OPEN_SQL)


class Submission(Base):
    """One 通: what a person sent in one go, over one channel. Its receipt number is public, its id is not."""

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("channel", "source_id"),
        Index("ix_submissions_citizen", "citizen_id", "last_part_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel]
    source_id: Mapped[str | None] = mapped_column(String(100))
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"))
    received_at: Mapped[datetime]
    last_part_at: Mapped[datetime]
    age_band: Mapped[str | None] = mapped_column(String(16))
    district: Mapped[str | None] = mapped_column(String(64))
    sender_name: Mapped[str | None] = mapped_column(String(100))
    sender_contact: Mapped[str | None] = mapped_column(String(254))
    wants_reply: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str | None] = mapped_column(String(16))
    erased_at: Mapped[datetime | None]

    citizen: Mapped[Citizen | None] = relationship(lazy="raise")
    parts: Mapped[list["Part"]] = relationship(
        back_populates="submission",
        order_by="(Part.sent_at, Part.id)",
        cascade="all, delete-orphan",
        lazy="raise",
    )
    matters: Mapped[list["Matter"]] = relationship(back_populates="submission", order_by="Matter.number", lazy="raise")

    @property
    def receipt_number(self) -> str:
        """The number told to the citizen, such as R8-000123."""
        return receipt_number(self.id, self.received_at)


class Part(Base):
    """One message of a submission: words, a photo, a place, a sticker. Original words are never changed.

    ``line_message_key`` is the keyed hash of LINE's message id, by which an unsend finds it.
    """

    __tablename__ = "parts"
    __table_args__ = (Index("ix_parts_submission", "submission_id", "sent_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    kind: Mapped[PartKind]
    text: Mapped[str | None] = mapped_column(Text)
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    place_title: Mapped[str | None] = mapped_column(String(200))
    place_address: Mapped[str | None] = mapped_column(String(200))
    line_message_key: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    line_event_id: Mapped[int | None] = mapped_column(BigInteger)
    sent_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]

    submission: Mapped[Submission] = relationship(back_populates="parts", lazy="raise")
    attachment: Mapped["Attachment | None"] = relationship(
        back_populates="part", cascade="all, delete-orphan", lazy="raise"
    )


_TO_DO = sql("due_at IS NOT NULL")


class Attachment(Base):
    """The file behind a part: fetched from LINE by the worker, or uploaded by staff.

    ``state``: pending, stored, failed, gone (LINE no longer has it), erased. ``due_at``: when the worker looks at
    it next, to fetch it or to delete the stored file; None when there is nothing to do.
    """

    __tablename__ = "attachments"
    __table_args__ = (Index("ix_attachments_due", "due_at", postgresql_where=_TO_DO, sqlite_where=_TO_DO),)

    id: Mapped[int] = mapped_column(primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("parts.id"), unique=True)
    line_message_id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(16), default="pending")
    content_type: Mapped[str | None] = mapped_column(String(100))
    size: Mapped[int | None]
    storage_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    file_name: Mapped[str | None] = mapped_column(String(200))
    problem: Mapped[str | None] = mapped_column(String(200))
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    due_at: Mapped[datetime | None]

    part: Mapped[Part] = relationship(back_populates="attachment", lazy="raise")


_PLANNED = sql("planned_month IS NOT NULL")


class Matter(Base):
    """One 件: one wish about one thing. Area, kind, department, status and outcome belong here.

    ``version`` counts changes, so that two people editing at once are noticed. ``planned_month``: the first day of the
    month for which 反映予定 is planned; ``reflected_on``: the day of 反映済.
    ``due_fixed``: staff set ``due_on`` by hand, so corrections and re-routing leave it alone.
    """

    __tablename__ = "matters"
    __table_args__ = (
        UniqueConstraint("submission_id", "number"),
        Index("ix_matters_received", "received_at", "id"),
        Index("ix_matters_department_received", "department_id", "received_at", "id"),
        Index(
            "ix_matters_open_department",
            "department_id",
            "due_on",
            "id",
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        Index("ix_matters_open_due", "due_on", "id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index(
            "ix_matters_open_urgent",
            "due_on",
            "id",
            postgresql_where=sql(f"urgent IS true AND {OPEN_SQL}"),
            sqlite_where=sql(f"urgent IS 1 AND {OPEN_SQL}"),
        ),
        Index(
            "ix_matters_open_bounced",
            "due_on",
            "id",
            postgresql_where=sql(f"bounces > 0 AND {OPEN_SQL}"),
            sqlite_where=sql(f"bounces > 0 AND {OPEN_SQL}"),
        ),
        Index("ix_matters_department_kind", "department_id", "kind", "received_at", "id"),
        Index("ix_matters_status_received", "status", "received_at", "id"),
        Index("ix_matters_area_received", "area_key", "received_at", "id"),
        Index("ix_matters_assignee", "assignee_id", "status"),
        Index("ix_matters_planned", "planned_month", "id", postgresql_where=_PLANNED, sqlite_where=_PLANNED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    number: Mapped[int] = mapped_column(SmallInteger, default=1)
    text: Mapped[str] = mapped_column(Text)
    channel: Mapped[Channel]
    area_key: Mapped[str | None] = mapped_column(ForeignKey("areas.key"))
    area_source: Mapped[Source] = mapped_column(default=Source.MODEL)
    kind: Mapped[Kind | None]
    urgent: Mapped[bool] = mapped_column(default=False)
    safety: Mapped[str | None] = mapped_column(String(16))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    status: Mapped[MatterStatus] = mapped_column(default=MatterStatus.RECEIVED)
    outcome: Mapped[Outcome | None]
    outcome_reason: Mapped[str | None] = mapped_column(Text)
    planned_month: Mapped[date | None]
    reflected_on: Mapped[date | None]
    due_on: Mapped[date | None]
    due_fixed: Mapped[bool] = mapped_column(default=False, server_default=false())
    received_at: Mapped[datetime]
    routed_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    bounces: Mapped[int] = mapped_column(SmallInteger, default=0)
    version: Mapped[int] = mapped_column(default=1)

    submission: Mapped[Submission] = relationship(back_populates="matters", lazy="raise")
    area: Mapped[Area | None] = relationship(lazy="raise")
    department: Mapped[Department] = relationship(lazy="raise")
    assignee: Mapped[Staff | None] = relationship(lazy="raise")
    readings: Mapped[list["MatterReading"]] = relationship(
        back_populates="matter", order_by="MatterReading.id", cascade="all, delete-orphan", lazy="raise"
    )
    labels: Mapped[list["Label"]] = relationship(
        back_populates="matter", order_by="Label.id", cascade="all, delete-orphan", lazy="raise"
    )
    history: Mapped[list["HistoryEntry"]] = relationship(
        back_populates="matter", order_by="HistoryEntry.id", cascade="all, delete-orphan", lazy="raise"
    )
    notes: Mapped[list["Note"]] = relationship(
        back_populates="matter", order_by="Note.id", cascade="all, delete-orphan", lazy="raise"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it from the class)


class MatterReading(Base):
    """What a model version made of a matter's text: scores and evidence as it gave them, never overwritten.

    ``again``: read again later, by a newer model, when this decided nothing any more.
    """

    __tablename__ = "matter_readings"

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"), index=True)
    model_version: Mapped[str] = mapped_column(String(64))
    area_key: Mapped[str | None] = mapped_column(String(32))
    areas: Mapped[list[list[Any]]] = mapped_column(JSON)
    also: Mapped[list[str]] = mapped_column(JSON)
    kind: Mapped[str | None] = mapped_column(String(16))
    urgency: Mapped[str] = mapped_column(String(8))
    safety: Mapped[str | None] = mapped_column(String(16))
    language: Mapped[str | None] = mapped_column(String(16))
    evidence: Mapped[list[str]] = mapped_column(JSON)
    personal_data: Mapped[list[list[Any]]] = mapped_column(JSON)
    read_at: Mapped[datetime]
    again: Mapped[bool] = mapped_column(default=False, server_default=false())

    matter: Mapped[Matter] = relationship(back_populates="readings", lazy="raise")


class Label(Base):
    """A person's word on what a matter is: a correction by staff or a choice by the citizen. Training data."""

    __tablename__ = "labels"

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"), index=True)
    source: Mapped[Source]
    field: Mapped[str] = mapped_column(String(16))
    value: Mapped[str | None] = mapped_column(String(64))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]

    matter: Mapped[Matter] = relationship(back_populates="labels", lazy="raise")


class HistoryEntry(Base):
    """One step in a matter's life, as staff read it: who did what, from what to what, why.

    ``kept``: what taking it back needs beside ``before``.
    """

    __tablename__ = "history_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"), index=True)
    at: Mapped[datetime]
    source: Mapped[Source]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str] = mapped_column(String(32))
    before: Mapped[str | None] = mapped_column(String(100))
    after: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str | None] = mapped_column(String(500))
    kept: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    matter: Mapped[Matter] = relationship(back_populates="history", lazy="raise")
    staff: Mapped[Staff | None] = relationship(lazy="raise")


class Note(Base):
    """An internal note; citizens never see it."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    matter: Mapped[Matter] = relationship(back_populates="notes", lazy="raise")
    staff: Mapped[Staff] = relationship(lazy="raise")
