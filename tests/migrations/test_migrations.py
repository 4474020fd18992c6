from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from app import migrating
from feedback.db import Database
from tests.databases import opened, postgres_database
from tests.migrations.rows import count, fill

SCRIPTS = ScriptDirectory.from_config(migrating._config())
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables, once on each engine."""
    if request.param == "sqlite":
        with opened(f"sqlite:///{tmp_path / 'empty.sqlite3'}") as database:
            yield database
    else:
        with postgres_database() as url, opened(url) as database:
            yield database


def tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(sa.inspect(connection).get_table_names()) - {"alembic_version"}


def test_there_is_one_head() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert migrating.head() == REVISIONS[-1]


def test_migrations_are_numbered_without_a_gap_and_their_files_too() -> None:
    assert [f"{n:04d}" for n in range(1, len(REVISIONS) + 1)] == REVISIONS
    for script in SCRIPTS.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")


def test_an_empty_database_goes_up_down_and_up_again(empty: Database) -> None:
    assert migrating.current(empty) is None
    migrating.upgrade(empty)
    first = tables(empty)
    assert migrating.current(empty) == migrating.head()
    migrating.downgrade(empty, "base")
    assert tables(empty) == set()
    migrating.upgrade(empty)
    assert tables(empty) == first


def test_every_single_step_can_be_undone_and_done_again(empty: Database) -> None:
    for earlier, revision in pairwise(["base", *REVISIONS]):
        migrating.upgrade(empty, revision)
        migrating.downgrade(empty, earlier)
        migrating.upgrade(empty, revision)
        assert migrating.current(empty) == revision


def test_models_and_migrated_tables_are_the_same(empty: Database) -> None:
    migrating.upgrade(empty)
    config = migrating._config()
    with empty.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    migrating.upgrade(empty)
    with empty.engine.begin() as connection:
        before = fill(connection)
    migrating.upgrade(empty)
    with empty.engine.connect() as connection:
        assert count(connection) == before


@pytest.mark.parametrize("revision", REVISIONS)
def test_rows_of_every_revision_survive_the_way_to_the_head_and_back(empty: Database, revision: str) -> None:
    migrating.upgrade(empty, revision)
    with empty.engine.begin() as connection:
        before = fill(connection)
    assert before
    assert set(before.values()) == {1}
    migrating.upgrade(empty)
    with empty.engine.connect() as connection:
        after = count(connection)
    assert before.items() <= after.items()
    migrating.downgrade(empty, revision)
    with empty.engine.connect() as connection:
        assert count(connection) == before
