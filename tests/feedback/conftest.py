"""The inside's tests run on both databases, each test on a prepared city of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from feedback.db import Database
from feedback.keys import KeyRing
from tests.databases import postgres_copy, postgres_database, prepare, sqlite_copy

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
"""A Friday noon in Japan, 令和8年度."""


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "machikoe.sqlite3"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[URL]:
    with postgres_database() as url:
        prepare(url)
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A prepared city, once on each database."""
    if request.param == "sqlite":
        with sqlite_copy(request.getfixturevalue("sqlite_template"), tmp_path) as made:
            yield made
    else:
        with postgres_copy(request.getfixturevalue("postgres_template")) as made:
            yield made


@pytest.fixture
def postgres(postgres_template: URL) -> Iterator[Database]:
    """A prepared city on PostgreSQL, for what only a server with many connections can show."""
    with postgres_copy(postgres_template) as made:
        yield made


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def keys() -> KeyRing:
    return KeyRing(data_keys=[b"d" * 32], lookup_key=b"l" * 32)
