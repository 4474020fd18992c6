"""The page of ratings: totals by area, department and month, comments; for whom, and as CSV."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from feedback.answers import rating, service
from feedback.answers.models import Answer
from feedback.answers.rules import Method
from feedback.audit.models import AuditEntry
from feedback.db import Database
from feedback.opinions.models import Matter
from feedback.staff.rules import Actor, Role
from tests.admin.conftest import Person
from tests.conftest import Cast, FakeClock
from tests.feedback.answers.desk import BODY, POST, hire, write_from_line

AsPerson = Callable[[str], Person]


def answered(database: Database, who: tuple[Actor, Actor], clock: FakeClock, *, area: str) -> int:
    """An answer over LINE; returns its matter's id."""
    matter_id = write_from_line(database, clock(), area=area)
    clerk, chief = who
    with database.write() as session:
        version = session.get_one(Matter, matter_id).version
        at = clock()
        answer = service.begin(session, matter_id, actor=clerk, version=version, at=at, method=Method.LINE, body=BODY)
        service.submit(session, answer.id, actor=clerk, version=answer.version, at=at, reviewers=[chief.id])
        service.approve(session, answer.id, actor=chief, version=answer.version, at=at, post=POST)
    return matter_id


def rate(database: Database, matter_id: int, clock: FakeClock, *, helpful: bool, comment: str = "") -> None:
    with database.write() as session:
        answer = session.scalars(select(Answer).where(Answer.matter_id == matter_id)).one()
        session.refresh(answer, ["matter"])
        rating.rate(session, answer, helpful=helpful, at=clock())
        rating.comment(session, answer, text=comment, at=clock())


@pytest.fixture
def rated(database: Database, cast: Cast, clock: FakeClock) -> list[int]:
    """One helpful and one unhelpful answer of 道路管理課, a helpful one of the environment's department."""
    with database.write() as session:
        chief = hire(session, "takahashi", Role.APPROVER, "roads", at=clock())
        other = hire(session, "kato", Role.APPROVER, "environment", at=clock())
    ours = [answered(database, (cast.tanaka, chief), clock, area="roads") for _ in range(2)]
    theirs = answered(database, (cast.sato, other), clock, area="environment")
    rate(database, ours[0], clock, helpful=True)
    rate(database, ours[1], clock, helpful=False, comment="日にちが書いてありません。090-1234-5678")
    rate(database, theirs, clock, helpful=True, comment="=HYPERLINK(1)")
    return [*ours, theirs]


def test_the_desk_sees_all_and_a_department_its_own(as_person: AsPerson, rated: list[int]) -> None:
    desk = as_person("kochi").get("/ratings").text
    assert "役に立った <strong>2件（66.7%）" in desk
    assert "担当課ごと" in desk
    assert "日にちが書いてありません" in desk
    assert "090-1234-5678" not in desk
    own = as_person("tanaka").get("/ratings?department=1").text
    assert "役に立った <strong>1件（50.0%）" in own
    assert "HYPERLINK" not in own
    assert f"/matters/{rated[2]}/answer" not in own
    assert "2026年11月" in own


@pytest.mark.parametrize(
    ("name", "page", "file"),
    [
        ("tanaka", 200, 200),
        ("sato", 200, 200),
        ("suzuki", 200, 403),
        ("kochi", 200, 200),
        ("admin", 200, 200),
        ("anonymous", 302, 302),
    ],
)
def test_who_may_open_it(as_person: AsPerson, rated: list[int], name: str, page: int, file: int) -> None:
    person = as_person(name)
    assert rated
    assert person.get("/ratings").status_code == page
    assert person.get("/ratings/file").status_code == file


def test_the_file_holds_the_period_of_ones_own_department(
    as_person: AsPerson, database: Database, rated: list[int], clock: FakeClock
) -> None:
    assert rated
    text = as_person("kochi").get("/ratings/file").data.decode("utf-8-sig")
    assert text.count("\r\n") == 4
    assert "'=HYPERLINK(1)" in text
    assert "090-1234-5678" not in text
    own = as_person("tanaka").get("/ratings/file").data.decode("utf-8-sig")
    assert own.count("\r\n") == 3
    before = (clock() - timedelta(days=9)).date().isoformat()
    assert "この期間の評価はありません" in as_person("kochi").get(f"/ratings?from=2026-04-01&to={before}").text
    with database.read() as session:
        actions = set(session.scalars(select(AuditEntry.action)))
    assert {"ratings.viewed", "ratings.exported"} <= actions
