import time

import pytest
from sqlalchemy import func, select

from app.demo.data import load, recent_messages
from app.reading import FixedReader
from feedback.clock import tokyo_date
from feedback.config import Settings
from feedback.db import Database
from feedback.opinions.models import HistoryEntry, Matter, Note, Submission
from feedback.opinions.rules import Channel, MatterStatus
from feedback.opinions.statistics import Scope, statistics
from feedback.routing.service import install_defaults
from feedback.staff import service as staff
from feedback.staff.rules import ROLE_NAMES
from tests.conftest import NOW


@pytest.fixture
def city(blank_database: Database) -> Database:
    with blank_database.write() as session:
        install_defaults(session)
    return blank_database


def count(database: Database, what: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_a_city_comes_alive_and_only_once(city: Database, settings: Settings) -> None:
    started = time.perf_counter()
    accounts = load(city, settings, FixedReader("roads"), now=NOW)
    seconds = time.perf_counter() - started

    assert seconds < 60  # 10 s on an idle machine; this one is shared
    assert count(city, Submission) > 290
    assert count(city, Note) > 30
    with city.read() as session:
        figures = statistics(session, Scope(tokyo_date(NOW).replace(year=2025, month=4, day=1), tokyo_date(NOW)),
                             today=tokyo_date(NOW))  # fmt: skip
        assert {one.key for one in figures.channels} >= set(Channel) - {Channel.TRANSFER, Channel.MONITOR, Channel.FAX}
        assert len(figures.areas) >= 20
        assert figures.totals.open > 15
        assert figures.answers.median is not None
        assert sum(one.before for one in figures.months) > 50
        assert {one.key for one in figures.statuses} >= {MatterStatus.ANSWERED, MatterStatus.CLOSED}
        assert session.scalar(select(func.max(HistoryEntry.at))) <= NOW  # type: ignore[operator]
        assert not session.scalar(select(func.count()).where(Matter.answered_at < Matter.received_at))
        signed = staff.sign_in(session, email=accounts[0].email, password=accounts[0].password, at=NOW)
        assert signed.staff is not None
        session.rollback()
    assert {one.role_name for one in accounts} == set(ROLE_NAMES.values())

    assert load(city, settings, FixedReader("roads"), now=NOW) == accounts
    assert 290 < count(city, Submission) < 320


def test_it_loads_without_a_classifier(city: Database, settings: Settings) -> None:
    load(city, settings, None, now=NOW)

    with city.read() as session:
        assert not session.scalar(select(func.count()).where(Matter.area_key.is_(None)))


def test_recent_messages_come_in_order() -> None:
    messages = recent_messages()

    assert 55 <= len(messages) <= 70
    ages = [one.seconds_ago for one in messages]
    assert ages == sorted(ages, reverse=True)
    assert min(ages) > 60
    assert all(one.text and 1 <= one.citizen < 30 for one in messages)
