import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app import supervising
from app.supervising import Program, supervise


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def script(folder: Path, name: str, lines: str) -> Program:
    """A program that runs these lines instead of `machikoe`."""

    class Script(Program):
        def start(self) -> None:
            self.process = subprocess.Popen([sys.executable, "-c", lines], cwd=folder)

    return Script(name, [])


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "_RESTART_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(supervising, "_STOP_SECONDS", 2.0)


def run(programs: list[Program], stop: threading.Event) -> tuple[threading.Thread, list[int]]:
    status: list[int] = []
    thread = threading.Thread(target=lambda: status.append(supervise(programs, stop=stop)))
    thread.start()
    return thread, status


def test_a_process_that_dies_is_started_again_and_all_are_stopped(tmp_path: Path) -> None:
    append = "open('starts', 'a').write('x')"
    dying = script(tmp_path, "dying", append)
    lasting = script(tmp_path, "lasting", "import time; open('up', 'w'); time.sleep(600)")
    stop = threading.Event()
    thread, status = run([dying, lasting], stop)
    starts = tmp_path / "starts"
    wait_for(lambda: starts.exists() and len(starts.read_text()) >= 2 and (tmp_path / "up").exists())
    stop.set()
    thread.join(30)
    assert status == [0]
    assert lasting.process is not None
    assert lasting.process.poll() == -signal.SIGTERM


def test_a_process_that_will_not_end_is_killed_and_told(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open('up', 'w'); time.sleep(600)"
    program = script(tmp_path, "deaf", deaf)
    stop = threading.Event()
    thread, status = run([program], stop)
    wait_for(lambda: (tmp_path / "up").exists())
    stop.set()
    thread.join(30)
    assert status == [1]
    assert program.process is not None
    program.process.wait(10)
    with pytest.raises(ProcessLookupError):
        os.kill(program.process.pid, 0)


def test_a_program_is_a_machikoe_command_with_its_own_settings(tmp_path: Path) -> None:
    program = Program("version", ["--version"], {"MACHIKOE_DATA_DIR": str(tmp_path)})
    program.start()
    assert program.process is not None
    assert program.process.wait(60) == 0
