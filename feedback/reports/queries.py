"""Reads of stored reports, as far as somebody may see them."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, select, true
from sqlalchemy.orm import Session, aliased

from feedback.departments.models import Department
from feedback.errors import NotFound
from feedback.reports.building import Wanted
from feedback.reports.models import Commentary, ReportFile, StoredQuote, StoredReport
from feedback.reports.rules import STATE_NAMES, ReportState
from feedback.reports.tables import KIND_NAMES, Report, ReportKind, from_json, with_cells, with_commentary
from feedback.routing.models import Area
from feedback.staff.models import Staff
from feedback.staff.rules import Actor, Permission, Role

LISTED = 100


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report as a list shows it."""

    id: int
    kind: ReportKind
    wanted: Wanted
    of_whom: str
    state: ReportState
    version: int
    cut_off: datetime | None
    content_sha256: str | None
    job_id: int | None
    created_by: str | None
    creator_role: Role | None
    created_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    archived_at: datetime | None

    @property
    def title(self) -> str:
        """Kind and period."""
        return f"{KIND_NAMES[self.kind]} {self.wanted.period.name}"

    @property
    def state_name(self) -> str:
        """Where it stands, in words."""
        return STATE_NAMES[self.state]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A kept file. ``is_there``: words that it quotes were not taken back since."""

    format: str
    sha256: str
    size: int
    is_there: bool


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report with its content (None while it is being built), the words it may quote, and its files."""

    row: ReportRow
    report: Report | None
    files: tuple[FileRow, ...]
    writers: frozenset[int]


def visible(actor: Actor) -> ColumnElement[bool]:
    """Condition on `StoredReport`: the actor may see it (as `rules.may_see`)."""
    if not actor.may(Permission.VIEW_REPORTS):
        return false()
    if actor.sees_all:
        return true()
    return and_(StoredReport.kind == ReportKind.DEPARTMENT, StoredReport.department_id == (actor.department_id or -1))


def listed(session: Session, *, actor: Actor) -> list[ReportRow]:
    """The newest reports."""
    return _rows(session, visible(actor))


def archived_like(session: Session, row: ReportRow, *, actor: Actor) -> list[ReportRow]:
    """Earlier archived reports of the same kind about the same department or area, to compare with."""
    same = and_(
        StoredReport.kind == row.kind,
        StoredReport.state == ReportState.ARCHIVED,
        StoredReport.id != row.id,
        StoredReport.department_id.is_(None)
        if row.wanted.department_id is None
        else StoredReport.department_id == row.wanted.department_id,
        StoredReport.area_key.is_(None) if row.wanted.area is None else StoredReport.area_key == row.wanted.area,
    )
    return _rows(session, and_(visible(actor), same))


def _rows(session: Session, condition: ColumnElement[bool]) -> list[ReportRow]:
    maker, approver = aliased(Staff), aliased(Staff)
    rows = session.execute(
        select(StoredReport, Department.name, Area.name, maker.name, maker.role, approver.name)
        .outerjoin(Department, Department.id == StoredReport.department_id)
        .outerjoin(Area, Area.key == StoredReport.area_key)
        .outerjoin(maker, maker.id == StoredReport.created_by_id)
        .outerjoin(approver, approver.id == StoredReport.approved_by_id)
        .where(condition)
        .order_by(StoredReport.id.desc())
        .limit(LISTED)
        .execution_options(populate_existing=True)
    )
    return [
        ReportRow(
            id=one.id,
            kind=one.kind,
            wanted=Wanted(one.kind, one.year, one.month, one.department_id, one.area_key),
            of_whom=department or area or "",
            state=one.state,
            version=one.version,
            cut_off=one.cut_off,
            content_sha256=one.content_sha256,
            job_id=one.job_id,
            created_by=made_by,
            creator_role=role,
            created_at=one.created_at,
            approved_by=approved_by,
            approved_at=one.approved_at,
            archived_at=one.archived_at,
        )
        for one, department, area, made_by, role, approved_by in rows
    ]


def view(session: Session, report_id: int, *, actor: Actor | None) -> ReportView:
    """One report. NotFound also for one that the actor may not see. ``actor`` None: the system itself."""
    condition = StoredReport.id == report_id
    rows = _rows(session, condition if actor is None else and_(condition, visible(actor)))
    if not rows:
        raise NotFound("報告が見つかりません。")
    files = session.execute(
        select(ReportFile.format, ReportFile.sha256, ReportFile.size, ReportFile.content.is_not(None))
        .where(ReportFile.report_id == report_id)
        .order_by(ReportFile.id)
    )
    return ReportView(
        row=rows[0],
        report=_content(session, report_id),
        files=tuple(FileRow(*row) for row in files),
        writers=frozenset(writers_of(session, report_id)),
    )


def _content(session: Session, report_id: int) -> Report | None:
    content = session.scalar(select(StoredReport.content).where(StoredReport.id == report_id))
    if content is None:
        return None
    said = dict(
        iter(session.execute(select(StoredQuote.matter_id, StoredQuote.text).where(StoredQuote.report_id == report_id)))
    )
    written = dict(
        iter(session.execute(select(Commentary.section, Commentary.text).where(Commentary.report_id == report_id)))
    )
    report = with_cells(from_json(content), lambda cell: replace(cell, value=said.get(cell.matter_id or 0)))
    return with_commentary(report, written)


def writers_of(session: Session, report_id: int) -> set[int]:
    """Who asked for a report or wrote a commentary."""
    made = session.scalars(select(StoredReport.created_by_id).where(StoredReport.id == report_id))
    wrote = session.scalars(select(Commentary.staff_id).where(Commentary.report_id == report_id))
    return {one for one in (*made, *wrote) if one is not None}


def file_content(session: Session, report_id: int, file_format: str) -> bytes | None:
    """A kept file; None when there is none (any more)."""
    return session.scalar(
        select(ReportFile.content).where(ReportFile.report_id == report_id, ReportFile.format == file_format)
    )
