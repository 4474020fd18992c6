from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from feedback.db import Database
from feedback.opinions import declining, service
from feedback.opinions.models import Matter
from feedback.opinions.rules import MatterStatus
from feedback.statistics.by_department import by_department
from feedback.statistics.queries import Scope
from tests.admin.opinions import write_opinion
from tests.conftest import NOW, Cast

TODAY = date(2026, 11, 24)
PERIOD = Scope(date(2026, 4, 1), TODAY)


@pytest.fixture
def matter(database: Database) -> Callable[..., int]:
    def written(**values: Any) -> int:
        matter_id = write_opinion(database, NOW - timedelta(days=14), area="roads")
        if values:
            with database.write() as session:
                session.execute(update(Matter).where(Matter.id == matter_id).values(**values))
        return matter_id

    return written


def test_figures_of_departments(database: Database, cast: Cast, matter: Callable[..., int]) -> None:
    answered = {"status": MatterStatus.ANSWERED, "started_at": NOW - timedelta(days=13)}
    matter(**answered, answered_at=NOW - timedelta(days=7))
    matter(**answered, answered_at=NOW - timedelta(days=4), due_on=date(2026, 11, 19))
    matter(due_on=date(2026, 11, 20))
    passed, back = matter(), matter()
    with database.write() as session:
        for one in (passed, back):
            service.decline(
                session,
                one,
                actor=cast.tanaka,
                version=1,
                at=NOW,
                reason="別の課です",
                suggestion_id=cast.sato.department_id,
            )
        session.flush()
        declining.take_back(session, back, actor=cast.tanaka, at=NOW)
    with database.read() as session:
        found = {one.id: one for one in by_department(session, PERIOD, today=TODAY)}
    roads, other = found[cast.tanaka.department_id or 0], found[cast.sato.department_id or 0]
    assert (roads.received, roads.declined, roads.open, roads.late, roads.answers) == (5, 1, 2, 2, 2)
    assert (roads.declined_share, roads.late_share, roads.is_small) == (0.2, 0.5, True)
    assert (roads.first_days, roads.answer_days) == (1.0, 6.5)
    assert (other.received, other.declined, other.answer_days, other.late_share) == (1, 0, None, 0.0)
    assert len(found) == 2


def test_a_department_alone_and_another_period(database: Database, cast: Cast, matter: Callable[..., int]) -> None:
    matter()
    with database.read() as session:
        alone = Scope(PERIOD.first, PERIOD.last, cast.sato.department_id)
        assert by_department(session, alone, today=TODAY) == []
        assert by_department(session, Scope(date(2025, 4, 1), date(2026, 3, 31)), today=TODAY) == []
