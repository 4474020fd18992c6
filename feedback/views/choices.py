"""What the inbox lets one choose from: areas, departments, colleagues; in one statement, since the page has many."""

from dataclasses import dataclass

from sqlalchemy import Integer, String, cast, literal, select, union_all
from sqlalchemy.orm import Session

from feedback.departments.models import Department
from feedback.routing.models import Area
from feedback.staff.models import Staff
from feedback.staff.rules import PERMISSIONS, Actor, Permission

_AREA, _DEPARTMENT, _COLLEAGUE = "area", "department", "colleague"


@dataclass(frozen=True, slots=True)
class Choices:
    """Names by key, in the city's order. ``departments``: only for who sees all; ``colleagues``: to be assigned to."""

    areas: list[tuple[str, str]]
    departments: list[tuple[str, str]]
    colleagues: list[tuple[int, str]]


def choices_for(session: Session, *, actor: Actor) -> Choices:
    """What an actor's inbox offers: only what is in use."""
    number = cast(literal(0), Integer).label("position")
    parts = [
        select(literal(_AREA).label("what"), Area.key.label("key"), Area.short_name.label("name"), Area.position).where(
            Area.active
        )
    ]
    if actor.sees_all:
        key = cast(Department.id, String).label("key")
        parts.append(select(literal(_DEPARTMENT), key, Department.name, Department.position).where(Department.active))
    if actor.department_id is not None and actor.may(Permission.WORK_MATTERS):
        roles = [role for role, granted in PERMISSIONS.items() if Permission.WORK_MATTERS in granted]
        colleague = select(literal(_COLLEAGUE), cast(Staff.id, String), Staff.name, number)
        here = Staff.department_id == actor.department_id
        parts.append(colleague.where(here, Staff.active, Staff.role.in_(roles)))
    rows = session.execute(union_all(*parts)).all()
    found = {what: [row for row in rows if row.what == what] for what in (_AREA, _DEPARTMENT, _COLLEAGUE)}
    return Choices(
        areas=[(row.key, row.name) for row in sorted(found[_AREA], key=lambda row: (row.position, row.key))],
        departments=[
            (row.key, row.name) for row in sorted(found[_DEPARTMENT], key=lambda row: (row.position, int(row.key)))
        ],
        colleagues=[
            (int(row.key), row.name) for row in sorted(found[_COLLEAGUE], key=lambda row: (row.name, int(row.key)))
        ],
    )
