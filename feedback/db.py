"""The database: declarative base, engines for SQLite and PostgreSQL, and the edges' transactions.

Edges say ``with database.write() as session`` (commits at the end) or ``with database.read() as session``;
services take the session and never commit.
"""

import enum
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    any_,
    bindparam,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.engine import URL, Connection
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

_BUSY_MILLISECONDS = 15_000


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python; ``timestamptz`` on PostgreSQL, ISO text on SQLite. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@lru_cache(maxsize=4096)
def sqlite_text(at: datetime) -> str:
    """A time as it is kept in SQLite. A batch has few moments, again and again."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _values(members: type[enum.Enum]) -> list[str]:
    return [member.value for member in members]


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        datetime: UtcDateTime(),
        # Kept by value in plain text columns; comes back as the enumeration's member, so that `is` holds.
        enum.Enum: Enum(
            enum.Enum, native_enum=False, length=16, values_callable=lambda members: [m.value for m in members]
        ),
    }


def normalise_url(url: str) -> URL:
    """The URL with our driver: ``postgresql://`` and ``postgres://`` mean psycopg 3."""
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not open transactions by itself, or savepoints leak; `_begin_sqlite` does.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={_BUSY_MILLISECONDS}",
        "cache_size=-32000",
        "temp_store=MEMORY",
        # Pages written again and again reach the file once: 8 % more events a second than with the default of 1,000.
        "wal_autocheckpoint=4000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _make_folder(_dialect: Dialect, _record: object, arguments: Sequence[Any], _options: object) -> None:
    path = Path(str(arguments[0]))
    if path.name != ":memory:":
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def make_engine(url: str | URL, **options: Any) -> Engine:
    """An engine with the pragmas and timeouts both databases need.

    A SQLite file's folder is made when the file is first opened.
    """
    parsed = normalise_url(url) if isinstance(url, str) else url
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"check_same_thread": False}, **options)
        event.listen(engine, "do_connect", _make_folder)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    connect_args = {"options": "-c timezone=UTC -c lock_timeout=10000 -c statement_timeout=120000"}
    return create_engine(parsed, pool_pre_ping=True, connect_args=connect_args, **options)


class Database:
    """An engine and its two kinds of transaction."""

    def __init__(self, url: str | URL, **options: Any) -> None:
        self.engine = make_engine(url, **options)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that commits at the end and rolls back on any error."""
        with self._sessions() as session, session.begin():
            # Taking SQLite's write lock first: a read that turns into a write would fail as "locked".
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One snapshot that cannot write."""
        with self._sessions() as session:
            if not self.is_sqlite:
                session.connection(execution_options={"postgresql_readonly": True})
            yield session  # closing undoes whatever was tried, and leaves what was read usable

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """One snapshot for many statements, which cannot write: all of them see the same state of the data."""
        with self._sessions() as session:
            if not self.is_sqlite:
                session.connection(
                    execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                )
            yield session

    def is_made(self) -> bool:
        """Whether there is a database to open; opening a SQLite file that is not there would make it."""
        return not self.is_sqlite or Path(self.engine.url.database or "").is_file()

    def empty_log(self) -> bool:
        """Move SQLite's write-ahead log into the file, and cut it: it holds what was overwritten since.

        False when others were reading for too long; nothing is lost then. PostgreSQL looks after itself.
        """
        if not self.is_sqlite:
            return True
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA busy_timeout=1000")
            busy = bool(cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
            cursor.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
        finally:
            connection.close()
        return not busy

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def among(session: Session, column: InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Condition that a column has one of many values: one array on PostgreSQL, so that the statement stays the same."""
    if session.get_bind().dialect.name == "sqlite":
        return column.in_(list(values))
    return column == any_(bindparam(None, list(values), type_=ARRAY(column.type)))
