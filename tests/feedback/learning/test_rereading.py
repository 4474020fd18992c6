from sqlalchemy import select

from feedback.db import Database
from feedback.learning import rereading
from feedback.opinions.models import Matter, MatterReading
from tests.conftest import NOW, Cast
from tests.feedback.learning.city import answer, read_as, receive


def test_only_what_says_something_new_is_written_and_matters_stay(database: Database) -> None:
    with database.write() as session:
        ids = [receive(session, NOW, area).id for area in ("roads", "roads", None)]
        before = [(one.area_key, one.department_id, one.version) for one in session.scalars(select(Matter))]
    with database.read() as session:
        stored = rereading.chunk(session, after=0, up_to=rereading.newest(session))
    readings = dict(zip(ids, [read_as("roads", sure=0.99), read_as("parks"), read_as("environment")], strict=True))
    with database.write() as session:
        assert rereading.write(session, stored, readings, at=NOW) == 2
    with database.read() as session:
        again = session.scalars(select(MatterReading).where(MatterReading.again).order_by(MatterReading.id)).all()
        assert [(one.matter_id, one.area_key) for one in again] == [(ids[1], "parks"), (ids[2], "environment")]
        assert [(one.area_key, one.department_id, one.version) for one in session.scalars(select(Matter))] == before
        stored = rereading.chunk(session, after=0, up_to=ids[-1])
    with database.write() as session:
        assert rereading.write(session, stored, readings, at=NOW) == 0


def test_what_changed_meanwhile_is_left_alone(database: Database, cast: Cast) -> None:
    with database.write() as session:
        matter = receive(session, NOW)
    with database.read() as session:
        stored = rereading.chunk(session, after=0, up_to=matter.id)
    with database.write() as session:
        answer(session, session.get_one(Matter, matter.id), cast.kochi, NOW)
    with database.write() as session:
        assert rereading.write(session, stored, {matter.id: read_as("parks")}, at=NOW) == 0


def test_chunks_go_on_after_the_last(database: Database) -> None:
    with database.write() as session:
        ids = [receive(session, NOW).id for _ in range(5)]
    with database.read() as session:
        assert rereading.count(session, up_to=ids[3]) == 4
        first = rereading.chunk(session, after=0, up_to=ids[3], limit=3)
        rest = rereading.chunk(session, after=first[-1].id, up_to=ids[3], limit=3)
    assert [one.id for one in (*first, *rest)] == ids[:4]
