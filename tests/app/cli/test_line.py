"""`machikoe line`, against the simulator."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.simulator.client import SimulatorClient
from app.simulator.server import SimulatorServer
from app.simulator.settings import SimulatorSettings
from tests.app.cli.conftest import Machikoe

TOKEN = "line-command-token"


@pytest.fixture
def server() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorSettings(channel_secret="s", channel_access_token=TOKEN)) as running:
        yield running


@pytest.fixture
def channel(city_dir: Path, server: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatorClient]:
    """An installation whose channel is the simulator's."""
    assert city_dir.is_dir()
    for name, value in {
        "LINE_API_BASE_URL": server.url,
        "LINE_DATA_API_BASE_URL": server.url,
        "LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
        "LINE_CHANNEL_SECRET": "s",
        "PUBLIC_URL": server.url,
    }.items():
        monkeypatch.setenv(f"MACHIKOE_{name}", value)
    client = SimulatorClient(server.url)
    yield client
    client.close()


@pytest.mark.usefixtures("channel")
def test_check_says_what_is_wrong_and_what_to_do(machikoe: Machikoe) -> None:
    ran = machikoe("line", "check")
    assert ran.status == 1
    assert "[OK] access token" in ran.out
    assert "[OK] chat mode: bot" in ran.out
    assert "[NG] webhook" in ran.out
    assert "→ Run `machikoe line setup`." in ran.out
    assert "redelivery" in ran.out
    assert TOKEN not in ran.out + ran.err


def test_setup_points_line_at_us_and_replaces_the_rich_menu(machikoe: Machikoe, channel: SimulatorClient) -> None:
    first = machikoe("line", "setup")
    assert (first.status, first.err) == (0, "")
    assert "Webhook endpoint set: http" in first.out
    assert "Rich menu set: " in first.out
    second = machikoe("line", "setup")
    assert "Rich menu set: " in second.out
    assert second.out != first.out
    menus = {call["path"] for call in channel.calls() if "richmenu" in call["path"] and call["method"] == "DELETE"}
    assert menus == {f"/v2/bot/richmenu/{first.out.split('Rich menu set: ')[1].splitlines()[0]}"}
    assert "Rich menu" not in machikoe("line", "setup", "--no-rich-menu").out


@pytest.mark.usefixtures("channel")
@pytest.mark.parametrize("words", [("line", "check"), ("line", "setup", "--no-rich-menu")], ids=" ".join)
def test_line_out_of_reach_or_a_wrong_token_end_in_words(
    machikoe: Machikoe, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("MACHIKOE_LINE_CHANNEL_ACCESS_TOKEN", "wrong-token")
    ran = machikoe(*words)
    assert ran.status == 1
    assert "401" in ran.out + ran.err
    monkeypatch.setenv("MACHIKOE_LINE_API_BASE_URL", "http://127.0.0.1:1")
    ran = machikoe(*words)
    assert ran.status == 1
    assert "could not be reached" in ran.out + ran.err
    assert "wrong-token" not in ran.out + ran.err
    assert "Traceback" not in ran.err
