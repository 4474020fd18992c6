"""The way of a report: asked for, built, commented, approved by somebody else, kept; words taken back leave it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from feedback.audit.models import AuditEntry
from feedback.citizens.models import Citizen
from feedback.db import Database
from feedback.departments.models import Department
from feedback.errors import Conflict, Invalid, NotAllowed, NotFound
from feedback.opinions import intake
from feedback.opinions.models import Matter, Submission
from feedback.reports import building, queries, service
from feedback.reports.building import Wanted
from feedback.reports.models import Commentary, ReportFile, StoredQuote, StoredReport
from feedback.reports.queries import ReportView
from feedback.reports.rules import ReportState, why_not_approve
from feedback.reports.tables import Difference, ReportKind, quotes
from feedback.staff.rules import Actor, Role
from tests.conftest import Cast
from tests.feedback.reports.rows import Rows

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
ANNUAL = Wanted(ReportKind.ANNUAL, 2025)
WORDS = "看板が見えにくいです。"
Keep = Callable[..., int]


@pytest.fixture
def pr(cast: Cast) -> Actor:
    return replace(cast.suzuki, role=Role.PR)


@pytest.fixture
def keep(database: Database, cast: Cast) -> Keep:
    """A report that was asked for and built."""
    rows = Rows(database)
    change = {
        "outcome": "reflected",
        "outcome_reason": "直しました。",
        "reflected_on": date(2025, 10, 1),
        "text": WORDS,
    }
    rows.add(date(2025, 9, 1), times=2, matters=[change])
    rows.write()

    def kept(wanted: Wanted = ANNUAL, *, odd: bool = False, actor: Actor | None = None) -> int:
        with database.write() as session:
            report_id = service.request(session, wanted, actor=actor or cast.kochi, at=NOW).id
        built = building.build(database, wanted, city="見本市", now=NOW)
        if odd:
            built = replace(built, differences=(Difference("合いません。", 1, ("R7-000001",)),))
        with database.write() as session:
            service.keep(session, report_id, built)
        return report_id

    return kept


def view(database: Database, report_id: int, actor: Actor | None = None) -> ReportView:
    with database.read() as session:
        return queries.view(session, report_id, actor=actor)


def test_from_a_request_to_the_archive(database: Database, cast: Cast, pr: Actor, keep: Keep) -> None:
    report_id = keep()
    draft = view(database, report_id, cast.kochi)
    assert draft.row.state is ReportState.DRAFT
    assert draft.report is not None
    assert set(quotes(draft.report).values()) == {WORDS}
    with database.write() as session:
        words = {"overview": " 声が増えました。\r\n二行目 ", "nowhere": "消える"}
        service.comment(session, report_id, actor=cast.kochi, version=draft.row.version, at=NOW, words=words)
    commented = view(database, report_id)
    assert commented.report is not None
    assert commented.report.sections[0].commentary == "声が増えました。\n二行目"
    with database.write() as session, pytest.raises(Conflict):
        service.comment(session, report_id, actor=pr, version=draft.row.version, at=NOW, words={"overview": "x"})
    with database.write() as session, pytest.raises(Invalid, match="関わった人"):
        service.approve(session, report_id, actor=cast.kochi, version=commented.row.version, at=NOW)
    with database.write() as session:
        service.approve(session, report_id, actor=pr, version=commented.row.version, at=NOW)
    with database.write() as session:
        service.archive(session, report_id, files={"pdf": b"%PDF", "csv": b"PK"}, at=NOW)
    done = view(database, report_id)
    assert done.row.state is ReportState.ARCHIVED
    assert [(one.format, one.size, one.is_there) for one in done.files] == [("pdf", 4, True), ("csv", 2, True)]
    assert done.row.content_sha256 == draft.row.content_sha256
    with database.write() as session:
        for change in (service.build_again, service.discard):
            with pytest.raises(Invalid):
                change(session, report_id, actor=cast.kochi, version=done.row.version, at=NOW)
        with pytest.raises(NotFound):
            service.archive(session, report_id, files={}, at=NOW)
    with database.read() as session:
        actions = list(session.scalars(select(AuditEntry.action).where(AuditEntry.subject_type == "report")))
    assert actions == ["report.requested", "report.commented", "report.approved", "report.archived"]


def test_words_taken_back_leave_reports_and_their_files(database: Database, cast: Cast, pr: Actor, keep: Keep) -> None:
    report_id = keep()
    with database.write() as session:
        service.approve(session, report_id, actor=pr, version=view(database, report_id).row.version, at=NOW)
    with database.write() as session:
        service.archive(session, report_id, files={"pdf": WORDS.encode()}, at=NOW)
    before = view(database, report_id)
    with database.write() as session:
        submission = session.scalars(select(Submission).where(Submission.id == 1)).one()
        for matter in session.scalars(select(Matter).where(Matter.submission_id == 1)):
            matter.text = ""
            assert submission.id == matter.submission_id
    after = view(database, report_id)
    assert before.report is not None
    assert after.report is not None
    assert len(quotes(before.report)) == 2
    assert len(quotes(after.report)) == 1
    assert [(one.is_there, one.sha256) for one in after.files] == [(False, before.files[0].sha256)]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(StoredQuote)) == 1
        assert session.scalar(select(ReportFile.content)) is None
        stored = session.scalar(select(StoredReport.content)) or ""
    assert WORDS not in stored


def test_withdrawing_and_words_that_went_while_it_was_built(database: Database, cast: Cast, keep: Keep) -> None:
    with database.write() as session:
        report_id = service.request(session, ANNUAL, actor=cast.kochi, at=NOW).id
    built = building.build(database, ANNUAL, city="見本市", now=NOW)
    with database.write() as session:
        session.scalars(select(Matter).where(Matter.submission_id == 1)).one().text = ""
    with database.write() as session:
        service.keep(session, report_id, built)
    assert len(quotes(view(database, report_id).report or built)) == 1
    with database.write() as session:
        submission = session.scalars(
            select(Submission)
            .where(Submission.id == 2)
            .options(selectinload(Submission.matters).selectinload(Matter.history))
        ).one()
        intake.withdraw(submission, at=NOW)
    assert quotes(view(database, report_id).report or built) == {}


def test_who_may_ask_for_and_see_what(database: Database, cast: Cast, keep: Keep) -> None:
    with database.read() as session:
        roads = session.scalars(select(Department.id).where(Department.code == "roads")).one()
    own = Wanted(ReportKind.DEPARTMENT, 2025, department_id=roads)
    for actor, wanted in ((cast.tanaka, ANNUAL), (cast.sato, own), (cast.suzuki, ANNUAL)):
        with database.write() as session, pytest.raises(NotAllowed):
            service.request(session, wanted, actor=actor, at=NOW)
    of_roads, of_city = keep(own, actor=cast.tanaka), keep()
    assert view(database, of_roads, cast.tanaka).report is not None
    for actor, report_id in ((cast.sato, of_roads), (cast.tanaka, of_city)):
        with pytest.raises(NotFound):
            view(database, report_id, actor)
    with database.read() as session:
        seen = {name: len(queries.listed(session, actor=cast[name])) for name in ("tanaka", "sato", "suzuki", "kochi")}
    assert seen == {"tanaka": 1, "sato": 0, "suzuki": 2, "kochi": 2}
    with database.write() as session, pytest.raises(NotAllowed):
        service.discard(session, of_city, actor=cast.suzuki, version=view(database, of_city).row.version, at=NOW)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(ReportKind.ANNUAL, 2027),
        Wanted(ReportKind.ANNUAL, 1850),
        Wanted(ReportKind.ANNUAL, 2025, 4),
        Wanted(ReportKind.MONTHLY, 2025),
        Wanted(ReportKind.MONTHLY, 2025, 13),
        Wanted(ReportKind.DEPARTMENT, 2025),
        Wanted(ReportKind.COUNCIL, 2025, area="nowhere"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_reports_that_cannot_be(database: Database, cast: Cast, wanted: Wanted) -> None:
    with database.write() as session, pytest.raises(Invalid):
        service.request(session, wanted, actor=cast.kochi, at=NOW)


def test_what_does_not_add_up_is_never_final(database: Database, pr: Actor, keep: Keep) -> None:
    report_id = keep(odd=True)
    with database.write() as session, pytest.raises(Invalid, match="照合"):
        service.approve(session, report_id, actor=pr, version=view(database, report_id).row.version, at=NOW)


def test_who_may_not_approve(cast: Cast, pr: Actor) -> None:
    def why(actor: Actor, *, writers: set[int], role: Role | None = Role.DESK, complete: bool = True) -> str | None:
        return why_not_approve(actor, writers=writers, writer_role=role, complete=complete, adds_up=True)

    assert why(pr, writers={cast.kochi.id}) is None
    assert why(pr, writers={pr.id}) is not None
    assert why(cast.kochi, writers={pr.id}, role=Role.PR) is None
    assert why(cast.kochi, writers={99}, role=Role.DESK) is not None
    assert why(cast.admin, writers=set()) is not None
    assert why(cast.tanaka, writers=set()) is not None
    assert why(pr, writers=set(), complete=False) is not None


def test_a_draft_is_counted_again_or_thrown_away(database: Database, cast: Cast, keep: Keep) -> None:
    report_id = keep()
    row = view(database, report_id).row
    with database.write() as session:
        service.comment(session, report_id, actor=cast.kochi, version=row.version, at=NOW, words={"overview": "残る"})
    rows = Rows(database)
    rows.add(date(2025, 9, 2))
    rows.write()
    with database.write() as session:
        service.build_again(session, report_id, actor=cast.kochi, version=view(database, report_id).row.version, at=NOW)
    with database.write() as session:
        service.keep(session, report_id, building.build(database, ANNUAL, city="見本市", now=NOW))
    again = view(database, report_id)
    assert again.report is not None
    assert again.report.sections[0].commentary == "残る"
    assert again.row.content_sha256 != row.content_sha256
    with database.write() as session:
        service.discard(session, report_id, actor=cast.kochi, version=again.row.version, at=NOW)
    with database.read() as session:
        for table in (StoredReport, Commentary, StoredQuote):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalar(select(func.count()).select_from(Citizen)) == 0
