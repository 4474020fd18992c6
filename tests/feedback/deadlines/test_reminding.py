from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from feedback.clock import tokyo_date
from feedback.db import Database
from feedback.deadlines import reminding
from feedback.deadlines.collecting import collect
from feedback.deadlines.digest import write_digests
from feedback.deadlines.models import Reminder
from feedback.deadlines.rules import Level
from feedback.errors import Invalid
from feedback.notices.models import Notice, NoticeChoice, NoticeHook
from feedback.notices.rules import HookStyle, NoticeKind, Via
from feedback.opinions import service, splitting
from feedback.opinions.intake import IntakeRules
from feedback.opinions.models import Matter
from feedback.opinions.rules import MatterStatus, Outcome
from feedback.routing.rules import Router
from feedback.staff import service as staff
from feedback.staff.models import Staff
from feedback.staff.rules import Role
from tests.admin.opinions import write_opinion
from tests.conftest import CHEAP_HASHER, NOW, PASSWORD, Cast, FakeClock

TODAY = tokyo_date(NOW)
SECRET = "横断歩道の白線が消えかかっています。"


@pytest.fixture
def due(database: Database) -> Callable[..., int]:
    """A matter of the roads department that is due on a day."""

    def written(due_on: date, **values: Any) -> int:
        matter_id = write_opinion(database, NOW - timedelta(days=30), text=SECRET, area="roads")
        with database.write() as session:
            session.execute(update(Matter).where(Matter.id == matter_id).values(due_on=due_on, **values))
        return matter_id

    return written


def approver(database: Database, cast: Cast) -> int:
    with database.write() as session:
        return staff.register(
            session,
            email="takahashi@machikoe.example",
            name="高橋",
            role=Role.APPROVER,
            department_id=cast.tanaka.department_id,
            password=PASSWORD,
            at=NOW,
            hasher=CHEAP_HASHER,
        ).id


def remind(database: Database, *levels: Level, now: Any = NOW) -> list[int]:
    told = []
    for level in levels or tuple(Level):
        with database.write() as session:
            told.append(reminding.remind(session, level=level, now=now))
    return told


def told(database: Database) -> set[tuple[str, str]]:
    with database.read() as session:
        rows = session.execute(select(Notice.kind, Staff.email).join(Staff, Staff.id == Notice.staff_id))
        return {(str(kind), email.split("@")[0]) for kind, email in rows}


def test_each_level_is_told_once_to_those_it_concerns(database: Database, cast: Cast, due: Callable[..., int]) -> None:
    boss = approver(database, cast)
    assert boss
    due(TODAY + timedelta(days=1))
    due(TODAY)
    due(TODAY - timedelta(days=30), assignee_id=cast.tanaka.id)
    due(TODAY + timedelta(days=10))
    assert remind(database) == [1, 1, 1, 1, 1]
    assert told(database) == {
        *((level, name) for level in ("soon", "today") for name in ("tanaka", "takahashi")),
        ("overdue", "tanaka"),
        ("approver", "takahashi"),
        ("desk", "kochi"),
    }
    assert remind(database) == [0, 0, 0, 0, 0]


def test_a_new_deadline_is_told_of_anew(database: Database, due: Callable[..., int]) -> None:
    matter_id = due(TODAY)
    assert remind(database, Level.TODAY) == [1]
    with database.write() as session:
        session.execute(update(Matter).where(Matter.id == matter_id).values(due_on=TODAY + timedelta(days=1)))
    assert remind(database, Level.TODAY, now=NOW + timedelta(days=1)) == [1]


def test_finished_matters_are_left_in_peace(database: Database, due: Callable[..., int]) -> None:
    due(TODAY - timedelta(days=9), status=MatterStatus.ANSWERED)
    assert remind(database) == [0] * 5


def test_a_department_without_an_approver_escalates_to_the_desk(database: Database, due: Callable[..., int]) -> None:
    due(TODAY - timedelta(days=9))
    remind(database, Level.APPROVER)
    assert told(database) == {("approver", "kochi")}


def test_many_matters_make_one_notice_and_no_word_of_a_citizen(database: Database, due: Callable[..., int]) -> None:
    ids = [due(TODAY) for _ in range(3)]
    remind(database, Level.TODAY)
    with database.read() as session:
        [notice] = session.scalars(select(Notice)).all()
    assert notice.subject == "【まちこえ】本日が回答期限の案件があります（3件）"
    assert all(f"{{staff_url}}/matters/{one}\n" in notice.body for one in ids)
    assert "R8-00000" in notice.body
    assert "白線" not in notice.body + notice.subject


def test_what_is_killed_half_way_is_told_later_and_not_twice(database: Database, due: Callable[..., int]) -> None:
    due(TODAY)

    def killed() -> None:
        with database.write() as session:
            assert reminding.remind(session, level=Level.TODAY, now=NOW) == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert told(database) == set()
    assert remind(database, Level.TODAY) == [1]


