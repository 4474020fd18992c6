"""Reads of departments."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.departments.models import Department


@dataclass(frozen=True, slots=True)
class DepartmentName:
    """A department as lists and choices show it."""

    id: int
    code: str
    name: str
    bureau: str
    is_desk: bool
    active: bool


def departments(session: Session, *, active_only: bool = True) -> list[DepartmentName]:
    """The departments in the city's order."""
    query = select(
        Department.id, Department.code, Department.name, Department.bureau, Department.is_desk, Department.active
    ).order_by(Department.position, Department.id)
    if active_only:
        query = query.where(Department.active)
    return [DepartmentName(*row) for row in session.execute(query)]
