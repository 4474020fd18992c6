"""Brings a database to the newest migration, or elsewhere."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from feedback.db import Database
from feedback.errors import Invalid
from feedback.statistics import triggers

_MIGRATIONS = Path(__file__).parent.parent / "migrations"
_LOCK = 7_305_811
"""Advisory lock, so that many processes may start at once and only one migrates."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def head() -> str:
    """The newest revision."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(database: Database) -> str | None:
    """The revision a database is at; None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply all migrations up to ``revision``; nothing happens when they are applied already.

    Invalid when there is no such revision.
    """
    _move(database, lambda config: command.upgrade(config, revision))


def downgrade(database: Database, revision: str) -> None:
    """Undo migrations down to ``revision`` ("base" for all)."""
    _move(database, lambda config: command.downgrade(config, revision))


def alone(connection: Connection | Session) -> None:
    """Wait until no other process sets the database up; it is ours until the transaction ends."""
    # On SQLite the write transaction is the lock.
    bind = connection if isinstance(connection, Connection) else connection.get_bind()
    if bind.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _move(database: Database, step: Callable[[Config], None]) -> None:
    config = _config()
    with (
        database.engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection,
        connection.begin(),
    ):
        alone(connection)
        config.attributes["connection"] = connection
        try:
            step(config)
        except CommandError as error:
            raise Invalid(f"データベースを移行できません: {error}") from error
        triggers.install(connection)
