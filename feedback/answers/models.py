"""Tables: answers, their versions, the route and history of approval, deputies, templates, ratings."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback.answers.group_rules import Obstacle
from feedback.answers.rules import AnswerState, ApprovalAction, Method, StepState
from feedback.db import Base
from feedback.opinions.models import Matter
from feedback.staff.models import Staff

_UNFINISHED = sql("state IN ('draft', 'in_approval', 'approved')")


class Answer(Base):
    """One answer to a matter, from its first draft to its way out. A matter has at most one unfinished answer.

    ``handed_over``: how it reached the citizen where the system does not send it. ``round`` counts submissions.
    """

    __tablename__ = "answers"
    __table_args__ = (
        Index(
            "uq_answers_unfinished", "matter_id", unique=True, postgresql_where=_UNFINISHED, sqlite_where=_UNFINISHED
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"), index=True)
    drafter_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[AnswerState] = mapped_column(default=AnswerState.DRAFT)
    method: Mapped[Method]
    body: Mapped[str] = mapped_column(Text)
    handed_over: Mapped[str | None] = mapped_column(String(300))
    round: Mapped[int] = mapped_column(SmallInteger, default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    matter: Mapped[Matter] = relationship(lazy="raise")
    drafter: Mapped[Staff] = relationship(lazy="raise")
    versions: Mapped[list["AnswerVersion"]] = relationship(
        order_by="AnswerVersion.number", cascade="all, delete-orphan", lazy="raise"
    )
    steps: Mapped[list["ApprovalStep"]] = relationship(
        order_by="(ApprovalStep.round, ApprovalStep.position)", cascade="all, delete-orphan", lazy="raise"
    )
    events: Mapped[list["ApprovalEvent"]] = relationship(
        order_by="ApprovalEvent.id", cascade="all, delete-orphan", lazy="raise"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it from the class)


class AnswerMember(Base):
    """Staff's word on whether a matter of the group gets an answer too, given while it was drafted.

    ``department_id``: whose matter it was then. ``left_out``: why it did not get the answer in the end. ``copy_id``:
    the matter's own answer, written when this one was decided.
    """

    __tablename__ = "answer_members"

    answer_id: Mapped[int] = mapped_column(
        ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    matter_id: Mapped[int] = mapped_column(
        ForeignKey("matters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    wanted: Mapped[bool]
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    left_out: Mapped[Obstacle | None]
    copy_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id"), unique=True)


class AnswerVersion(Base):
    """The words of a draft as somebody saved them. Never changed."""

    __tablename__ = "answer_versions"
    __table_args__ = (UniqueConstraint("answer_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class ApprovalStep(Base):
    """One reviewer's place in the route of a submission; the last one decides (決裁)."""

    __tablename__ = "approval_steps"
    __table_args__ = (
        UniqueConstraint("answer_id", "round", "position"),
        Index("ix_approval_steps_reviewer", "reviewer_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    position: Mapped[int] = mapped_column(SmallInteger)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[StepState] = mapped_column(default=StepState.WAITING)

    reviewer: Mapped[Staff] = relationship(lazy="raise")


class ApprovalEvent(Base):
    """What happened on the way of an answer: who, for whom (代決), with which words. Never changed."""

    __tablename__ = "approval_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"), index=True)
    round: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[ApprovalAction]
    version_number: Mapped[int] = mapped_column(SmallInteger)
    comment: Mapped[str | None] = mapped_column(String(1000))


class Deputy(Base):
    """Who decides in somebody's place from one day to another (代決), both included."""

    __tablename__ = "deputies"

    id: Mapped[int] = mapped_column(primary_key=True)
    absent_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    created_at: Mapped[datetime]


class AnswerTemplate(Base):
    """A ready-made beginning of an answer, with variables."""

    __tablename__ = "answer_templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    body: Mapped[str] = mapped_column(Text)
    area_key: Mapped[str | None] = mapped_column(ForeignKey("areas.key"))
    active: Mapped[bool] = mapped_column(default=True)


class TransferGuide(Base):
    """Whom a matter may be handed on to (移送), and the words the citizen receives then."""

    __tablename__ = "transfer_guides"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    body: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)


class AnswerRating(Base):
    """What a citizen thinks of an answer; their own words only as long as they let us keep them.

    ``line_message_key``: keyed hash of LINE's id of the message that holds the words, by which an unsend finds them.
    """

    __tablename__ = "answer_ratings"

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id"), unique=True)
    helpful: Mapped[bool]
    comment: Mapped[str | None] = mapped_column(Text)
    line_message_key: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    rated_at: Mapped[datetime]
    commented_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
