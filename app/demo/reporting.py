"""Reports of the demonstration city: last year's annual report, approved, and a draft of the present month."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.jobs.reporting import build_report
from app.jobs.running import JobRunner
from feedback.clock import fiscal_year, tokyo_date
from feedback.config import Settings
from feedback.db import Database
from feedback.reports import service
from feedback.reports.building import Wanted
from feedback.reports.models import StoredReport
from feedback.reports.tables import ReportKind
from feedback.staff.rules import Actor

_COMMENTARY = {
    "overview": "電話や窓口に加えて、LINE からも多くの声が届きました。",
    "offices": "来年度は、異動の引き継ぎの前に、未回答の件を課ごとに確かめます。",
    "cases": "案内の文面や看板の見直しなど、費用をかけずに変えられるものから進めています。",
}


def make(database: Database, settings: Settings, *, staff: dict[str, Actor], now: datetime) -> None:
    """Build both; the worker keeps the files of the approved one."""
    year = fiscal_year(now)
    writer, approver = staff["hashimoto"], staff["kochi"]
    with database.write() as session:
        annual = service.request(session, Wanted(ReportKind.ANNUAL, year - 1), actor=writer, at=now).id
        present = Wanted(ReportKind.MONTHLY, year, tokyo_date(now).month)
        service.request(session, present, actor=writer, at=now)
    runner = JobRunner(database, settings, None, {"report": build_report}, clock=lambda: now)
    while runner.run_once():
        pass
    with database.write() as session:
        service.comment(session, annual, actor=writer, version=_version(session, annual), at=now, words=_COMMENTARY)
    with database.write() as session:
        service.approve(session, annual, actor=approver, version=_version(session, annual), at=now)


def _version(session: Session, report_id: int) -> int:
    return session.get_one(StoredReport, report_id).version
