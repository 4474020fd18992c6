"""The first steps of an installation: migrations, default city, first administrator. Safe to repeat."""

from dataclasses import dataclass

from sqlalchemy import select

from app import migrating
from feedback.clock import utc_now
from feedback.config import Settings
from feedback.db import Database
from feedback.routing.service import install_defaults
from feedback.staff import service as staff
from feedback.staff.models import Role, Staff


@dataclass(frozen=True, slots=True)
class Installed:
    """What was added. ``password``: the administrator's, None when there was one already."""

    defaults: int
    password: str | None


def install(database: Database, settings: Settings, *, admin_email: str, admin_name: str) -> Installed:
    """Bring a database to where people can log in."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrating.upgrade(database)
    with database.write() as session:
        defaults = install_defaults(session)
        exists = session.scalar(select(Staff.id).where(Staff.role == Role.ADMINISTRATOR).limit(1))
        if exists:
            return Installed(defaults, None)
        password = staff.one_time_password()
        staff.register(
            session,
            email=admin_email,
            name=admin_name,
            role=Role.ADMINISTRATOR,
            department_id=None,
            password=password,
            at=utc_now(),
        )
        return Installed(defaults, password)
