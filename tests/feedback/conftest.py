"""What the inside's tests share beside the databases of tests/conftest.py."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from feedback.db import Database
from feedback.keys import KeyRing
from tests.conftest import PostgresHome

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
"""A Friday noon in Japan, 令和8年度."""


@pytest.fixture
def postgres(postgres_home: PostgresHome) -> Iterator[Database]:
    """The city on PostgreSQL, for what only a server with many connections can show."""
    database = Database(postgres_home.url)
    postgres_home.restore(database.engine, city=True)
    yield database
    database.dispose()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def keys() -> KeyRing:
    return KeyRing(data_keys=[b"d" * 32], lookup_key=b"l" * 32)
