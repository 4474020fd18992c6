"""Many rows in one go, past the object mapper and past SQLAlchemy's own work on every single value.

SQLite takes them through one prepared statement, PostgreSQL by COPY, each at a fraction of the cost of statements
built a row at a time.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

import psycopg
import psycopg.sql
from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Enum,
    Integer,
    TableClause,
    any_,
    func,
    literal,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeDecorator

from feedback import raw_json
from feedback.db import sqlite_text

Convert = Callable[[Any], Any]


def write_rows(
    session: Session, table: TableClause, rows: Sequence[Mapping[str, Any]], names: Sequence[str] = ()
) -> None:
    """Insert rows that all have these columns (without ``names``: those of the first row, which all rows share).

    Columns not named get the database's own default, or NULL.
    """
    if not rows:
        return
    connection = session.connection()
    names = tuple(names or rows[0])
    values = [_converted(rows, name, convert) for name, convert in _converters(table, names, connection.dialect)]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_insert(table, names, connection.dialect), list(zip(*values, strict=True)))
    else:
        _copy(connection, table, names, zip(*values, strict=True))


def next_ids(session: Session, table: TableClause, count: int) -> Sequence[int]:
    """So many ids for new rows of a table, in rising order, that nobody else will get."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        # Nobody else writes while this transaction has the lock, so the next ids are ours.
        first = (connection.scalar(select(func.max(table.c.id))) or 0) + 1
        return range(first, first + count)
    drawn = sql(
        "SELECT nextval(s.id) FROM (SELECT pg_get_serial_sequence(:table, 'id')::regclass AS id OFFSET 0) AS s,"
        " generate_series(1, :count)"
    )
    return sorted(connection.scalars(drawn, {"table": table.name, "count": count}))


def among(session: Session, column: InstrumentedAttribute[int], ids: Collection[int]) -> ColumnElement[bool]:
    """Condition: a column of ids is one of these, however many.

    PostgreSQL gets them as one value: a statement of hundreds of values is read and planned anew each time.
    """
    if session.get_bind().dialect.name == "sqlite":
        return column.in_(ids)
    return column == any_(literal(list(ids), ARRAY(Integer)))


def _converted(rows: Sequence[Mapping[str, Any]], name: str, convert: Convert | None) -> Iterable[Any]:
    column = [row[name] for row in rows]
    return map(convert, column) if convert else column


def _to_array(numbers: Iterable[int]) -> str:
    """As PostgreSQL reads it; the driver would look at every number's kind."""
    return f"{{{','.join(map(str, numbers))}}}"


def _copy(connection: Connection, table: TableClause, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    columns = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, names))
    command = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(psycopg.sql.Identifier(table.name), columns)
    with driver.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row(row)


@lru_cache(maxsize=64)
def _insert(table: TableClause, names: tuple[str, ...], dialect: Dialect) -> str:
    quote = dialect.identifier_preparer.quote
    columns = ", ".join(map(quote, names))
    return f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608


@lru_cache(maxsize=64)
def _converters(table: TableClause, names: tuple[str, ...], dialect: Dialect) -> list[tuple[str, Convert | None]]:
    return [(name, _converter(table.c[name].type, dialect)) for name in names]


def _converter(kind: Any, dialect: Dialect) -> Convert | None:
    """How a column's values reach the driver; None: as they are."""
    if isinstance(kind, JSON):
        return raw_json.text
    if isinstance(kind, ARRAY):
        return _to_array
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    if isinstance(plain, DateTime):
        return _sqlite_moment if dialect.name == "sqlite" else None
    convert = cast("Convert | None", kind.dialect_impl(dialect).bind_processor(dialect))
    # A batch has few days and words of an enumeration, again and again.
    return lru_cache(convert) if convert and isinstance(plain, Date | Enum) else convert


def _sqlite_moment(at: datetime | None) -> str | None:
    return sqlite_text(at) if at is not None else None
