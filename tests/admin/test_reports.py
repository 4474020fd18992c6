"""報告書: who may build, see, approve and fetch what; the page in a browser."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from app.jobs.running import JobRunner
from feedback.audit.models import AuditEntry
from feedback.config import Settings
from feedback.db import Database
from feedback.reports.models import StoredReport
from feedback.reports.rules import ReportState
from feedback.staff import service as staff_service
from feedback.staff.models import Staff
from feedback.staff.rules import Role
from tests.admin.conftest import Person
from tests.admin.test_office_browser import address, log_in, open_page
from tests.conftest import CHEAP_HASHER, NOW, PASSWORD, FakeClock
from tests.feedback.reports.rows import Rows

__all__ = ["address", "open_page"]

AsPerson = Callable[[str], Person]
ANNUAL = {"kind": "annual", "year": "2025", "month": "", "department": "", "area": ""}
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def city(database: Database) -> Rows:
    rows = Rows(database)
    change = {"outcome": "reflected", "outcome_reason": "直しました。", "reflected_on": date(2025, 10, 1)}
    rows.add(date(2025, 9, 1), times=3, matters=[change, {"kind": "complaint", "area_key": "parks"}])
    rows.write()
    with database.write() as session:
        add_pr(session, CHEAP_HASHER, rows.departments["kocho"])
    return rows


def add_pr(session: Any, hasher: PasswordHasher, department_id: int) -> None:
    staff_service.register(
        session,
        email="koho@machikoe.example",
        name="広報 光",
        role=Role.PR,
        department_id=department_id,
        password=PASSWORD,
        must_change_password=False,
        at=NOW,
        hasher=hasher,
    )


def run_jobs(database: Database, settings: Settings) -> None:
    runner = JobRunner(database, settings, None, clock=FakeClock())
    while runner.run_once():
        pass


def version(database: Database, report_id: int = 1) -> dict[str, str]:
    with database.read() as session:
        return {"version": str(session.get_one(StoredReport, report_id).version)}


def test_from_the_form_to_the_archive(city: Rows, as_person: AsPerson, database: Database, settings: Settings) -> None:
    koho = as_person("koho")
    assert koho.post("/reports", ANNUAL).status_code == 302
    assert "集計中" in koho.get("/reports/1").text
    run_jobs(database, settings)
    page = koho.get("/reports/1").text
    assert "広聴年報 令和7年度" in page
    assert "R7-000001" in page
    assert (
        koho.post("/reports/1/commentary", {"section-overview": "所見です。", **version(database)}).status_code == 302
    )
    assert koho.post("/reports/1/approve", version(database)).status_code == 400
    kochi = as_person("kochi")
    assert kochi.post("/reports/1/approve", version(database)).status_code == 302
    run_jobs(database, settings)
    assert "確定・保存済" in kochi.get("/reports").text
    kept = kochi.get("/reports/1/file/pdf")
    assert kept.data.startswith(b"%PDF")
    assert kept.headers["Content-Disposition"] == 'attachment; filename="machikoe-annual-2025.pdf"'
    assert kochi.get("/reports/1/file/csv").data.startswith(b"PK")
    assert kochi.get("/reports/1/file/exe").status_code == 404
    assert koho.post("/reports/1/commentary", {"section-overview": "x", **version(database)}).status_code == 400
    with database.read() as session:
        done = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_type == "report")).all()
    assert {"report.requested", "report.viewed", "report.approved", "report.archived", "report.downloaded"} <= {*done}


@on_sqlite
def test_a_later_report_is_compared_with_the_archived_one(
    city: Rows, as_person: AsPerson, database: Database, settings: Settings
) -> None:
    kochi = as_person("kochi")
    kochi.post("/reports", ANNUAL)
    run_jobs(database, settings)
    with database.write() as session:
        session.execute(update(StoredReport).values(state=ReportState.ARCHIVED, archived_at=NOW, approved_at=NOW))
    city.add(date(2025, 9, 2))
    city.write()
    kochi.post("/reports", ANNUAL)
    run_jobs(database, settings)
    page = kochi.get("/reports/2/compare?with=1").text
    assert "総件数と前年度比較" in page
    assert kochi.get("/reports/2/compare?with=9").status_code == 404
    assert kochi.get("/reports/2/compare").status_code == 404
    assert "確定した報告と比べる" in kochi.get("/reports/2").text


@on_sqlite
def test_a_department_has_its_own_report_and_no_other(
    city: Rows, as_person: AsPerson, database: Database, settings: Settings
) -> None:
    own = {"kind": "department", "year": "2025", "department": str(city.departments["roads"])}
    tanaka, sato = as_person("tanaka"), as_person("sato")
    assert tanaka.post("/reports", own).status_code == 302
    as_person("kochi").post("/reports", ANNUAL)
    run_jobs(database, settings)
    assert tanaka.get("/reports/1").status_code == 200
    assert tanaka.get("/reports/1/file/html").status_code == 200
    assert tanaka.post("/reports", ANNUAL).status_code == 403
    assert tanaka.post("/reports/1/approve", version(database)).status_code == 403
    for path in ("/reports/1", "/reports/1/file/pdf", "/reports/1/compare?with=2", "/reports/2"):
        assert sato.get(path).status_code == 404
        assert as_person("anonymous").get(path).status_code == 302
    for action in ("commentary", "again", "discard"):
        assert sato.post(f"/reports/1/{action}", version(database)).status_code == 404
        assert as_person("suzuki").post(f"/reports/1/{action}", version(database)).status_code == 403
    assert as_person("suzuki").get("/reports/2").status_code == 200
    assert as_person("admin").post("/reports/2/approve", version(database, 2)).status_code == 403
    assert tanaka.post("/reports/1/again", version(database)).status_code == 302
    run_jobs(database, settings)
    assert tanaka.post("/reports/1/discard", version(database)).status_code == 302


@on_sqlite
@pytest.mark.parametrize(
    "form", [{}, {"kind": "none", "year": "x"}, ANNUAL | {"year": "2099"}, ANNUAL | {"kind": "monthly"}]
)
def test_odd_forms_are_answered_in_words(city: Rows, as_person: AsPerson, form: dict[str, str]) -> None:
    answer = as_person("kochi").post("/reports", form)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


@pytest.mark.browser
@on_sqlite
def test_the_pages_in_a_browser(
    city: Rows,
    address: str,
    open_page: Callable[[int], Any],
    as_person: AsPerson,
    database: Database,
    settings: Settings,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for form in (ANNUAL, ANNUAL | {"kind": "monthly", "month": "9"}):
        as_person("kochi").post("/reports", form)
    run_jobs(database, settings)
    with database.write() as session:
        session.execute(update(StoredReport).where(StoredReport.id == 2).values(state=ReportState.ARCHIVED))
        assert session.scalars(select(Staff).where(Staff.role == Role.PR)).one()
    for width in (1360, 390):
        page = open_page(width)
        log_in(page, address, "kochi")
        for path in ("/reports", "/reports/1", "/reports/2"):
            page.goto(address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = Axe().run(page).response["violations"]
            assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
        page.goto(address + "/reports/1")
        page.locator(".chart svg").first.wait_for()
        page.close()
