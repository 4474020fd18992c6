"""Empty databases for tests of migrations and of whole processes; tests/conftest.py has the filled ones.

The PostgreSQL server is the one scripts/with-postgres.sh names, or the one on 127.0.0.1 that lets us in.
"""

import getpass
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import psycopg
from sqlalchemy.engine import URL, make_url

from feedback.db import Database
from tests.needs import missing

SERVER_VARIABLE = "MACHIKOE_TEST_POSTGRES_URL"
_GIVEN = os.environ.get(SERVER_VARIABLE)
_numbers = itertools.count(1)


@cache
def _server() -> URL | None:
    url = make_url(_GIVEN or f"postgresql+psycopg://{getpass.getuser()}@127.0.0.1:5432/postgres")
    try:
        with psycopg.connect(_conninfo(url), connect_timeout=5):
            return url
    except psycopg.OperationalError:
        return None


def postgres_server() -> URL:
    """A PostgreSQL server on which databases may be made; without one the test ends."""
    return _server() or missing("no PostgreSQL server; `make test` or scripts/with-postgres.sh finds or starts one")


def _conninfo(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _on_server(statement: str) -> None:
    with psycopg.connect(_conninfo(postgres_server()), autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def postgres_database() -> Iterator[URL]:
    """A fresh PostgreSQL database, dropped at the end."""
    name = f"machikoe_test_{os.getpid()}_{next(_numbers)}"
    _on_server(f"CREATE DATABASE {name}")
    # Waiting for the disk would take most of the time; no test cuts the server's power.
    _on_server(f"ALTER DATABASE {name} SET synchronous_commit = off")
    try:
        yield postgres_server().set(database=name)
    finally:
        _on_server(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def opened(url: URL | str) -> Iterator[Database]:
    """A database that is let go of at the end."""
    database = Database(url)
    try:
        yield database
    finally:
        database.dispose()
