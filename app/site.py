"""What every command starts from: the settings with their keys, and the database."""

from dataclasses import dataclass

from app import migrating
from feedback.config import Settings, SettingsError, load_settings
from feedback.db import Database


@dataclass(frozen=True, slots=True)
class Site:
    """One installation."""

    settings: Settings
    database: Database


def open_site() -> Site:
    """Read the settings and open the database. SettingsError when `machikoe init` has not been run."""
    settings = load_settings()
    settings.key_ring()
    database = Database(settings.database)
    at = migrating.current(database)
    if at is None:
        raise SettingsError("The database is empty. Run `machikoe init` once.")
    if at != migrating.head():
        raise SettingsError(
            f"The database is at migration {at}, {migrating.head()} is needed. Run `machikoe db upgrade`."
        )
    return Site(settings, database)
