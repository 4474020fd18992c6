import pytest

from feedback.db import Database
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.likeness.models import Fingerprint
from feedback.links import service
from feedback.links.queries import Around, around, members
from feedback.links.rules import LinkKind
from feedback.opinions.rules import receipt_number
from feedback.staff.rules import Actor
from tests.admin.opinions import matter_of, write_opinion
from tests.conftest import NOW, Cast, FakeClock


def receipt(database: Database, matter_id: int) -> str:
    matter = matter_of(database, matter_id)
    return receipt_number(matter.submission_id, matter.received_at)


def seen(database: Database, matter_id: int, who: Actor) -> Around:
    with database.read() as session:
        return around(session, matter_id, actor=who)


def test_a_link_is_seen_from_both_ends_by_who_sees_both(database: Database, cast: Cast, clock: FakeClock) -> None:
    here, there = write_opinion(database, clock(), area="roads"), write_opinion(database, clock(), area="environment")
    with database.write() as session:
        service.link(session, here, actor=cast.kochi, at=NOW, other=receipt(database, there), kind=LinkKind.FOLLOW_UP)
    assert [(one.row.id, one.kind, one.back) for one in seen(database, here, cast.kochi).links] == [
        (there, LinkKind.FOLLOW_UP, False)
    ]
    assert [(one.row.id, one.back) for one in seen(database, there, cast.kochi).links] == [(here, True)]
    assert seen(database, here, cast.tanaka).links == []
    assert seen(database, there, cast.sato).links == []
    with pytest.raises(NotFound):
        seen(database, there, cast.tanaka)


def test_a_matter_of_another_department_is_as_unknown_as_none(database: Database, cast: Cast, clock: FakeClock) -> None:
    here, there = write_opinion(database, clock(), area="roads"), write_opinion(database, clock(), area="environment")
    said = []
    for typed in (receipt(database, there), "R8-999999"):
        with database.write() as session, pytest.raises(Invalid) as refusal:
            service.link(session, here, actor=cast.tanaka, at=NOW, other=typed, kind=LinkKind.RELATED)
        said.append(str(refusal.value))
    assert said[0] == said[1]
    with database.write() as session, pytest.raises(NotFound):
        service.link(session, here, actor=cast.tanaka, at=NOW, other=there, kind=LinkKind.RELATED)


def test_links_are_made_once_and_taken_away_from_either_end(database: Database, cast: Cast, clock: FakeClock) -> None:
    one, other = write_opinion(database, clock()), write_opinion(database, clock())
    with database.write() as session:
        service.link(session, one, actor=cast.tanaka, at=NOW, other=other, kind=LinkKind.DUPLICATE)
        for wrong in (other, one):
            with pytest.raises(Invalid):
                service.link(session, one, actor=cast.tanaka, at=NOW, other=wrong, kind=LinkKind.RELATED)
        with pytest.raises(NotAllowed):
            service.unlink(session, one, actor=cast.suzuki, at=NOW, other_id=other)
        assert service.unlink(session, other, actor=cast.tanaka, at=NOW, other_id=one) is LinkKind.DUPLICATE
        with pytest.raises(NotFound):
            service.unlink(session, other, actor=cast.tanaka, at=NOW, other_id=one)


@pytest.mark.parametrize("typed", ["", "道路", "R8-", "12"])
def test_what_is_no_receipt_number_is_explained(database: Database, cast: Cast, clock: FakeClock, typed: str) -> None:
    matter_id = write_opinion(database, clock())
    with database.write() as session, pytest.raises(Invalid):
        service.link(session, matter_id, actor=cast.tanaka, at=NOW, other=typed, kind=LinkKind.RELATED)


def test_one_click_groups_copies_and_links_the_actor_sees(database: Database, cast: Cast, clock: FakeClock) -> None:
    first, copy, linked, alone = (write_opinion(database, clock()) for _ in range(4))
    theirs = write_opinion(database, clock(), area="environment")
    with database.write() as session:
        for number, matter_id in enumerate((first, copy, theirs)):
            found = session.get(Fingerprint, matter_id) or Fingerprint(matter_id=matter_id, revision=100 + number)
            found.group_id = first
            session.add(found)
        service.link(session, first, actor=cast.tanaka, at=NOW, other=linked, kind=LinkKind.RELATED)
        assert service.group_like(session, first, actor=cast.tanaka, at=NOW) == 3
        with pytest.raises(Invalid):
            service.group_like(session, alone, actor=cast.tanaka, at=NOW)
    assert [row.id for row in seen(database, first, cast.tanaka).group] == [copy, linked]
    with database.read() as session:
        assert members(session, copy) == [first, copy, linked]
        assert members(session, alone) == []


def test_a_group_of_one_is_none(database: Database, cast: Cast, clock: FakeClock) -> None:
    one, other = write_opinion(database, clock()), write_opinion(database, clock())
    with database.write() as session:
        assert service.group(session, [one, other], actor=cast.tanaka, at=NOW) == 2
        service.ungroup(session, one, actor=cast.tanaka, at=NOW)
    assert not seen(database, other, cast.tanaka).grouped
    with database.write() as session, pytest.raises(Invalid):
        service.ungroup(session, other, actor=cast.tanaka, at=NOW)
