"""Use cases of reports: ask for one, keep what was built, comment, approve, archive, withhold words taken back."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session, UOWTransaction

from feedback.audit import service as audit
from feedback.clock import tokyo_date
from feedback.errors import Conflict, Invalid, NotAllowed, NotFound
from feedback.jobs import service as jobs
from feedback.jobs.models import Job
from feedback.opinions.models import Matter
from feedback.opinions.rewording import with_other_words
from feedback.reports import building
from feedback.reports.building import Wanted
from feedback.reports.figures import withheld
from feedback.reports.models import Commentary, ReportFile, StoredQuote, StoredReport
from feedback.reports.queries import writers_of
from feedback.reports.rules import LONGEST_COMMENTARY, ReportState, may_see, may_write, why_not_approve
from feedback.reports.tables import Report, ReportKind, digest, from_json, quotes, to_json, with_cells
from feedback.staff.models import Staff
from feedback.staff.rules import Actor

BUILD, ARCHIVE = "report", "archive_report"
"""Kinds of jobs."""


def request(session: Session, wanted: Wanted, *, actor: Actor, at: datetime) -> StoredReport:
    """Ask for a report; a job builds it. NotAllowed, or Invalid when there cannot be such a report."""
    if not may_write(actor, of_department=wanted.kind is ReportKind.DEPARTMENT, department_id=wanted.department_id):
        raise NotAllowed("この報告を作る権限がありません。")
    building.check(session, wanted, today=tokyo_date(at))
    report = StoredReport(
        kind=wanted.kind,
        year=wanted.year,
        month=wanted.month,
        department_id=wanted.department_id,
        area_key=wanted.area,
        state=ReportState.BUILDING,
        created_by_id=actor.id,
        created_at=at,
    )
    session.add(report)
    session.flush()
    _build(session, report, actor=actor, at=at)
    _record(session, report, "report.requested", actor=actor, at=at)
    return report


def _build(session: Session, report: StoredReport, *, actor: Actor, at: datetime) -> None:
    job = jobs.enqueue(session, kind=BUILD, payload={"report": report.id}, now=at, created_by_id=actor.id)
    report.job_id, report.state = job.id, ReportState.BUILDING


def build_again(session: Session, report_id: int, *, actor: Actor, version: int, at: datetime) -> None:
    """Count a draft again with the data of now; commentaries stay."""
    report = _writable(session, report_id, actor=actor, version=version)
    if report.state not in {ReportState.DRAFT, ReportState.BUILDING}:
        raise Invalid("承認した報告は、集計し直せません。新しい報告を作ってください。")
    if report.state is ReportState.BUILDING and _is_running(session, report):
        raise Invalid("いま集計しています。終わるまでお待ちください。")
    _build(session, report, actor=actor, at=at)
    _record(session, report, "report.requested_again", actor=actor, at=at)


def _is_running(session: Session, report: StoredReport) -> bool:
    job = session.get(Job, report.job_id) if report.job_id else None
    return job is not None and job.finished_at is None


def wanted_of(report: StoredReport) -> Wanted:
    """What was asked for."""
    return Wanted(report.kind, report.year, report.month, report.department_id, report.area_key)


def keep(session: Session, report_id: int, built: Report) -> None:
    """Keep what was built, as a draft. Citizens' words are kept apart, so that they can be taken back."""
    report = session.get(StoredReport, report_id)
    if report is None or report.state is not ReportState.BUILDING:
        raise NotFound("報告が見つかりません。")
    bare = with_cells(built, withheld)
    report.content, report.content_sha256 = to_json(bare), digest(bare)
    report.cut_off, report.state = built.stamp.cut_off, ReportState.DRAFT
    session.execute(delete(StoredQuote).where(StoredQuote.report_id == report_id))
    session.add_all(
        StoredQuote(report_id=report_id, matter_id=matter_id, text=words)
        for matter_id, words in _still_said(session, quotes(built)).items()
    )


def _still_said(session: Session, words: Mapping[int, str]) -> dict[int, str]:
    """Only words that were not taken back since the report was read; their matters stay as they are until commit."""
    rows = session.execute(
        select(Matter.id, Matter.text).where(Matter.id.in_(words)).order_by(Matter.id).with_for_update(key_share=True)
    )
    return {row.id: words[row.id] for row in rows if row.text}


def comment(
    session: Session, report_id: int, *, actor: Actor, version: int, at: datetime, words: Mapping[str, str]
) -> None:
    """Set the commentaries of sections; an empty one is removed."""
    report = _writable(session, report_id, actor=actor, version=version)
    if report.state is not ReportState.DRAFT or report.content is None:
        raise Invalid("所見は、案のあいだだけ書けます。")
    known = {section.key for section in from_json(report.content).sections}
    present = {one.section: one for one in session.scalars(select(Commentary).where(Commentary.report_id == report_id))}
    changed = []
    for section, written in words.items():
        text = written.replace("\r\n", "\n").strip()
        if section not in known or text == (present[section].text if section in present else ""):
            continue
        if len(text) > LONGEST_COMMENTARY:
            raise Invalid(f"所見は{LONGEST_COMMENTARY:,}文字以内にしてください。")
        if section in present:
            session.delete(present[section])
            session.flush()
        if text:
            session.add(Commentary(report_id=report_id, section=section, text=text, staff_id=actor.id, at=at))
        changed.append(section)
    if changed:
        report.commented_at = at
        _record(session, report, "report.commented", actor=actor, at=at, sections=changed)


