from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from feedback.db import Database
from feedback.errors import Invalid
from feedback.opinions import outcomes
from feedback.opinions.models import Matter
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
