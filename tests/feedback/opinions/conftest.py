"""A city with departments, areas and routes, and opinions in it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app import migrating
from feedback.db import Database
from feedback.opinions import intake
from feedback.opinions.intake import IntakeRules, NewPart, Sender
from feedback.opinions.models import Submission
from feedback.opinions.rules import Channel, PartKind
from feedback.ports import AreaScore, PersonalDataSpan, Reading
from feedback.routing import service as routing

RECEIVED = datetime(2026, 5, 11, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def city_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("city") / "city.sqlite3"
    database = Database(f"sqlite:///{path}")
    migrating.upgrade(database)
    with database.write() as session:
        routing.install_defaults(session)
    database.dispose()
    return path


@pytest.fixture
def city(city_file: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(city_file, tmp_path / "city.sqlite3")
    database = Database(f"sqlite:///{tmp_path / 'city.sqlite3'}")
    yield database
    database.dispose()


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
def receive(city: Database) -> Callable[..., Submission]:
    def received(
        text: str = "道路に穴があいています",
        *,
        at: datetime = RECEIVED,
        channel: Channel = Channel.LINE,
        reading: Reading | None = None,
        sender: Sender | None = None,
    ) -> Submission:
        with city.write() as session:
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
