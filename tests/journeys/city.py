"""A whole city for journeys: a database, real processes and the simulator, over real HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy import table as sql_table

from app.simulator.client import Citizen, SimulatorClient
from app.simulator.server import SimulatorServer
from app.simulator.settings import SimulatorSettings
from feedback.db import Database

SECRET = "journey-channel-secret"
TOKEN = "journey-access-token"
T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class City:
    """The processes of one installation, started by name, killed at will, started again."""

    folder: Path
    database_url: str
    simulator: SimulatorClient
    simulator_url: str
    public_port: int = field(default_factory=free_port)
    staff_port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    password: str = ""
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MACHIKOE_")}
        return kept | {
            "MACHIKOE_DATA_DIR": str(self.folder),
            "MACHIKOE_DATABASE_URL": self.database_url,
            "MACHIKOE_LINE_CHANNEL_SECRET": SECRET,
            "MACHIKOE_LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
            "MACHIKOE_LINE_API_BASE_URL": self.simulator_url,
            "MACHIKOE_LINE_DATA_API_BASE_URL": self.simulator_url,
            "MACHIKOE_PUBLIC_URL": f"http://127.0.0.1:{self.public_port}",
            "MACHIKOE_STAFF_URL": f"http://127.0.0.1:{self.staff_port}",
            "OMP_NUM_THREADS": "1",
            **self.settings,
        }

    def command(self, *arguments: str, stdin: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[bytes]:
        """Run a `machikoe` command to its end, from a folder that has nothing to do with the project."""
        done = subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            env=self.environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            timeout=120,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"machikoe {' '.join(arguments)}: {done.stderr.decode()}")
        return done

    def start(self, name: str, *arguments: str) -> None:
        """Start a long-running command under a name."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", "app", *arguments],
                env=self.environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
                cwd=self.folder,
                stderr=log,
            )

    def start_public(self) -> None:
        self.start("public", "public", "--bind", f"127.0.0.1:{self.public_port}")
        wait_for_port(self.public_port)

    def start_staff(self) -> None:
        self.start("staff", "staff", "--bind", f"127.0.0.1:{self.staff_port}")
        wait_for_port(self.staff_port)

    def start_worker(self, name: str = "worker") -> None:
        self.start(name, "worker")
        log = self.folder / f"{name}.log"
        before = log.read_text().count("worker.started")
        wait_until(lambda: log.read_text().count("worker.started") > before)

    def stop(self, name: str, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to a process and everything it started, and wait for its end."""
        process = self._processes.pop(name)
        targets = [process.pid, *children(process.pid)] if number is signal.SIGKILL else [process.pid]
        for pid in targets:
            os.kill(pid, number)
        return process.wait(90)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        database = Database(self.database_url)
        with database.read() as session:
            found: int = session.scalar(select(func.count()).select_from(sql_table(table))) or 0
        database.dispose()
        return found

    def memory(self, name: str) -> int:
        """Resident memory of a process in bytes."""
        status = Path(f"/proc/{self._processes[name].pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024

    def stop_all(self) -> None:
        for name in list(self._processes):
            self.stop(name)

    def events(self) -> list[dict[str, Any]]:
        """What `machikoe events` says."""
        return [json.loads(line) for line in self.command("events", "--format", "jsonl").stdout.splitlines()]

    def opinions(self) -> list[dict[str, Any]]:
        """What `machikoe opinions export` says, unmasked."""
        out = self.command("opinions", "export", "--format", "jsonl", "--unmasked", "--output", "-").stdout
        return [json.loads(line) for line in out.decode("utf-8-sig").splitlines()]

    def consenting_citizen(self, name: str) -> Citizen:
        """A citizen who follows the account and agrees to the notice."""
        citizen = self.simulator.add_citizen(name, friend=False)
        citizen.follow()
        citizen.tap(
            wait_until(lambda: next((one for one in citizen.offered() if "同意" in one and "ない" not in one), ""))
        )
        citizen.wait_for("ありがとう")
        return citizen


def first_password(told: str) -> str:
    """The administrator's one-time password in what `machikoe init` prints."""
    return next(line.split(": ")[1] for line in told.splitlines() if line.startswith("One-time password"))


def children(pid: int) -> list[int]:
    """The processes below a process."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    below = [int(one) for one in path.read_text().split()] if path.exists() else []
    return below + [grandchild for child in below for grandchild in children(child)]


def wait_for_port(port: int, seconds: float = 120) -> None:
    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(answers, seconds=seconds)


def wait_until(condition: Callable[[], T], *, seconds: float = 120) -> T:
    """Wait for a condition to hold and return what it gave."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)
    return value


@contextmanager
def running_city(folder: Path, database_url: str, **settings: str) -> Iterator[City]:
    """A city that is initialised, with the simulator running and no process of its own yet."""
    public_port = free_port()
    with SimulatorServer(
        SimulatorSettings(
            channel_secret=SECRET,
            channel_access_token=TOKEN,
            webhook_url=f"http://127.0.0.1:{public_port}/line/webhook",
        )
    ) as server:
        client = SimulatorClient(server.url)
        city = City(folder, database_url, client, server.url, public_port=public_port, settings=settings)
        city.password = first_password(city.command("init", "--non-interactive").stdout.decode())
        try:
            yield city
        finally:
            city.stop_all()
            client.close()
