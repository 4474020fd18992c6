"""Fixtures shared by all tests: databases made by migrations, the cast, the clock, counted queries.

``database`` runs each test on SQLite and on PostgreSQL, migrated and filled with the default city and the cast.
``blank_database`` is migrated only. Both are restored quickly: a file is copied, tables are truncated.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import expect
from pydantic import SecretStr
from sqlalchemy import Engine, Table, create_engine, event, insert, make_url, select, text
from sqlalchemy.orm import Session

from app import migrating
from feedback import keys
from feedback.config import Settings
from feedback.db import Database, normalise_url
from feedback.departments.models import Department
from feedback.models import Base
from feedback.opinions.search import SEARCH_TABLE
from feedback.routing.service import install_defaults
from feedback.staff import service as staff_service
from feedback.staff.models import Staff
from feedback.staff.rules import Actor, Role

# The machines that run the tests are shared and slow at times: only what is found counts, never how long it took.
hypothesis.settings.register_profile("machikoe", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("machikoe")
expect.set_options(timeout=20_000)

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""Tuesday, 10 in the morning in Japan."""
PASSWORD = "correct-horse-battery"
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
POSTGRES_URL = os.environ.get("MACHIKOE_TEST_POSTGRES_URL", "postgresql://root@127.0.0.1:5432/postgres")
_CAST = {
    "tanaka": ("田中 一郎", Role.STAFF, "roads"),
    "sato": ("佐藤 花子", Role.STAFF, "environment"),
    "suzuki": ("鈴木 監査", Role.AUDITOR, None),
    "kochi": ("河内 聴子", Role.DESK, "kocho"),
    "admin": ("管理 太郎", Role.ADMINISTRATOR, None),
}


class FakeClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **amount: float) -> datetime:
        self.at += timedelta(**amount)
        return self.at


@dataclass(frozen=True, slots=True)
class Cast:
    """Who appears in tests: tanaka (道路管理課), sato (another department), suzuki (read only), kochi (desk), admin."""

    tanaka: Actor
    sato: Actor
    suzuki: Actor
    kochi: Actor
    admin: Actor

    def __getitem__(self, name: str) -> Actor:
        actor: Actor = getattr(self, name)
        return actor


@dataclass(slots=True)
class Counted:
    """The statements that ran inside a `count_queries` block."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


def load_cast(session: Session) -> Cast:
    found = {one.email.split("@")[0]: one for one in session.scalars(select(Staff))}
    return Cast(**{name: staff_service.actor_of(found[name]) for name in _CAST})


def fill(database: Database) -> None:
    """The default city and the cast."""
    with database.write() as session:
        install_defaults(session)
        session.flush()
        departments = {one.code: one.id for one in session.scalars(select(Department))}
        for name, (full_name, role, code) in _CAST.items():
            staff_service.register(
                session,
                email=f"{name}@machikoe.example",
                name=full_name,
                role=role,
                department_id=departments[code] if code else None,
                password=PASSWORD,
                must_change_password=False,
                at=NOW - timedelta(days=30),
                hasher=CHEAP_HASHER,
            )


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a developer's own settings nor the address of the tests' database server reach what is tested."""
    for name in os.environ:
        if name.startswith("MACHIKOE_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Migrated SQLite files: "blank" and "city"."""
    folder = tmp_path_factory.mktemp("templates")
    blank, city = folder / "blank.sqlite3", folder / "city.sqlite3"
    database = Database(f"sqlite:///{blank}")
    migrating.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.dispose()
    shutil.copy(blank, city)
    database = Database(f"sqlite:///{city}")
    fill(database)
    database.dispose()
    return {"blank": blank, "city": city}


_REWIND = (
    "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences"
    " WHERE schemaname = current_schema() AND last_value IS NOT NULL"
)


@dataclass(slots=True)
class PostgresHome:
    """One migrated PostgreSQL database of this test process, and the rows of the city to restore."""

    url: str
    tables: list[Table]
    rows: dict[str, list[dict[str, Any]]]

    def restore(self, engine: Engine, *, city: bool) -> None:
        # TRUNCATE makes new files for every table: with a hundred tables more than a second, for each test.
        names = [SEARCH_TABLE, *(table.name for table in reversed(self.tables))]
        held = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names)
        with engine.begin() as connection:
            # Again, because a trigger may note what is being deleted.
            while filled := set(connection.scalars(text(held))):
                for name in names:
                    if name in filled:
                        connection.execute(text(f"DELETE FROM {name}"))
            connection.execute(text(_REWIND))
            if not city:
                return
            for table in self.tables:
                rows = self.rows[table.name]
                if rows:
                    connection.execute(insert(table), rows)
                    if "id" in table.c:
                        sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                        connection.execute(text(f"SELECT setval({sequence}, max(id)) FROM {table.name}"))


def _postgres_server() -> Engine:
    engine = create_engine(
        normalise_url(POSTGRES_URL), isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3}
    )
    try:
        engine.connect().close()
    except Exception as error:
        engine.dispose()
        reason = f"no PostgreSQL server at {make_url(POSTGRES_URL).render_as_string(hide_password=True)}"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}: {type(error).__name__}")
        pytest.skip(reason)
    return engine


@pytest.fixture(scope="session")
def postgres_home() -> Iterator[PostgresHome]:
    """A database of this process's own, migrated, dropped at the end."""
    server = _postgres_server()
    name = f"machikoe_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
        # Waiting for the disk would take most of the time; no test cuts the server's power.
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    url = make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    database = Database(url)
    try:
        migrating.upgrade(database)
        fill(database)
        tables = Base.metadata.sorted_tables
        with database.engine.connect() as connection:
            rows = {t.name: [dict(row) for row in connection.execute(select(t)).mappings()] for t in tables}
        database.dispose()
        yield PostgresHome(url, tables, rows)
    finally:
        database.dispose()
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        server.dispose()


def _opened(request: pytest.FixtureRequest, tmp_path: Path, *, city: bool) -> Database:
    if request.param == "sqlite":
        templates: dict[str, Path] = request.getfixturevalue("sqlite_templates")
        path = tmp_path / "machikoe.sqlite3"
        shutil.copy(templates["city" if city else "blank"], path)
        return Database(f"sqlite:///{path}")
    home: PostgresHome = request.getfixturevalue("postgres_home")
    database = Database(home.url)
    home.restore(database.engine, city=city)
    return database


_BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=_BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Migrated, with the default city and the cast; once on each database."""
    database = _opened(request, tmp_path, city=True)
    yield database
    database.dispose()


@pytest.fixture(params=_BOTH)
def blank_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Migrated and empty; once on each database."""
    database = _opened(request, tmp_path, city=False)
    yield database
    database.dispose()


@pytest.fixture
def cast(database: Database) -> Cast:
    """The cast of ``database``."""
    with database.read() as session:
        return load_cast(session)


@pytest.fixture
def clock() -> FakeClock:
    """A clock at ``NOW``."""
    return FakeClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with fresh keys and a data folder of the test's own."""
    return Settings(
        data_dir=tmp_path,
        data_key=SecretStr(keys.new_key()),
        lookup_key=SecretStr(keys.new_key()),
        secret_key=SecretStr(keys.new_key()),
    )


@pytest.fixture
def count_queries(database: Database) -> Callable[[], AbstractContextManager[Counted]]:
    """``with count_queries() as counted`` collects the statements sent to ``database``."""

    @contextmanager
    def counting() -> Iterator[Counted]:
        counted = Counted()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SET TRANSACTION")):
                counted.statements.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            yield counted
        finally:
            event.remove(database.engine, "before_cursor_execute", note)

    return counting
