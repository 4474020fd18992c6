from datetime import date, timedelta

from feedback.db import Database
from feedback.learning.quality import Confusion, behind, drift_until, quality
from feedback.opinions import service
from feedback.opinions.models import MatterReading
from feedback.opinions.rules import MatterStatus
from feedback.routing.service import desk_id
from feedback.statistics.queries import Scope
from tests.conftest import NOW, Cast
from tests.feedback.learning.city import DAY, answer, correct, receive

PERIOD = Scope(date(2026, 11, 1), date(2026, 11, 30))


def fill(database: Database, cast: Cast) -> dict[str, int]:
    with database.write() as session:
        right = [receive(session, NOW - DAY, "roads", sure=0.95) for _ in range(3)]
        for matter in right:
            answer(session, matter, cast.kochi, NOW)
        wrong = receive(session, NOW - DAY, "roads", sure=0.75)
        correct(session, wrong, cast.kochi, "parks", NOW)
        abstained = receive(session, NOW - DAY, None, sure=0.35)
        correct(session, abstained, cast.kochi, "roads", NOW)
        untouched = receive(session, NOW - DAY, "environment")
        spam = receive(session, NOW - DAY, "environment")
        spam.status = MatterStatus.SPAM
        old = receive(session, NOW - 60 * DAY, "environment")
        answer(session, old, cast.kochi, NOW)
        return {"wrong": wrong.id, "abstained": abstained.id, "untouched": untouched.id}


def test_figures_of_a_period(database: Database, cast: Cast) -> None:
    ids = fill(database, cast)
    with database.read() as session:
        found = quality(session, PERIOD)
        assert (found.read, found.abstained, found.settled) == (6, 1, 5)
        assert (found.accepted.right, found.accepted.n) == (3, 4)
        assert (found.decided.right, found.decided.n) == (3, 4)
        assert [(one.key, one.right, one.n) for one in found.by_area] == [("roads", 3, 4), ("parks", 0, 1)]
        assert found.confusions == (Confusion("roads", "parks", 1), Confusion(None, "roads", 1))
        assert [(one.low, one.n, round(one.confidence, 2), one.right) for one in found.reliability] == [
            (0.3, 1, 0.35, 1.0),
            (0.7, 1, 0.75, 0.0),
            (0.9, 3, 0.95, 1.0),
        ]
        assert (found.kind.right, found.kind.n) == (5, 5)
        assert behind(session, PERIOD, read="roads", true="parks") == [ids["wrong"]]
        assert behind(session, PERIOD, read=None, true="roads") == [ids["abstained"]]
        assert behind(session, PERIOD, read="environment", true="environment") == []


def test_a_citys_first_day_has_no_figures(database: Database) -> None:
    with database.read() as session:
        found = quality(session, PERIOD)
        assert (found.read, found.settled, found.accepted.ratio) == (0, 0, None)
        assert found.reliability == ()
        assert not drift_until(session, NOW).is_known


def test_what_was_read_again_later_counts_for_nothing(database: Database, cast: Cast) -> None:
    ids = fill(database, cast)
    with database.read() as session:
        before = quality(session, PERIOD)
    with database.write() as session:
        session.add(
            MatterReading(
                matter_id=ids["wrong"],
                model_version="later",
                area_key="parks",
                areas=[["parks", 0.99]],
                also=[],
                kind="request",
                urgency="normal",
                evidence=[],
                personal_data=[],
                read_at=NOW + DAY,
                again=True,
            )
        )
    with database.read() as session:
        assert quality(session, PERIOD) == before


def test_what_a_department_sent_on_was_not_accepted(database: Database, cast: Cast) -> None:
    with database.write() as session:
        matter = receive(session, NOW, "roads")
        service.decline(
            session, matter.id, actor=cast.kochi, version=matter.version, at=NOW + timedelta(hours=1), reason="別の課"
        )
        assert matter.department_id == desk_id(session)
    with database.read() as session:
        found = quality(session, PERIOD)
    assert [(one.right, one.n) for one in found.by_department] == [(0, 1)]


def test_drift_looks_at_thirty_days_and_the_ninety_before(database: Database) -> None:
    with database.write() as session:
        for n in range(60):
            receive(session, NOW - DAY, "environment" if n % 3 else "roads", sure=0.6)
            receive(session, NOW - 40 * DAY, "roads", sure=0.9)
        receive(session, NOW - 200 * DAY, "parks")
    with database.read() as session:
        found = drift_until(session, NOW)
    assert (found.n, found.n_before) == (60, 60)
    assert found.moved_far
    assert found.less_sure
