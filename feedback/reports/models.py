"""Tables: reports, their commentaries, the citizens' words they quote, and the files of archived ones."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback.db import Base
from feedback.departments.models import Department
from feedback.reports.rules import ReportState
from feedback.reports.tables import ReportKind
from feedback.staff.models import Staff


class StoredReport(Base):
    """One report. ``content`` is its canonical JSON without the words of citizens (`StoredQuote` has those).

    ``year``: fiscal year by its first calendar year; ``month`` (1 to 12) when it is of one month. ``cut_off``: the last
    change of the data it was made of.
    """

    __tablename__ = "reports"
    __table_args__ = (Index("ix_reports_kind", "kind", "year", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ReportKind]
    year: Mapped[int] = mapped_column(SmallInteger)
    month: Mapped[int | None] = mapped_column(SmallInteger)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    area_key: Mapped[str | None] = mapped_column(ForeignKey("areas.key"))
    state: Mapped[ReportState] = mapped_column(default=ReportState.BUILDING)
    content: Mapped[str | None] = mapped_column(Text)
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    cut_off: Mapped[datetime | None]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    commented_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    department: Mapped[Department | None] = relationship(lazy="raise")
    created_by: Mapped[Staff | None] = relationship(foreign_keys=created_by_id, lazy="raise")
    approved_by: Mapped[Staff | None] = relationship(foreign_keys=approved_by_id, lazy="raise")
    commentaries: Mapped[list["Commentary"]] = relationship(cascade="all, delete-orphan", lazy="raise")
    quotes: Mapped[list["StoredQuote"]] = relationship(cascade="all, delete-orphan", lazy="raise")
    files: Mapped[list["ReportFile"]] = relationship(cascade="all, delete-orphan", lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it from the class)


class Commentary(Base):
    """What staff write (所見) about one section of a report."""

    __tablename__ = "report_commentaries"
    __table_args__ = (UniqueConstraint("report_id", "section"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    section: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class StoredQuote(Base):
    """The beginning of a citizen's words, masked, as a report quotes them. Gone as soon as the words are taken back."""

    __tablename__ = "report_quotes"

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id"), primary_key=True, index=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)


class ReportFile(Base):
    """A file of an archived report. ``content`` is None once words that it quotes were taken back; the hash stays."""

    __tablename__ = "report_files"
    __table_args__ = (UniqueConstraint("report_id", "format"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    format: Mapped[str] = mapped_column(String(8))
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
