"""Moving a database between migrations, from one process and from several at once."""

import threading

import pytest

from app import migrating
from feedback.errors import Invalid
from tests.databases import opened, postgres_database


def test_a_new_database_is_at_none_then_at_the_head(tmp_path: object) -> None:
    with opened(f"sqlite:///{tmp_path}/new.sqlite3") as database:
        assert migrating.current(database) is None
        migrating.upgrade(database)
        assert migrating.current(database) == migrating.head() != ""
        migrating.upgrade(database)
        migrating.downgrade(database, "base")
        assert migrating.current(database) is None


def test_an_unknown_revision_is_refused_and_changes_nothing(tmp_path: object) -> None:
    with opened(f"sqlite:///{tmp_path}/new.sqlite3") as database:
        with pytest.raises(Invalid, match="9999"):
            migrating.upgrade(database, "9999")
        assert migrating.current(database) is None


@pytest.mark.postgres
def test_processes_that_start_together_migrate_once() -> None:
    problems: list[Exception] = []
    with postgres_database() as url:

        def start() -> None:
            with opened(url) as own:
                try:
                    migrating.upgrade(own)
                except Exception as error:
                    problems.append(error)

        starters = [threading.Thread(target=start) for _ in range(2)]
        for one in starters:
            one.start()
        for one in starters:
            one.join(60)
        assert problems == []
        with opened(url) as database:
            assert migrating.current(database) == migrating.head()
