"""Fetching what citizens sent, from the simulator's content host."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from pydantic import SecretStr
from sqlalchemy import select

from app.media import FolderStore
from app.simulator.client import Citizen, SimulatorClient
from app.simulator.server import SimulatorServer
from app.simulator.settings import SimulatorSettings
from bot.inbound import MESSAGE_ID_PURPOSE
from bot.media import ContentApi, MediaFetcher, content_type
from feedback.config import Settings
from feedback.db import Database
from feedback.opinions import intake
from feedback.opinions.intake import IntakeRules, NewPart
from feedback.opinions.models import Attachment
from feedback.opinions.rules import Channel, PartKind
from feedback.routing.service import load_router
from tests.conftest import FakeClock

TOKEN = "media-token"


def photo(kind: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, kind)
    return out.getvalue()


@pytest.fixture
def server() -> Iterator[SimulatorServer]:
    options = SimulatorSettings(channel_secret="s", channel_access_token=TOKEN, transcoding_seconds=0.0)
    with SimulatorServer(options) as running:
        yield running


@pytest.fixture
def mika(server: SimulatorServer) -> Citizen:
    return SimulatorClient(server.url).add_citizen("美香")


@pytest.fixture
def fetcher(database: Database, settings: Settings, server: SimulatorServer, clock: FakeClock) -> MediaFetcher:
    wired = settings.model_copy(
        update={
            "line_data_api_base_url": server.url,
            "line_channel_access_token": SecretStr(TOKEN),
            "media_max_bytes": 200_000,
        }
    )
    return MediaFetcher(database, wired.key_ring(), ContentApi(wired), FolderStore(wired.media_dir), clock)


def receive(fetcher: MediaFetcher, message_id: str, kind: PartKind = PartKind.IMAGE) -> None:
    with fetcher.database.write() as session:
        intake.receive(
            session,
            channel=Channel.LINE,
            parts=[
                NewPart(
                    kind,
                    fetcher.clock(),
                    line_message_key=fetcher.keys.lookup(message_id),
                    media=fetcher.keys.encrypt(message_id.encode(), purpose=MESSAGE_ID_PURPOSE),
                )
            ],
            received_at=fetcher.clock(),
            rules=IntakeRules(load_router(session)),
            reading=None,
        )


def attachment(fetcher: MediaFetcher) -> Attachment:
    with fetcher.database.read() as session:
        return session.scalars(select(Attachment)).one()


def test_a_photo_is_fetched_and_kept_outside_the_web_root(fetcher: MediaFetcher, mika: Citizen) -> None:
    content = photo()
    receive(fetcher, mika.send_photo(content).message_id)
    assert fetcher.run_once() == 1
    kept = attachment(fetcher)
    assert (kept.state, kept.content_type, kept.size) == ("stored", "image/jpeg", len(content))
    assert kept.line_message_id_sealed is None
    assert fetcher.store.get(kept.storage_key or "") == content
    assert fetcher.run_once() == 0


def test_content_that_is_not_ready_is_asked_for_again(
    fetcher: MediaFetcher, mika: Citizen, server: SimulatorServer, clock: FakeClock
) -> None:
    receive(fetcher, mika.send_photo(photo()).message_id)
    SimulatorClient(server.url).set_faults(missing_content=1)
    fetcher.run_once()
    assert attachment(fetcher).state == "pending"
    assert fetcher.run_once() == 0
    clock.advance(seconds=10)
    fetcher.run_once()
    assert attachment(fetcher).state == "stored"


def test_content_that_never_comes_is_given_up_with_a_reason(fetcher: MediaFetcher, clock: FakeClock) -> None:
    receive(fetcher, "999999")
    for _ in range(10):
        fetcher.run_once()
        clock.advance(days=1)
    given_up = attachment(fetcher)
    assert given_up.state == "failed"
    assert given_up.problem


@pytest.mark.parametrize("content", [b"<html><script>alert(1)</script>", b"MZ\x90\x00program", b""])
def test_unknown_types_are_not_kept(fetcher: MediaFetcher, mika: Citizen, content: bytes) -> None:
    receive(fetcher, mika.send_file("a.bin", content or b"?").message_id, PartKind.FILE)
    fetcher.run_once()
    assert attachment(fetcher).state == "failed"
    assert attachment(fetcher).storage_key is None


def test_more_than_the_limit_is_not_read(fetcher: MediaFetcher, mika: Citizen) -> None:
    receive(fetcher, mika.send_file("a.pdf", b"%PDF-1.7" + b"0" * 300_000).message_id, PartKind.FILE)
    fetcher.run_once()
    assert (attachment(fetcher).state, attachment(fetcher).storage_key) == ("failed", None)
    assert "大きすぎる" in (attachment(fetcher).problem or "")


def test_an_unsent_photo_is_deleted_from_the_store(fetcher: MediaFetcher, mika: Citizen) -> None:
    message_id = mika.send_photo(photo("PNG")).message_id
    receive(fetcher, message_id)
    fetcher.run_once()
    key = attachment(fetcher).storage_key or ""
    with fetcher.database.write() as session:
        assert intake.unsend(session, line_message_key=fetcher.keys.lookup(message_id), at=fetcher.clock())
    fetcher.run_once()
    assert fetcher.store.get(key) is None
    assert attachment(fetcher).storage_key is None


def test_a_photo_unsent_before_it_was_fetched_is_never_kept(fetcher: MediaFetcher, mika: Citizen) -> None:
    message_id = mika.send_photo(photo()).message_id
    receive(fetcher, message_id)
    with fetcher.database.write() as session:
        intake.unsend(session, line_message_key=fetcher.keys.lookup(message_id), at=fetcher.clock())
    fetcher.run_once()
    gone = attachment(fetcher)
    assert (gone.state, gone.storage_key, gone.due_at) == ("erased", None, None)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (photo("PNG"), "image/png"),
        (photo("GIF"), "image/gif"),
        (photo("WEBP"), "image/webp"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (b"\x00\x00\x00\x18ftypM4A ", "audio/mp4"),
        (b"%PDF-1.4", "application/pdf"),
        (b"plain words", None),
    ],
)
def test_types_are_told_by_their_first_bytes(content: bytes, expected: str | None) -> None:
    assert content_type(content) == expected
