"""Starts the demonstration city: simulator, public, staff and worker in one process group, filled with life."""

import os
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import select

from app.demo.talking import talk
from app.installing import install
from app.reading import ClassifierReader
from app.simulator.client import SimulatorClient
from app.supervising import Program, supervise
from bot.account import Account, LineTrouble
from feedback.clock import utc_now
from feedback.config import Settings, ensure_keys, load_settings
from feedback.db import Database
from feedback.inbox.models import LineEvent

log = structlog.get_logger()

SECRET = "demo-channel-secret"  # noqa: S105 (the simulator's, on this machine only)
TOKEN = "demo-channel-access-token"  # noqa: S105 (the simulator's, on this machine only)


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the three applications listen on this machine."""

    public: int
    staff: int
    simulator: int


def environment(folder: Path, ports: Ports) -> dict[str, str]:
    """The settings of the demonstration; what the caller has set himself about the city stays."""
    simulator = f"http://127.0.0.1:{ports.simulator}"
    return {
        "MACHIKOE_DATA_DIR": str(folder),
        "MACHIKOE_DATABASE_URL": "",
        "MACHIKOE_LINE_CHANNEL_SECRET": SECRET,
        "MACHIKOE_LINE_CHANNEL_ACCESS_TOKEN": TOKEN,
        "MACHIKOE_LINE_API_BASE_URL": simulator,
        "MACHIKOE_LINE_DATA_API_BASE_URL": simulator,
        "MACHIKOE_PUBLIC_URL": f"http://127.0.0.1:{ports.public}",
        "MACHIKOE_STAFF_URL": f"http://127.0.0.1:{ports.staff}",
        "MACHIKOE_MAIL_FOLDER": str(folder / "mail"),
        "MACHIKOE_LOG_LEVEL": "WARNING",
    }


@dataclass(frozen=True, slots=True)
class Prepared:
    """A demonstration city that is ready to start, and the accounts staff may use (e-mail, password, role)."""

    settings: Settings
    accounts: Sequence[tuple[str, str, str]]
    needs_talk: bool


def prepare(folder: Path, ports: Ports) -> Prepared:
    """Make keys, database, departments, staff and two fiscal years of opinions; quick when they are there."""
    from app.demo import surveys
    from app.demo.data import load

    os.environ.update(environment(folder, ports))
    settings, _ = ensure_keys(load_settings())
    database = Database(settings.database)
    install(database, settings, admin_email="admin@machikoe.local", admin_name="システム管理者")
    with database.read() as session:
        needs_talk = session.scalar(select(LineEvent.id).limit(1)) is None
    accounts = load(database, settings, ClassifierReader(settings.model_dir), now=utc_now())
    with database.write() as session:
        surveys.arrange(session, now=utc_now())
    database.dispose()
    return Prepared(settings, [(a.email, a.password, a.role_name) for a in accounts], needs_talk)


def run(prepared: Prepared, ports: Ports, *, ready: threading.Event) -> int:
    """Start everything and run until stopped; ``ready`` is set when the city answers."""
    local = "127.0.0.1"
    programs = [
        Program(
            "simulator",
            [
                "simulator",
                *("--bind", f"{local}:{ports.simulator}"),
                *("--webhook-url", f"http://{local}:{ports.public}/line/webhook"),
                *("--staff-url", prepared.settings.staff_url),
                *("--bot-name", prepared.settings.city_name),
            ],
        ),
        Program("public", ["public", "--bind", f"{local}:{ports.public}"]),
        Program("staff", ["staff", "--bind", f"{local}:{ports.staff}"]),
        Program("worker", ["worker"]),
    ]
    threading.Thread(target=_furnish, args=(prepared, ready), name="furnish", daemon=True).start()
    return supervise(programs)


def _furnish(prepared: Prepared, ready: threading.Event) -> None:
    """Once all runs: the rich menu, and on the first start a few citizens who talk with the city."""
    client = SimulatorClient(prepared.settings.line_api_base_url)
    try:
        client.wait_until_ready(60)
        for address in (prepared.settings.public_url, prepared.settings.staff_url):
            _wait_for(address)
        _set_rich_menu(prepared.settings)
        if prepared.needs_talk:
            talk(client)
    except Exception as error:
        # The city runs without its decoration; a demonstration must not fail for want of a font.
        log.warning("demo.not_furnished", error=type(error).__name__)
    finally:
        client.close()
        ready.set()


def _wait_for(address: str, *, seconds: float = 60.0) -> None:
    host, port = address.removeprefix("http://").split(":")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(address)


def _set_rich_menu(settings: Settings) -> None:
    from bot.richmenu import FontMissing, draw_rich_menu, rich_menu_definition

    account = Account(settings)
    try:
        account.set_endpoint()
        account.set_rich_menu(rich_menu_definition(), draw_rich_menu())
    except (FontMissing, LineTrouble) as error:
        log.warning("demo.no_rich_menu", reason=str(error))
