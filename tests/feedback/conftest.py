"""What the inside's tests share beside the databases of tests/conftest.py."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from feedback.db import Database
from feedback.keys import KeyRing
from feedback.opinions import intake
from feedback.opinions.intake import IntakeRules, NewPart, Sender
from feedback.opinions.models import Submission
from feedback.opinions.rules import Channel, PartKind
from feedback.ports import AreaScore, PersonalDataSpan, Reading
from feedback.routing import service as routing
from tests.conftest import PostgresHome

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
"""A Friday noon in Japan, 令和8年度."""
RECEIVED = datetime(2026, 5, 11, 1, 30, tzinfo=UTC)


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


def a_reading(area: str | None = "roads", *, spans: tuple[PersonalDataSpan, ...] = ()) -> Reading:
    return Reading(
        model_version="test-1",
        areas=(AreaScore("roads", 0.91), AreaScore("parks", 0.05)),
        area=area,
        kind="request",
        language="ja",
        personal_data=spans,
    )


@pytest.fixture
def receive(database: Database) -> Callable[..., Submission]:
    """An opinion that came in, read as ``a_reading()`` unless told otherwise."""

    def received(
        text: str = "道路に穴があいています",
        *,
        at: datetime = RECEIVED,
        channel: Channel = Channel.LINE,
        reading: Reading | None = None,
        sender: Sender | None = None,
    ) -> Submission:
        with database.write() as session:
            return intake.receive(
                session,
                channel=channel,
                parts=[NewPart(kind=PartKind.TEXT, text=text, sent_at=at)],
                received_at=at,
                rules=IntakeRules(router=routing.load_router(session)),
                reading=reading or a_reading(),
                sender=sender,
            )

    return received
