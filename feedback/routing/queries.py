"""Reads of policy areas."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.routing.models import Area, RoutingRule


@dataclass(frozen=True, slots=True)
class AreaName:
    """A policy area as lists and choices show it."""

    key: str
    name: str
    short_name: str
    department_id: int | None
    active: bool


def areas(session: Session, *, active_only: bool = True) -> list[AreaName]:
    """The policy areas in the city's order."""
    query = select(Area.key, Area.name, Area.short_name, Area.department_id, Area.active).order_by(
        Area.position, Area.key
    )
    if active_only:
        query = query.where(Area.active)
    return [AreaName(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A routing rule as the list shows it."""

    id: int
    name: str
    area_key: str | None
    kind: str | None
    words: tuple[str, ...]
    district: str | None
    department: str
    active: bool


def rules(session: Session) -> list[RuleRow]:
    """All routing rules in the order in which they are tried."""
    found = session.scalars(select(RoutingRule).order_by(RoutingRule.position, RoutingRule.id))
    return [
        RuleRow(
            one.id, one.name, one.area_key, one.kind, tuple(one.words), one.district, one.department.name, one.active
        )
        for one in found
    ]
