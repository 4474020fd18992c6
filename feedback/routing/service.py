"""Loads the router, and changes areas and rules."""

import tomllib
from importlib.resources import files
from typing import Any

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
    rules = session.execute(
        select(
            RoutingRule.name,
            RoutingRule.department_id,
            RoutingRule.area_key,
            RoutingRule.kind,
            RoutingRule.words,
            RoutingRule.district,
        )
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


def install_defaults(session: Session) -> int:
    """Give an empty city its first departments, areas and rules. Returns how many rows were added; changes none."""
    defaults = tomllib.loads(files("feedback").joinpath("defaults.toml").read_text("utf-8"))
    departments = {one.code: one for one in session.scalars(select(Department))}
    before = len(departments)
    if not departments:
        departments = {
            row["code"]: Department(position=n, email="", phone="", active=True, **row)
            for n, row in enumerate(defaults["departments"])
        }
        session.add_all(departments.values())
        session.flush()
    added = len(departments) - before
    if not session.scalar(select(Area.key).limit(1)):
        session.add_all(_default_areas(defaults, departments))
        session.flush()
        rules = _default_rules(defaults, departments)
        session.add_all(rules)
        added += len(defaults["areas"]) + len(rules)
    return added


def _default_areas(defaults: dict[str, Any], departments: dict[str, Department]) -> list[Area]:
    return [
        Area(
            **{name: row[name] for name in ("key", "name", "short_name", "description")},
            department_id=departments[row["department"]].id if row["department"] in departments else None,
            active=True,
            position=n,
        )
        for n, row in enumerate(defaults["areas"])
    ]


def _default_rules(defaults: dict[str, Any], departments: dict[str, Department]) -> list[RoutingRule]:
    return [
        RoutingRule(
            position=n,
            name=row["name"],
            area_key=row["area"],
            words=row["words"],
            department_id=departments[row["department"]].id,
            active=True,
        )
        for n, row in enumerate(defaults["rules"])
        if row["department"] in departments
    ]
