"""The long-running commands as real processes: a whole conversation, how they stop, and what they say of it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.simulator.client import Citizen
from feedback.config import load_settings
from tests.app.cli.conftest import Machikoe
from tests.journeys.city import City, running_city, wait_for_port, wait_until

ROOT = Path(__file__).parents[3]
SECRET_WORDS = "himitsu-no-kotoba-4711 となりの家の井戸の水がにごっています。直してほしいです。"


def test_several_public_processes_need_postgresql(machikoe: Machikoe, city_dir: Path) -> None:
    assert city_dir.is_dir()
    ran = machikoe("public", "--processes", "2")
    assert ran.status == 2
    assert "PostgreSQL" in ran.err
    ran = machikoe("serve", "--workers", "2")
    assert ran.status == 2
    assert "PostgreSQL" in ran.err


@pytest.mark.parametrize(
    "words", [("public", "--bind", "nowhere"), ("staff", "--bind", "127.0.0.1:99999")], ids=" ".join
)
def test_an_address_that_is_none_is_refused_in_words(
    machikoe: Machikoe, city_dir: Path, words: tuple[str, ...]
) -> None:
    assert city_dir.is_dir()
    ran = machikoe(*words)
    assert ran.status == 1
    assert "HOST:PORT" in ran.err
    assert "Traceback" not in ran.err


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    with running_city(tmp_path, f"sqlite:///{tmp_path / 'city.sqlite3'}", MACHIKOE_LOG_LEVEL="DEBUG") as running:
        yield running


def _everything_said(city: City) -> str:
    return "".join(path.read_text(errors="replace") for path in sorted(city.folder.glob("*.log")))


def _talk(city: City) -> Citizen:
    """A conversation with a bit of everything, LINE out of order at times."""
    mika = city.consenting_citizen("美香")
    mika.say(SECRET_WORDS)
    mika.wait_for("R8-")
    city.simulator.set_faults(server_errors=1)
    mika.say("状況")
    mika.send_location(35.0, 135.0, title="秘密の場所", address="まちこえ市ひみつ町1-2-3")
    mika.send_photo(b"himitsu-no-kotoba, but no photo at all")
    city.simulator.send_webhook({"events": [{"type": "message", "message": {"type": "text", "text": SECRET_WORDS}}]})
    city.simulator.send_webhook({"events": "himitsu-no-kotoba"})
    city.simulator.clear_faults()
    mika.say("プライバシー")
    wait_until(lambda: not [event for event in city.events() if event["state"] == "pending"])
    return mika


@pytest.mark.journey
def test_nobodys_words_or_ids_appear_in_what_the_processes_say(city: City, capfd: pytest.CaptureFixture[str]) -> None:
    """A whole conversation at log level DEBUG."""
    city.start_public()
    city.start_worker()
    mika = _talk(city)
    drained = city.command("worker", "--drain")
    assert b"worked off" in drained.stderr
    listed = city.command("events", "--format", "jsonl").stdout.decode()
    assert city.stop("worker") == 0
    city.stop("public")
    output = _everything_said(city) + drained.stderr.decode() + drained.stdout.decode() + listed
    output += "".join(capfd.readouterr())
    assert "worker.stopped" in output
    calls = json.dumps(city.simulator.calls())
    tokens = set(re.findall(r'"replyToken": "([^"]+)"', calls))
    messages = {str(one["messageId"]) for one in city.simulator.deliveries() if one["messageId"]}
    assert len(tokens) > 3
    assert len(messages) > 3
    words = ["himitsu-no-kotoba", "となりの家", "ひみつ町", "秘密の場所"]
    words += [json.dumps(word)[1:-1] for word in words]
    assert [secret for secret in [*words, mika.id, *tokens] if secret in output] == []
    assert [one for one in messages if re.search(rf"\b{one}\b", output)] == []
    assert "journey-access-token" not in output
    assert "journey-channel-secret" not in output


@pytest.mark.journey
def test_serve_runs_all_restarts_a_killed_child_and_stops_on_sigterm(city_dir: Path, tmp_path: Path) -> None:
    ports = [_free_port(), _free_port()]
    settings = load_settings()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MACHIKOE_")}
    environment = kept | {
        "MACHIKOE_DATA_DIR": str(settings.data_dir),
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
    }
    assert settings.data_dir == city_dir
    with (tmp_path / "serve.log").open("wb") as log:
        binds = ["--public-bind", f"127.0.0.1:{ports[0]}", "--staff-bind", f"127.0.0.1:{ports[1]}"]
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", *binds],
            cwd=tmp_path,
            env=environment,
            stderr=log,
        )
    try:
        for port in ports:
            wait_for_port(port)
        said = _reader(tmp_path / "serve.log")
        wait_until(lambda: "worker.started" in said())
        victim = _child(process.pid, "worker")
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: said().count("worker.started") == 2)
        assert '"name": "worker-1"' in said()
        children = _children(process.pid)
    finally:
        process.terminate()
        status = process.wait(40)
    assert status == 0
    assert "worker.stopped" in said()
    time.sleep(0.1)
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []


def _reader(path: Path) -> Callable[[], str]:
    return lambda: path.read_text(errors="replace")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _child(pid: int, command: str) -> int:
    """The child that runs this command."""
    for one in _children(pid):
        if Path(f"/proc/{one}/cmdline").read_bytes().split(b"\0")[3:4] == [command.encode()]:
            return one
    raise AssertionError(f"no {command} runs")
