from datetime import timedelta

import pytest
from sqlalchemy import select

from feedback.batches import service as batches
from feedback.batches.models import Batch
from feedback.batches.queries import BatchView, batch_of
from feedback.db import Database
from feedback.departments.models import Department
from feedback.errors import Invalid, NotFound
from feedback.opinions import service
from feedback.opinions.models import Matter
from feedback.opinions.rules import MatterStatus
from feedback.staff.rules import Actor
from tests.admin.opinions import matter_of, write_opinion
from tests.conftest import NOW, Cast, FakeClock


def assign(database: Database, who: Actor, matters: list[int]) -> int:
    with database.write() as session:
        return batches.perform(
            session,
            [(one, 1) for one in matters],
            lambda matter_id, version: service.assign(
                session, matter_id, actor=who, version=version, at=NOW, assignee_id=who.id
            ),
            action="assign",
            actor=who,
            at=NOW,
        ).id


def view(database: Database, batch_id: int, who: Actor) -> BatchView | None:
    with database.read() as session:
        return batch_of(session, batch_id, actor=who, at=NOW)


def test_what_cannot_be_changed_says_why_and_the_rest_changes(database: Database, cast: Cast, clock: FakeClock) -> None:
    ours, theirs = write_opinion(database, clock()), write_opinion(database, clock(), area="environment")
    batch_id = assign(database, cast.tanaka, [ours, theirs])
    assert matter_of(database, ours).assignee_id == cast.tanaka.id
    found = view(database, batch_id, cast.tanaka)
    assert found is not None
    assert (found.done, found.refused) == (1, [(None, "案件が見つかりません。")])
    assert view(database, batch_id, cast.kochi) is None


def test_the_whole_change_is_taken_back(database: Database, cast: Cast, clock: FakeClock) -> None:
    matters = [write_opinion(database, clock()) for _ in range(2)]
    before = [(one.status, one.department_id, one.due_on, one.routed_at) for one in map_of(database, matters)]
    with database.write() as session:
        parks = session.scalars(select(Department.id).where(Department.code == "parks")).one()
        batch = batches.perform(
            session,
            [(one, 1) for one in matters],
            lambda matter_id, version: service.route(
                session, matter_id, actor=cast.kochi, version=version, at=NOW, department_id=parks
            ),
            action="route",
            actor=cast.kochi,
            at=NOW,
        )
        batch_id = batch.id
    assert {one.department_id for one in map_of(database, matters)} == {parks}
    with database.write() as session:
        assert batches.undo(session, batch_id, actor=cast.kochi, at=NOW) == (2, [])
    assert [(one.status, one.department_id, one.due_on, one.routed_at) for one in map_of(database, matters)] == before
    with database.write() as session, pytest.raises(Invalid):
        batches.undo(session, batch_id, actor=cast.kochi, at=NOW)


def test_what_somebody_changed_since_stays(database: Database, cast: Cast, clock: FakeClock) -> None:
    one, other = write_opinion(database, clock()), write_opinion(database, clock())
    batch_id = assign(database, cast.tanaka, [one, other])
    with database.write() as session:
        service.set_urgent(session, one, actor=cast.kochi, version=2, at=NOW, urgent=True)
    with database.write() as session:
        done, refused = batches.undo(session, batch_id, actor=cast.tanaka, at=NOW)
    assert (done, [matter_id for matter_id, _ in refused]) == (1, [one])
    assert [matter.assignee_id for matter in map_of(database, [one, other])] == [cast.tanaka.id, None]


def test_closing_is_undone_with_its_moment(database: Database, cast: Cast, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock())
    with database.write() as session:
        batch_id = batches.perform(
            session,
            [(matter_id, 1)],
            lambda one, version: service.set_status(
                session,
                one,
                actor=cast.kochi,
                version=version,
                at=NOW,
                status=MatterStatus.CLOSED,
                reason="電話で説明済み",
            ),
            action="close",
            actor=cast.kochi,
            at=NOW,
        ).id
    assert matter_of(database, matter_id).closed_at == NOW
    with database.write() as session:
        batches.undo(session, batch_id, actor=cast.kochi, at=NOW)
    matter = matter_of(database, matter_id)
    assert (matter.status, matter.closed_at) == (MatterStatus.ROUTED, None)


def test_only_the_person_and_only_soon(database: Database, cast: Cast, clock: FakeClock) -> None:
    batch_id = assign(database, cast.tanaka, [write_opinion(database, clock())])
    with database.write() as session:
        with pytest.raises(NotFound):
            batches.undo(session, batch_id, actor=cast.kochi, at=NOW)
        late = NOW + batches.UNDONE_WITHIN + timedelta(seconds=1)
        with pytest.raises(Invalid):
            batches.undo(session, batch_id, actor=cast.tanaka, at=late)
        assert not batches.undoable(session.get_one(Batch, batch_id), at=late)


def map_of(database: Database, matters: list[int]) -> list[Matter]:
    return [matter_of(database, one) for one in matters]