def test_two_workers_at_once_cannot_both_tell(database: Database, due: Callable[..., int]) -> None:
    matter_id = due(TODAY)
    remind(database, Level.TODAY)
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Reminder(matter_id=matter_id, level="today", due_on=TODAY, at=NOW))


def test_nobody_is_told_what_they_do_not_want(database: Database, cast: Cast, due: Callable[..., int]) -> None:
    due(TODAY)
    with database.write() as session:
        session.add(NoticeChoice(staff_id=cast.tanaka.id, muted=["today"]))
    assert remind(database, Level.TODAY) == [1]
    assert told(database) == set()


def test_a_room_is_told_of_its_departments_matters_only(
    database: Database, cast: Cast, due: Callable[..., int]
) -> None:
    with database.write() as session:
        for who in (cast.tanaka, cast.sato):
            session.add(
                NoticeHook(department_id=who.department_id, name="部屋", style=HookStyle.SLACK, url_sealed=b"x")
            )
    due(TODAY)
    remind(database, Level.TODAY)
    with database.read() as session:
        rooms = session.scalars(select(NoticeHook.department_id).join(Notice, Notice.hook_id == NoticeHook.id)).all()
    assert rooms == [cast.tanaka.department_id]


def test_a_merged_matter_takes_its_reminders_along(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, NOW - timedelta(days=30), text="一つ目です。二つ目です。", area="roads")
    with database.write() as session:
        rules = IntakeRules(router=Router(rules=[], area_departments={}, desk_id=1))
        [other] = splitting.split(
            session, matter_id, actor=cast.kochi, version=1, at=clock(), groups=[1, 2], rules=rules
        )
    remind(database, Level.OVERDUE)
    with database.write() as session:
        versions = dict(iter(session.execute(select(Matter.id, Matter.version))))
        splitting.merge(
            session,
            matter_id,
            actor=cast.kochi,
            version=versions[matter_id],
            at=clock(),
            other_id=other,
            other_version=versions[other],
        )
    with database.read() as session:
        assert session.scalars(select(Reminder.matter_id)).all() == [matter_id]


def test_a_summary_a_day_for_each_reader(database: Database, cast: Cast, due: Callable[..., int]) -> None:
    approver(database, cast)
    due(TODAY, status=MatterStatus.APPROVING)
    due(TODAY - timedelta(days=3), bounces=1, routed_at=NOW - timedelta(hours=2))
    for now, written in ((NOW, 2), (NOW + timedelta(hours=1), 0), (NOW + timedelta(days=1), 2)):
        with database.write() as session:
            assert write_digests(session, now=now) == written
    assert told(database) == {("digest", "tanaka"), ("digest", "takahashi")}
    with database.read() as session:
        body = session.scalars(select(Notice.body).order_by(Notice.id)).first() or ""
    figures = [line for line in body.splitlines() if line.startswith("・")]
    assert figures == [
        "・新しく届いた案件：1件",
        "・期限が近い案件（本日を含む）：1件",
        "・期限を過ぎた案件：1件",
        "・差し戻された案件：1件",
        "・決裁を待つ案件：1件",
    ]


def test_the_desk_is_told_when_it_has_to_decide_and_then_its_word_stands(
    database: Database, cast: Cast, clock: FakeClock
) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    departments = {"roads": cast.tanaka.department_id, "environment": cast.sato.department_id}
    common: dict[str, Any] = {"at": clock(), "reason": "担当が違います"}
    with database.write() as session:
        for who, to in ((cast.tanaka, "environment"), (cast.sato, "roads"), (cast.tanaka, "environment")):
            version = session.get_one(Matter, matter_id).version
            service.decline(session, matter_id, actor=who, version=version, suggestion_id=departments[to], **common)
            session.flush()
        matter = session.get_one(Matter, matter_id)
        assert matter.department_id == cast.kochi.department_id
        service.route(
            session,
            matter_id,
            actor=cast.kochi,
            version=matter.version,
            at=clock(),
            department_id=departments["roads"] or 0,
        )
        session.flush()
        with pytest.raises(Invalid, match="広聴担当が担当課を決めた"):
            service.decline(session, matter_id, actor=cast.tanaka, version=matter.version, **common)
    assert told(database) == {(NoticeKind.RETURNED.value, "kochi")}
    with database.read() as session:
        assert session.scalars(select(Notice.via)).all() == [Via.EMAIL]


def test_a_plan_whose_month_is_over_is_asked_for_once(database: Database, due: Callable[..., int]) -> None:
    closed = {"status": MatterStatus.CLOSED, "outcome": Outcome.PLANNED}
    due(TODAY, planned_month=date(2026, 10, 1), **closed)
    due(TODAY, planned_month=date(2026, 11, 1), **closed)
    for asked in (1, 0):
        with database.write() as session:
            assert collect(session, now=NOW) == asked
    assert told(database) == {("result", "tanaka")}
    with database.read() as session:
        assert "反映予定 2026年10月（道路管理課）" in session.scalars(select(Notice.body)).one()
