import pytest
from sqlalchemy import func, select

from feedback.db import Database
from feedback.departments.models import Department
from feedback.errors import Invalid
from feedback.routing import service
from feedback.routing.models import Area, RoutingRule


def department(database: Database, code: str) -> int:
    with database.read() as session:
        return session.scalars(select(Department.id).where(Department.code == code)).one()


def test_the_first_city_has_all_areas_a_desk_and_departments(database: Database) -> None:
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Area)) == 21
        areas = session.scalars(select(Area)).all()
        assert session.scalar(select(func.count()).select_from(Department).where(Department.is_desk)) == 1
        assert all(area.department_id or area.key == "out_of_scope" for area in areas)
        assert all(0 < len(area.short_name) <= 20 for area in areas)


def test_installing_again_changes_nothing(database: Database) -> None:
    with database.write() as session:
        session.scalars(select(Area).where(Area.key == "roads")).one().name = "道"
    with database.write() as session:
        assert service.install_defaults(session) == 0
    with database.read() as session:
        assert session.scalars(select(Area.name).where(Area.key == "roads")).one() == "道"


def test_areas_go_to_their_department_and_the_unknown_to_the_desk(database: Database) -> None:
    with database.read() as session:
        router = service.load_router(session)
        assert router.route(area_key="disaster").department_id == department(database, "crisis")
        assert router.route(area_key=None).department_id == department(database, "kocho") == router.desk_id


def test_the_citys_own_rules_come_in_their_order(database: Database) -> None:
    fire, tax = department(database, "fire"), department(database, "tax")
    with database.write() as session:
        session.add(RoutingRule(position=-1, name="先", words=["消火栓"], department_id=fire))
        session.add(RoutingRule(position=-2, name="もっと先", kind="thanks", department_id=tax))
    with database.read() as session:
        router = service.load_router(session)
    assert router.route(area_key="parks", text="消火栓").department_id == fire
    assert router.route(area_key="parks", text="消火栓", kind="thanks").department_id == tax


def test_what_is_switched_off_takes_no_part(database: Database) -> None:
    fire = department(database, "fire")
    with database.write() as session:
        session.add(RoutingRule(position=-1, name="休", words=["消火栓"], department_id=fire, active=False))
        session.scalars(select(Area).where(Area.key == "parks")).one().active = False
        crisis = session.scalars(select(Department).where(Department.code == "crisis")).one()
        crisis.active = False
    with database.read() as session:
        router = service.load_router(session)
    assert router.route(area_key="roads", text="消火栓").department_id != fire
    assert router.route(area_key="parks").department_id == router.desk_id
    assert router.route(area_key="disaster").department_id == router.desk_id


def test_a_city_without_a_desk_is_told_what_to_do(database: Database) -> None:
    with database.write() as session:
        session.scalars(select(Department).where(Department.is_desk)).one().is_desk = False
    with database.read() as session, pytest.raises(Invalid, match="machikoe init"):
        service.desk_id(session)