def approve(session: Session, report_id: int, *, actor: Actor, version: int, at: datetime) -> None:
    """Make a report final; a job makes and keeps its files. Invalid says why it cannot be."""
    report = _seen(session, report_id, actor=actor)
    _check_version(report, version)
    if report.state is not ReportState.DRAFT or report.content is None:
        raise Invalid("承認できるのは、集計の終わった案だけです。")
    built = from_json(report.content)
    maker = session.get(Staff, report.created_by_id) if report.created_by_id else None
    why = why_not_approve(
        actor,
        writers=writers_of(session, report_id),
        writer_role=maker.role if maker else None,
        complete=built.complete,
        adds_up=built.adds_up,
    )
    if why is not None:
        raise Invalid(why)
    report.state, report.approved_by_id, report.approved_at = ReportState.APPROVED, actor.id, at
    job = jobs.enqueue(session, kind=ARCHIVE, payload={"report": report_id}, now=at, created_by_id=actor.id)
    report.job_id = job.id
    _record(session, report, "report.approved", actor=actor, at=at, sha256=report.content_sha256)


def archive(session: Session, report_id: int, *, files: Mapping[str, bytes], at: datetime) -> None:
    """Keep the files of an approved report with their hashes. Done once."""
    report = session.get(StoredReport, report_id)
    if report is None or report.state is not ReportState.APPROVED:
        raise NotFound("承認された報告が見つかりません。")
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    session.add_all(
        ReportFile(report_id=report_id, format=name, content=content, sha256=hashes[name], size=len(content))
        for name, content in files.items()
    )
    report.state, report.archived_at = ReportState.ARCHIVED, at
    _record(session, report, "report.archived", actor=None, at=at, files=hashes)


def discard(session: Session, report_id: int, *, actor: Actor, version: int, at: datetime) -> None:
    """Throw a draft away. What was approved stays."""
    report = _writable(session, report_id, actor=actor, version=version)
    if report.state not in {ReportState.DRAFT, ReportState.BUILDING}:
        raise Invalid("承認した報告は、削除できません。")
    _record(session, report, "report.discarded", actor=actor, at=at)
    for table in (Commentary, StoredQuote):
        session.execute(delete(table).where(table.report_id == report_id))
    session.execute(delete(StoredReport).where(StoredReport.id == report_id))


def forget(session: Session, matter_ids: Iterable[int]) -> None:
    """Words taken back leave every report: their quotes at once, and the files that were printed with them."""
    ids = list(matter_ids)
    if not ids:
        return
    quoting = set(session.scalars(select(StoredQuote.report_id).where(StoredQuote.matter_id.in_(ids))))
    if quoting:
        session.execute(delete(StoredQuote).where(StoredQuote.matter_id.in_(ids)))
        session.execute(update(ReportFile).where(ReportFile.report_id.in_(quoting)).values(content=None))


@event.listens_for(Session, "after_flush")
def _words_changed(session: Session, _context: UOWTransaction) -> None:
    forget(session, with_other_words(session))


@event.listens_for(Session, "before_flush")
def _matter_goes(session: Session, _context: UOWTransaction, _instances: object) -> None:
    forget(session, [one.id for one in session.deleted if isinstance(one, Matter)])


def _seen(session: Session, report_id: int, *, actor: Actor) -> StoredReport:
    # Locked, so that of two people who change it at once the second is told.
    report = session.get(StoredReport, report_id, with_for_update=True, populate_existing=True)
    if report is None or not may_see(
        actor, of_department=report.kind is ReportKind.DEPARTMENT, department_id=report.department_id
    ):
        raise NotFound("報告が見つかりません。")
    return report


def _writable(session: Session, report_id: int, *, actor: Actor, version: int) -> StoredReport:
    report = _seen(session, report_id, actor=actor)
    if not may_write(actor, of_department=report.kind is ReportKind.DEPARTMENT, department_id=report.department_id):
        raise NotAllowed("この報告を書く権限がありません。")
    _check_version(report, version)
    return report


def _check_version(report: StoredReport, version: int) -> None:
    if report.version != version:
        raise Conflict("ほかの人が先に変更しました。画面を開き直してください。")


def _record(
    session: Session, report: StoredReport, action: str, *, actor: Actor | None, at: datetime, **detail: Any
) -> None:
    audit.record(
        session,
        at=at,
        staff_id=actor.id if actor else None,
        action=action,
        subject_type="report",
        subject_id=report.id,
        detail={"kind": report.kind, "year": report.year, "month": report.month, **detail},
    )
