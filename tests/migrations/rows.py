"""One row in every table of any revision, made from the tables as they are found."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_EXAMPLES: list[tuple[type[sa.types.TypeEngine[Any]], object]] = [
    (sa.Boolean, True),
    (sa.Integer, 1),
    (sa.Numeric, 1),
    (sa.Float, 35.5),
    (sa.DateTime, datetime(2026, 11, 20, 3, 0, tzinfo=UTC)),
    (sa.Date, date(2026, 11, 20)),
    (sa.LargeBinary, b"\x00bytes"),
    (sa.JSON, {"書": "👍🏽"}),
    (sa.Uuid, UUID("6f3a1a52-9f0e-4c83-9d0c-0d5d6c0c2f11")),
    (sa.ARRAY, ["文字"]),
    (sa.String, "文字"),
]


_NOT_OURS = ("alembic_version", "matter_search", "changed_days")
"""Alembic's table, the search index, and what triggers write when a matter is added."""


def _example(column: sa.Column[Any]) -> object:
    for kind, value in _EXAMPLES:
        if isinstance(column.type, kind):
            return value
    raise AssertionError(f"no example of {column.type!r} for {column}")


def _tables(connection: Connection) -> list[sa.Table]:
    metadata = sa.MetaData()
    metadata.reflect(connection, only=lambda name, _: not name.startswith(_NOT_OURS))
    return metadata.sorted_tables


def fill(connection: Connection) -> dict[str, int]:
    """Put one row into every table, pointing to the rows it depends on. Returns how many rows each table has."""
    for table in _tables(connection):
        values: dict[str, Any] = {column.name: _example(column) for column in table.columns}
        for key in table.foreign_keys:
            values[key.parent.name] = sa.select(key.column).limit(1).scalar_subquery()
        connection.execute(table.insert().values(values))
    return count(connection)


def count(connection: Connection) -> dict[str, int]:
    """How many rows each table has; the search index is no table of its own."""
    return {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in _tables(connection)
    }
