"""The first steps of an installation: migrations, default city, first administrator. Safe to repeat."""

from dataclasses import dataclass

from sqlalchemy import select

from app import migrating
from feedback.answers import templates
from feedback.clock import utc_now
from feedback.config import KEY_FILE, Settings, SettingsError, make_data_dir
from feedback.db import Database
from feedback.deadlines import service as deadlines
from feedback.routing.service import install_defaults
from feedback.staff import service as staff
from feedback.staff.models import Role, Staff


@dataclass(frozen=True, slots=True)
class Installed:
    """What was added. ``password``: the administrator's, None when there was one already."""

    defaults: int
    password: str | None


def refuse_new_keys(database: Database, settings: Settings) -> None:
    """SettingsError when keys are missing here although the database was set up with some.

    New ones would make every citizen a stranger, and unreadable what is sealed.
    """
    if settings.data_key is not None and settings.lookup_key is not None:
        return
    if database.is_made() and migrating.current(database) is not None and _has_staff(database):
        raise SettingsError(
            f"The database was set up with keys that are missing here. Copy {KEY_FILE} from the data folder in which "
            f"`machikoe init` first ran to {settings.data_dir}, or set MACHIKOE_DATA_KEY and MACHIKOE_LOOKUP_KEY."
        )


def _has_staff(database: Database) -> bool:
    with database.read() as session:
        return session.scalar(select(Staff.id).limit(1)) is not None


def install(database: Database, settings: Settings, *, admin_email: str, admin_name: str) -> Installed:
    """Bring a database to where people can log in."""
    make_data_dir(settings)
    migrating.upgrade(database)
    with database.write() as session:
        migrating.alone(session)
        defaults = install_defaults(session)
        deadlines.install_default(session, business_days=settings.answer_business_days)
        templates.install_defaults(session)
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
