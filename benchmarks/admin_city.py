"""The made-up city whose staff pages `benchmarks.admin` measures: a million matters within minutes.

Rows go past the services (which would take hours), by COPY on PostgreSQL, and the indexes are made afterwards.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any, cast

from argon2 import PasswordHasher
from sqlalchemy import Table, select, text

from feedback.business_days import add_business_days
from feedback.db import Base, Database
from feedback.departments.models import Department
from feedback.likeness.models import Fingerprint
from feedback.opinions import search
from feedback.opinions.models import HistoryEntry, Matter, Part, Submission
from feedback.opinions.rules import AGE_BANDS, Channel, Kind, MatterStatus, Outcome, PartKind, Source
from feedback.routing.models import Area
from feedback.routing.service import install_defaults
from feedback.rows import write_rows
from feedback.staff import service as staff
from feedback.staff.rules import Role

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
PASSWORD = "correct-horse-battery"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
YEARS = 3
OPEN_SHARE = 0.2
"""Of the newest 30 %; of the older ones one in a hundred is still open."""
COPIED_SHARE = 0.02
"""Matters whose text somebody else sent too, a hundred a group."""
_BATCH = 20_000
_PLACES = [f"{a}{b}" for a in "東西南北中上下本新大小高" for b in ("町", "山", "川原", "丁目", "通り", "台", "ヶ丘")]
_THINGS = ["道路", "公園", "街路灯", "保育園", "ごみ収集", "バス停"]
_THINGS += ["図書館", "水道", "歩道", "遊具", "カーブミラー", "用水路"]
_WISHES = ["を直してください。", "が壊れています。", "を増やしてほしいです。", "が暗くて怖いです。"]
_WISHES += ["の対応に感謝します。"]
_CHANNELS, _KINDS, _OUTCOMES = list(Channel), list(Kind), list(Outcome)
_AGES, _DISTRICTS = [None, *AGE_BANDS], [None, *(f"第{number}地区" for number in range(1, 25))]


def fill(database: Database, count: int, *, prints: bool = True, lean: bool = False) -> None:
    """Put the default city, two members of staff and ``count`` matters into an empty, migrated database.

    ``prints``: with the fingerprints that say which texts were sent many times. ``lean``: nothing but what is counted.
    """
    with database.write() as session:
        install_defaults(session)
        session.flush()
        departments = {one.code: one.id for one in session.scalars(select(Department))}
        areas = [(one.key, one.department_id or departments["kocho"]) for one in session.scalars(select(Area))]
        for name, role, code in (("kochi", Role.DESK, "kocho"), ("tanaka", Role.STAFF, "roads")):
            staff.register(
                session,
                email=f"{name}@machikoe.example",
                name=name,
                role=role,
                department_id=departments[code],
                password=PASSWORD,
                must_change_password=False,
                at=NOW,
                hasher=HASHER,
            )
            session.flush()
    with _indexes_afterwards(database):
        made = matters(count, areas, departments["kocho"])
        while batch := list(islice(made, _BATCH)):
            _write(database, batch, prints=prints and not lean, lean=lean)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))


def matters(count: int, areas: list[tuple[str, int]], desk: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(8)  # the same matters every time
    step = timedelta(days=365 * YEARS) / count
    for number in range(1, count + 1):
        received = NOW - step * (count - number)
        area, department = chance.choice(areas)
        is_open = chance.random() < (OPEN_SHARE if number > count * 0.7 else 0.01)
        unknown = is_open and chance.random() < 0.05
        yield {
            "id": number,
            "submission_id": number,
            "number": 1,
            "text": _sentence(chance) + _sentence(chance),
            "channel": chance.choice(_CHANNELS),
            "area_key": None if unknown else area,
            "area_source": Source.MODEL,
            "kind": chance.choice(_KINDS),
            "urgent": chance.random() < 0.01,
            "department_id": desk if unknown else department,
            "assignee_id": 2 if is_open and chance.random() < 0.005 else None,
            "status": _status(chance, is_open=is_open, unknown=unknown),
            "outcome": None if is_open else chance.choice(_OUTCOMES),
            "answered_at": None if is_open else received + timedelta(days=int(chance.expovariate(1 / 12))),
            "due_on": _due(received.date()),
            "received_at": received,
            "bounces": int(chance.random() < 0.03),
            "version": 1,
        }


def _sentence(chance: random.Random) -> str:
    return f"{chance.choice(_PLACES)}の{chance.choice(_THINGS)}{chance.choice(_WISHES)}"


def _status(chance: random.Random, *, is_open: bool, unknown: bool) -> MatterStatus:
    if unknown:
        return MatterStatus.RECEIVED
    return chance.choice([MatterStatus.ROUTED, MatterStatus.IN_PROGRESS]) if is_open else MatterStatus.ANSWERED


@lru_cache(maxsize=4096)
def _due(day: Any) -> Any:
    return add_business_days(day, 10)


def _write(database: Database, batch: list[dict[str, Any]], *, prints: bool, lean: bool) -> None:
    with database.write() as session:
        write_rows(session, _table(Submission), [_submission(one) for one in batch])
        write_rows(session, _table(Matter), batch)
        if lean:
            return
        write_rows(session, _table(Part), [part for one in batch for part in _parts(one)])
        write_rows(session, _table(HistoryEntry), [step for one in batch for step in _history(one)])
        if prints:
            write_rows(session, _table(Fingerprint), [_fingerprint(one["id"]) for one in batch])
        search.index_new(session, [(one["id"], one["text"]) for one in batch])


def _submission(one: dict[str, Any]) -> dict[str, Any]:
    at = one["received_at"]
    number = one["id"]
    return {
        "id": number,
        "channel": one["channel"],
        "received_at": at,
        "last_part_at": at,
        "wants_reply": True,
        "age_band": _AGES[number * 7 % len(_AGES)],
        "district": _DISTRICTS[number * 11 % len(_DISTRICTS)],
    }


def _parts(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    row = {"submission_id": one["id"], "sent_at": one["received_at"]}
    yield {**row, "kind": PartKind.TEXT, "text": one["text"]}
    if one["id"] % 10 == 0:
        yield {**row, "kind": PartKind.IMAGE, "text": None}


def _history(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for action, after in (("received", str(one["channel"])), ("routed", str(one["department_id"]))):
        yield {
            "matter_id": one["id"],
            "at": one["received_at"],
            "source": Source.SYSTEM,
            "action": action,
            "after": after,
        }


def _fingerprint(number: int) -> dict[str, Any]:
    copied = number % 10_000 < 10_000 * COPIED_SHARE
    return {
        "matter_id": number,
        "group_id": number // 10_000 * 10_000 + number % 2 or None if copied else None,
        "revision": number,
        "stale": False,
    }


def _table(model: type[Base]) -> Table:
    return cast("Table", model.__table__)


@contextmanager
def _indexes_afterwards(database: Database) -> Iterator[None]:
    """Drop what PostgreSQL would keep up with row by row, and make it again at the end; SQLite's are quick enough."""
    if database.is_sqlite:
        yield
        return
    names = (
        "SELECT indexname, indexdef FROM pg_indexes LEFT JOIN pg_constraint ON conname = indexname"
        " WHERE schemaname = current_schema() AND conname IS NULL AND tablename IN"
        " ('submissions', 'matters', 'parts', 'history_entries', 'fingerprints', 'matter_search')"
    )
    with database.write() as session:
        found = session.execute(text(names)).all()
        for name, _ in found:
            session.execute(text(f'DROP INDEX "{name}"'))
    yield
    with database.write() as session:
        session.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        session.execute(text("SET LOCAL statement_timeout = 0"))
        for _, definition in found:
            session.execute(text(definition))
