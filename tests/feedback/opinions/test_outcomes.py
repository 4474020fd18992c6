from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.db import Database
from feedback.errors import Invalid
from feedback.opinions import outcomes, undoing
from feedback.opinions.models import HistoryEntry, Matter
from feedback.opinions.rules import MatterStatus, Outcome
from tests.admin.opinions import write_opinion
from tests.conftest import Cast, FakeClock

TODAY = date(2026, 11, 24)


def say(session: Session, matter_id: int, cast: Cast, clock: FakeClock, outcome: Outcome | None, **more: Any) -> Matter:
    matter = session.get_one(Matter, matter_id)
    values: dict[str, Any] = {"reason": "来年度の工事に含めます。", **more}
    outcomes.set_outcome(
        session, matter_id, actor=cast.tanaka, version=matter.version, at=clock(), outcome=outcome, **values
    )
    return matter


def test_plans_say_what_and_when_and_are_collected(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    with database.write() as session:
        for missing in ({}, {"planned_month": date(2026, 12, 5), "reason": " "}):
            with pytest.raises(Invalid):
                say(session, matter_id, cast, clock, Outcome.PLANNED, **missing)
        matter = say(session, matter_id, cast, clock, Outcome.PLANNED, planned_month=date(2026, 12, 5))
        assert matter.planned_month == date(2026, 12, 1)
        assert outcomes.open_plans(session, until=date(2026, 11, 30)) == []
        (plan,) = outcomes.open_plans(session, until=date(2026, 12, 1))
        assert (plan.matter_id, plan.change) == (matter_id, "来年度の工事に含めます。")
        assert outcomes.open_plans(session, until=date(2026, 12, 1), actor=cast.sato) == []
        assert len(outcomes.open_plans(session, until=date(2026, 12, 1), actor=cast.tanaka)) == 1
        matter.status = MatterStatus.WITHDRAWN
        session.flush()
        assert outcomes.open_plans(session, until=date(2026, 12, 1)) == []


def test_what_was_reflected_has_its_day(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    with database.write() as session:
        for day in (None, date(2026, 11, 25)):
            with pytest.raises(Invalid, match="反映した日"):
                say(session, matter_id, cast, clock, Outcome.REFLECTED, reflected_on=day)
        say(session, matter_id, cast, clock, Outcome.PLANNED, planned_month=date(2026, 12, 5))
        matter = say(session, matter_id, cast, clock, Outcome.REFLECTED, reflected_on=TODAY)
        assert (matter.reflected_on, matter.planned_month) == (TODAY, None)
        assert say(session, matter_id, cast, clock, None, reflected_on=TODAY).reflected_on is None


def test_an_outcome_is_taken_back_with_its_words_and_dates(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    with database.write() as session:
        say(session, matter_id, cast, clock, Outcome.PLANNED, planned_month=date(2026, 12, 5))
        matter = say(session, matter_id, cast, clock, Outcome.REFLECTED, reason="塗り直しました。", reflected_on=TODAY)

        def undo() -> None:
            newest = select(HistoryEntry.id).order_by(HistoryEntry.id.desc()).limit(1)
            entry_id, version = session.scalars(newest).one(), matter.version
            undoing.undo(session, matter_id, actor=cast.tanaka, version=version, at=clock(), entry_id=entry_id)

        undo()
        assert (matter.outcome, matter.outcome_reason) == (Outcome.PLANNED, "来年度の工事に含めます。")
        assert (matter.planned_month, matter.reflected_on) == (date(2026, 12, 1), None)
        undo()
        assert (matter.outcome, matter.outcome_reason) == (Outcome.REFLECTED, "塗り直しました。")
        assert (matter.planned_month, matter.reflected_on) == (None, TODAY)


def test_an_outcome_from_before_its_dates_were_kept_cannot_be_taken_back(
    database: Database, cast: Cast, clock: FakeClock
) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    with database.write() as session:
        matter = say(session, matter_id, cast, clock, Outcome.NOTED)
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "outcome")).one()
        entry.kept = None
        session.flush()
        version = matter.version
        with pytest.raises(Invalid):
            undoing.undo(session, matter_id, actor=cast.tanaka, version=version, at=clock(), entry_id=entry.id)
