from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.audit.models import AuditEntry
from feedback.db import Database
from feedback.errors import Invalid, NotFound
from feedback.opinions import declining, service
from feedback.opinions.models import HistoryEntry, Label, Matter
from feedback.opinions.rules import MatterStatus, Source
from tests.admin.opinions import write_opinion
from tests.conftest import Cast, FakeClock


@pytest.fixture
def matter_id(database: Database, clock: FakeClock) -> int:
    return write_opinion(database, clock(), area="roads")


@pytest.fixture
def session(database: Database, matter_id: int) -> Iterator[Session]:
    assert matter_id  # written before this transaction takes SQLite's write lock
    with database.write() as session:
        yield session


@pytest.fixture
def matter(session: Session, matter_id: int, cast: Cast, clock: FakeClock) -> Matter:
    """In work by tanaka."""
    found = session.get_one(Matter, matter_id)
    own = cast.tanaka
    service.set_status(session, matter_id, actor=own, version=1, at=clock(), status=MatterStatus.IN_PROGRESS)
    service.assign(session, matter_id, actor=own, version=found.version, at=clock(), assignee_id=own.id)
    clock.advance(minutes=1)
    return found


def decline(session: Session, matter: Matter, cast: Cast, clock: FakeClock) -> None:
    service.decline(session, matter.id, actor=cast.tanaka, version=matter.version, at=clock(), reason="公園の話")
    clock.advance(minutes=1)


def state(matter: Matter) -> tuple[object, ...]:
    return matter.department_id, matter.status, matter.assignee_id, matter.bounces, matter.routed_at


def test_what_was_declined_comes_back_as_it_was(session: Session, matter: Matter, cast: Cast, clock: FakeClock) -> None:
    before = state(matter)
    decline(session, matter, cast, clock)
    assert state(matter) != before
    offered = declining.declined(session, matter.id, actor=cast.tanaka, at=clock())

    declining.take_back(session, matter.id, actor=cast.tanaka, at=clock())

    assert state(matter) == before
    assert offered is not None
    assert (offered.matter_id, offered.until) == (matter.id, clock() + timedelta(minutes=9))
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-2:] == ["matter.declined", "matter.decline_taken_back"]
    labels = session.execute(select(Label.field, Label.value).order_by(Label.id)).all()
    assert labels[-1] == ("department", str(matter.department_id))
    with pytest.raises(NotFound):
        declining.take_back(session, matter.id, actor=cast.tanaka, at=clock())


def test_it_is_only_for_the_person_who_declined(session: Session, matter: Matter, cast: Cast, clock: FakeClock) -> None:
    decline(session, matter, cast, clock)
    moved = replace(cast.tanaka, department_id=cast.sato.department_id)

    for other in (cast.sato, cast.kochi, cast.admin, cast.suzuki, moved):
        assert declining.declined(session, matter.id, actor=other, at=clock()) is None
        with pytest.raises(NotFound):
            declining.take_back(session, matter.id, actor=other, at=clock())
    with pytest.raises(NotFound):
        declining.take_back(session, 999_999, actor=cast.tanaka, at=clock())


def test_what_the_desk_sent_on_is_not_taken_back(
    session: Session, matter: Matter, cast: Cast, clock: FakeClock
) -> None:
    decline(session, matter, cast, clock)
    service.route(
        session,
        matter.id,
        actor=cast.kochi,
        version=matter.version,
        at=clock(),
        department_id=cast.sato.department_id or 0,
    )

    with pytest.raises(NotFound):
        declining.take_back(session, matter.id, actor=cast.tanaka, at=clock())


Touch = Callable[[Session, Matter, Cast, FakeClock], object]
TOUCHES: dict[str, Touch] = {
    "time": lambda _session, _matter, _cast, clock: clock.advance(minutes=10),
    "note": lambda session, matter, cast, clock: service.add_note(
        session, matter.id, actor=cast.kochi, at=clock(), text="確認します"
    ),
    "status": lambda session, matter, cast, clock: service.set_status(
        session, matter.id, actor=cast.kochi, version=matter.version, at=clock(), status=MatterStatus.IN_PROGRESS
    ),
    "withdrawn": lambda _session, matter, _cast, _clock: setattr(matter, "status", MatterStatus.WITHDRAWN),
}


@pytest.mark.parametrize("touch", TOUCHES)
def test_after_a_while_or_a_touch_it_is_too_late(
    session: Session, matter: Matter, cast: Cast, clock: FakeClock, touch: str
) -> None:
    decline(session, matter, cast, clock)
    TOUCHES[touch](session, matter, cast, clock)

    assert declining.declined(session, matter.id, actor=cast.tanaka, at=clock()) is None
    with pytest.raises(Invalid, match="もう取り消せません"):
        declining.take_back(session, matter.id, actor=cast.tanaka, at=clock())


def test_what_the_citizen_adds_meanwhile_does_not_hinder(
    session: Session, matter: Matter, cast: Cast, clock: FakeClock
) -> None:
    decline(session, matter, cast, clock)
    HistoryEntry(matter=matter, at=clock(), source=Source.CITIZEN, action="added", after="image")
    session.flush()

    declining.take_back(session, matter.id, actor=cast.tanaka, at=clock())

    assert matter.department_id == cast.tanaka.department_id
