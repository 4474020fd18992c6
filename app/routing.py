"""The city's routes as a function: from a text and its reading to a department's code."""

from collections.abc import Callable

from sqlalchemy import select

from feedback.db import Database
from feedback.departments.models import Department
from feedback.routing.service import load_router

Find = Callable[[str, str | None, str | None], str | None]
"""(text, area key, kind) → department code; None when the city has no such department."""


def department_finder(database: Database) -> Find:
    """Routes of the city's database as they are now."""
    with database.read() as session:
        router = load_router(session)
        codes = dict(session.execute(select(Department.id, Department.code)).all())

    def find(text: str, area_key: str | None, kind: str | None) -> str | None:
        return codes.get(router.route(area_key=area_key, kind=kind, text=text).department_id)

    return find
