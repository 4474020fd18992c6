from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from feedback.audit.models import AuditEntry
from feedback.db import Database
from feedback.deadlines import queries, service
from feedback.deadlines.closing_days import NewDay
from feedback.deadlines.rules import Discipline
from feedback.errors import Invalid, NotAllowed, NotFound
from tests.conftest import Cast, FakeClock

FRIDAY = date(2026, 12, 4)


def test_a_city_without_standards_answers_in_ten_days(database: Database) -> None:
    with database.read() as session:
        assert service.load(session).days("roads", "question") == 10


def test_standards_are_set_replaced_and_taken_away(database: Database, cast: Cast, clock: FakeClock) -> None:
    who: dict[str, Any] = {"actor": cast.kochi, "at": clock()}
    with database.write() as session:
        service.install_default(session, business_days=12)
    with database.write() as session:
        service.install_default(session, business_days=7)
        assert service.load(session).days(None, None) == 12
        for days in (5, 4):
            service.save_standard(session, area_key="roads", kind="question", business_days=days, **who)
        service.save_standard(session, area_key=None, kind=None, business_days=14, **who)
        assert service.load(session).days("roads", "question") == 4
        assert service.load(session).days("parks", "question") == 14
        rows = queries.standards(session)
        assert [(row.area_key, row.kind, row.business_days) for row in rows] == [
            (None, None, 14),
            ("roads", "question", 4),
        ]
        service.delete_standard(session, standard_id=rows[1].id, **who)
        assert service.load(session).days("roads", "question") == 14
        with pytest.raises(Invalid):
            service.delete_standard(session, standard_id=rows[0].id, **who)
        with pytest.raises(NotFound):
            service.delete_standard(session, standard_id=999, **who)


@pytest.mark.parametrize(
    "wrong",
    [{"business_days": 0}, {"business_days": 91}, {"area_key": "nowhere"}, {"kind": "nothing"}],
)
def test_impossible_standards(database: Database, cast: Cast, clock: FakeClock, wrong: dict[str, Any]) -> None:
    wanted: dict[str, Any] = {"area_key": None, "kind": None, "business_days": 5} | wrong
    with database.write() as session, pytest.raises(Invalid):
        service.save_standard(session, actor=cast.kochi, at=clock(), **wanted)


def test_own_days_count_at_once_and_until_they_are_taken_away(database: Database, cast: Cast, clock: FakeClock) -> None:
    who: dict[str, Any] = {"actor": cast.kochi, "at": clock()}
    with database.write() as session:
        assert service.load(session).due_on(date(2026, 11, 24), None, None) == date(2026, 12, 8)
        service.save_days(session, [NewDay(FRIDAY, False, "記念日"), NewDay(date(2026, 12, 5), True, "")], **who)
        assert service.load(session).due_on(date(2026, 11, 24), None, None) == date(2026, 12, 8)
        service.save_days(session, [NewDay(date(2026, 12, 5), False, "")], **who)
        assert service.load(session).due_on(date(2026, 11, 24), None, None) == date(2026, 12, 9)
        days = queries.days_of(session, date(2026, 11, 1), date(2026, 12, 31))
        assert [(one.day.day, one.name, one.own) for one in days] == [
            (3, "文化の日", False),
            (23, "勤労感謝の日", False),
            (4, "記念日", True),
            (5, "", True),
        ]
        assert queries.open_days(days) == service.calendar(session)
        service.delete_day(session, FRIDAY, **who)
        assert service.load(session).due_on(date(2026, 11, 24), None, None) == date(2026, 12, 8)
        with pytest.raises(NotFound):
            service.delete_day(session, FRIDAY, **who)


def test_discipline_is_kept_and_checked(database: Database, cast: Cast, clock: FakeClock) -> None:
    who: dict[str, Any] = {"actor": cast.kochi, "at": clock()}
    with database.write() as session:
        assert service.load(session).discipline == Discipline()
        for wanted in (Discipline(soon_days=5, notice_hour=9), Discipline(soon_days=4, bounces_before_desk=3)):
            service.save_discipline(session, wanted, **who)
            assert service.load(session).discipline == wanted
        for wrong in (Discipline(soon_days=0), Discipline(notice_hour=19), Discipline(approver_after=6)):
            with pytest.raises(Invalid):
                service.save_discipline(session, wrong, **who)
    with database.read() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_type == "deadlines")).all()
        assert actions == ["deadline_rules.saved"] * 2


@pytest.mark.parametrize("name", ["tanaka", "sato", "suzuki"])
def test_only_those_who_keep_the_master_data_change_any(
    database: Database, cast: Cast, clock: FakeClock, name: str
) -> None:
    who: dict[str, Any] = {"actor": cast[name], "at": clock()}
    changes: list[Callable[[Any], object]] = [
        lambda session: service.save_standard(session, area_key=None, kind=None, business_days=5, **who),
        lambda session: service.delete_standard(session, standard_id=1, **who),
        lambda session: service.save_discipline(session, Discipline(), **who),
        lambda session: service.save_days(session, [], **who),
        lambda session: service.delete_day(session, FRIDAY, **who),
    ]
    with database.write() as session:
        for change in changes:
            with pytest.raises(NotAllowed):
                change(session)
