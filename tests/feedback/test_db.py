from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError

from feedback.db import Database, UtcDateTime, normalise_url
from feedback.departments.models import Department
from feedback.jobs.models import Lease

TOKYO = timezone(timedelta(hours=9))


@pytest.mark.parametrize("url", ["postgres://db/x", "postgresql://db/x", "postgresql+psycopg://db/x"])
def test_every_spelling_of_postgresql_means_our_driver(url: str) -> None:
    assert normalise_url(url).drivername == "postgresql+psycopg"


def test_sqlite_urls_stay_as_they_are() -> None:
    assert normalise_url("sqlite:///a.sqlite3").drivername == "sqlite"


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/deep/down/x.sqlite3")
    with database.read() as session:
        assert session.scalar(text("SELECT 1")) == 1
    database.dispose()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("busy_timeout", 15000)],
)
def test_sqlite_is_durable_strict_and_forgets(tmp_path: Path, pragma: str, value: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.sqlite3")
    with database.read() as session:
        assert session.scalar(text(f"PRAGMA {pragma}")) == value
    database.dispose()


@given(st.datetimes(timezones=st.sampled_from([UTC, TOKYO]), min_value=datetime(1900, 1, 1)))  # noqa: DTZ001
def test_times_come_back_as_aware_utc_from_both_dialects(at: datetime) -> None:
    column = UtcDateTime()
    dialects: list[Dialect] = [sqlite.dialect(), postgresql.dialect()]  # type: ignore[no-untyped-call]
    for dialect in dialects:
        bound = column.process_bind_param(at, dialect)
        back = column.process_result_value(bound, dialect)
        assert back == at
        assert back is not None
        assert back.utcoffset() == timedelta(0)


def test_a_moment_survives_the_database(database: Database) -> None:
    at = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=TOKYO)
    with database.write() as session:
        session.add(Lease(name="n", holder="h", until=at))
    with database.read() as session:
        assert session.scalar(select(Lease.until)) == at


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"), database.write() as session:
        session.add(Lease(name="n", holder="h", until=datetime(2026, 1, 1)))  # noqa: DTZ001 (the mistake)


def test_an_error_undoes_the_whole_transaction(database: Database, now: datetime) -> None:
    def stumble() -> None:
        with database.write() as session:
            session.add(Lease(name="n", holder="h", until=now))
            session.flush()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stumble()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Lease)) == 0


def test_a_savepoint_undoes_only_itself(database: Database, now: datetime) -> None:
    with database.write() as session:
        session.add(Lease(name="kept", holder="h", until=now))
        session.flush()
        inner = session.begin_nested()
        session.add(Lease(name="lost", holder="h", until=now))
        session.flush()
        inner.rollback()
    with database.read() as session:
        assert session.scalars(select(Lease.name)).all() == ["kept"]


def test_reading_never_writes(database: Database, now: datetime) -> None:
    try:
        with database.read() as session:
            session.add(Lease(name="n", holder="h", until=now))
            session.flush()
    except DBAPIError:
        assert not database.is_sqlite
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Lease)) == 0


def test_what_is_committed_can_be_used_after_the_session(database: Database) -> None:
    with database.read() as session:
        desk = session.scalars(select(Department).where(Department.is_desk)).one()
    assert desk.name == "広報広聴課"


def test_sqlite_takes_the_write_lock_at_the_start(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.sqlite3"
    first, second = Database(url), Database(url)
    with second.read() as session:
        session.execute(text("SELECT 1"))
    with second.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
        connection.rollback()
        with first.write(), pytest.raises(OperationalError, match="locked"):
            connection.execution_options(sqlite_begin="IMMEDIATE").execute(text("SELECT 1"))
    first.dispose()
    second.dispose()
