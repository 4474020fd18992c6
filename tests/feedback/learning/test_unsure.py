import pytest
from sqlalchemy import select

from feedback.db import Database
from feedback.errors import Invalid, NotAllowed
from feedback.learning.unsure import confirm, unsure
from feedback.opinions.models import HistoryEntry, Label, Matter
from feedback.opinions.rules import Source
from tests.conftest import NOW, Cast
from tests.feedback.learning.city import DAY, correct, receive


def test_the_least_certain_that_nobody_checked_come_first(database: Database, cast: Cast) -> None:
    with database.write() as session:
        sure = receive(session, NOW, sure=0.9)
        unsure_one = receive(session, NOW, None, sure=0.2)
        middle = receive(session, NOW, sure=0.5)
        correct(session, receive(session, NOW, sure=0.1), cast.kochi, "parks", NOW)
    with database.read() as session:
        found = unsure(session, actor=cast.kochi)
        assert [one.row.id for one in found] == [unsure_one.id, middle.id, sure.id]
        assert found[0].area_key is None
        assert found[0].offered == (("roads", 0.2), ("parks", 0.05))
        assert [one.row.id for one in unsure(session, actor=cast.kochi, limit=1)] == [unsure_one.id]
        assert unsure(session, actor=cast.sato) == []


def test_a_confirmed_area_is_a_label_and_moves_nothing(database: Database, cast: Cast) -> None:
    with database.write() as session:
        matter = receive(session, NOW)
        department = matter.department_id
        confirm(session, matter.id, actor=cast.kochi, version=matter.version, at=NOW + DAY)
    with database.read() as session:
        kept = session.get_one(Matter, matter.id)
        assert (kept.area_key, kept.area_source, kept.department_id) == ("roads", Source.STAFF, department)
        assert [(one.value, one.staff_id) for one in session.scalars(select(Label))] == [("roads", cast.kochi.id)]
        assert session.scalars(select(HistoryEntry.action)).all()[-1] == "confirmed"
        assert unsure(session, actor=cast.kochi) == []


def test_only_the_desk_confirms_and_only_where_there_is_an_area(database: Database, cast: Cast) -> None:
    with database.write() as session:
        matter, without = receive(session, NOW), receive(session, NOW, None)
        with pytest.raises(NotAllowed):
            confirm(session, matter.id, actor=cast.tanaka, version=matter.version, at=NOW)
        with pytest.raises(Invalid, match="分野を選んで"):
            confirm(session, without.id, actor=cast.kochi, version=without.version, at=NOW)
