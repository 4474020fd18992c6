from datetime import timedelta

from sqlalchemy import func, select

from app.figures import FiguresRound
from feedback.db import Database
from feedback.statistics.models import ChangedDay, DaySheet
from tests.admin.opinions import write_opinion
from tests.conftest import NOW, FakeClock


def test_a_round_makes_the_sheets_and_then_rests(database: Database, clock: FakeClock) -> None:
    write_opinion(database, NOW - timedelta(days=70))
    round_ = FiguresRound(database, clock, holder="one")
    made = [round_.run_once() for _ in range(4)]
    assert made == [60, 10, 0, 0]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(DaySheet)) == 70

    write_opinion(database, NOW - timedelta(days=3))
    assert FiguresRound(database, clock, holder="two").keep() == 0  # the first holds the lease
    assert FiguresRound(database, clock, holder="one").keep() == 1
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ChangedDay)) == 0
