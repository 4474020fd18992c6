import pytest

from feedback.db import Database
from feedback.errors import NotFound
from feedback.presence.service import LEASE, Other, leave, stay
from feedback.staff.rules import Actor
from tests.admin.opinions import write_opinion
from tests.conftest import Cast, FakeClock


def say(database: Database, matter_id: int, who: Actor, clock: FakeClock, *, editing: bool = False) -> list[Other]:
    with database.write() as session:
        return stay(session, matter_id, actor=who, editing=editing, at=clock())


def test_people_at_a_matter_hear_of_each_other(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock())
    assert say(database, matter_id, cast.tanaka, clock) == []
    assert say(database, matter_id, cast.kochi, clock, editing=True) == [Other(cast.tanaka.name, editing=False)]
    assert say(database, matter_id, cast.tanaka, clock) == [Other(cast.kochi.name, editing=True)]


def test_whoever_is_silent_or_leaves_is_gone(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock())
    say(database, matter_id, cast.tanaka, clock)
    clock.advance(seconds=LEASE.total_seconds())
    assert say(database, matter_id, cast.kochi, clock) == []
    with database.write() as session:
        leave(session, matter_id, actor=cast.kochi)
    assert say(database, matter_id, cast.tanaka, clock) == []


def test_another_departments_matter_says_nothing(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    say(database, matter_id, cast.tanaka, clock)
    with pytest.raises(NotFound):
        say(database, matter_id, cast.sato, clock)
