"""Loads the router, and changes areas and rules."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.departments.models import Department
from feedback.errors import Invalid
from feedback.routing.models import Area, RoutingRule
from feedback.routing.rules import Router, Rule


def desk_id(session: Session) -> int:
    """Id of the listening desk. Invalid when the city has none yet."""
    found = session.scalar(select(Department.id).where(Department.is_desk, Department.active))
    if found is None:
        raise Invalid("広聴担当の課が登録されていません。`machikoe init` を実行するか、部署の画面で登録してください。")
    return found


def load_router(session: Session) -> Router:
    """The router as the city has set it up; inactive areas, rules and departments take no part."""
    rules = session.scalars(
        select(RoutingRule)
        .join(RoutingRule.department)
        .where(RoutingRule.active, Department.active)
        .order_by(RoutingRule.position, RoutingRule.id)
    )
    areas = session.execute(
        select(Area.key, Area.department_id).join(Area.department).where(Area.active, Department.active)
    )
    return Router(
        rules=[Rule(r.name, r.department_id, r.area_key, r.kind, tuple(r.words), r.district) for r in rules],
        area_departments={key: department_id for key, department_id in areas if department_id is not None},
        desk_id=desk_id(session),
    )
