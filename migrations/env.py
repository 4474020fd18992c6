"""Runs migrations on the connection that `app.migrating` hands over, or on the configured database."""

from typing import Any

from alembic import context
from sqlalchemy.engine import Connection

from feedback.config import load_settings
from feedback.db import Database, UtcDateTime
from feedback.models import Base
from feedback.opinions.search import SEARCH_TABLE


def _include(name: str | None, kind: str, _parents: Any) -> bool:
    return not (kind == "table" and name is not None and name.startswith((SEARCH_TABLE, "sqlite_")))


def _render_item(kind: str, item: Any, _context: Any) -> str | bool:
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=_include,
        render_item=_render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    database = Database(load_settings().database)
    with database.engine.begin() as own:
        _run(own)
