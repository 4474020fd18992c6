"""How long the inbox, the search and a matter's page take with many matters.

    python -m benchmarks.admin [--matters N] [--times N] [--url URL] [--filled]

Fills an empty database (`benchmarks.admin_city`), asks for each page many times as the desk and as a department, and
prints in milliseconds the median and the 95th percentile of the server's time for the page, beside the median of the
statements it needs sent again by themselves, and how many they are. On a machine that others load, medians count.
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import event, select

from admin.app import create_staff_app
from app import migrating
from benchmarks.admin_city import HASHER, NOW, PASSWORD, fill
from feedback import keys
from feedback.config import Settings
from feedback.db import Database
from feedback.opinions.models import Matter
from feedback.staff.models import Staff

PAGES = {
    "inbox, all": "/?tab=all",
    "inbox, mine": "/?tab=mine",
    "inbox, own department": "/?tab=department",
    "inbox, unrouted": "/?tab=unrouted",
    "inbox, bounced": "/?tab=bounced",
    "inbox, overdue": "/?tab=overdue",
    "inbox, urgent": "/?tab=urgent",
    "inbox, all, oldest first": "/?tab=all&sort=old",
    "inbox, open only": "/?tab=all&status=open",
    "inbox, by status and area": "/?tab=all&status=answered&area=roads",
    "inbox, by kind, with photos": "/?tab=all&kind=thanks&media=1",
    "inbox, by channel and days": "/?tab=all&channel=phone&since=2026-10-01&until=2026-10-31",
    "inbox, every copy": "/?tab=all&copies=all",
    "search, a common word": "/?tab=all&q=道路",
    "search, two words": "/?tab=all&q=高ヶ丘 カーブミラー",
    "search, rare words": "/?tab=all&q=高ヶ丘のカーブミラーを直して",
    "search, nothing there": "/?tab=all&q=存在しない言葉",
    "search, open, common word": "/?tab=department&q=道路",
    "search, receipt number": "/?tab=all&q=R8-050000",
    "counts": "/inbox/counts",
}
TARGETS = {"sqlite": 300, "postgresql": 150}
"""Wanted, p95 in milliseconds."""
MOST_STATEMENTS = 15


@dataclass(frozen=True, slots=True)
class Figure:
    """Times of a page in milliseconds: median, p95, and the median of its statements alone; and how many they are."""

    median: float
    p95: float
    sql: float
    statements: int


def log_in(client: FlaskClient, name: str) -> None:
    page = client.get("/login").text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    fields = {"csrf_token": token, "email": f"{name}@machikoe.example", "password": PASSWORD}
    if client.post("/login", data=fields).status_code != 302:
        raise SystemExit(f"{name} cannot log in")


def ask(client: FlaskClient, path: str) -> float:
    begun = time.perf_counter()
    response = client.get(path)
    taken = (time.perf_counter() - begun) * 1000
    if response.status_code not in {200, 302}:
        raise SystemExit(f"{path} answered {response.status_code}")
    return taken


def measure(client: FlaskClient, path: str, database: Database, times: int) -> Figure:
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append((statement, parameters))

    ask(client, path)
    event.listen(database.engine, "before_cursor_execute", note)
    ask(client, path)
    event.remove(database.engine, "before_cursor_execute", note)
    taken = sorted(ask(client, path) for _ in range(times))
    reads = [one for one in sent if one[0].startswith(("SELECT", "WITH"))]
    plain = statistics.median(_replay(database, reads) for _ in range(max(times // 3, 3)))
    return Figure(statistics.median(taken), taken[min(int(times * 0.95), times - 1)], plain, len(sent))


def _replay(database: Database, reads: list[tuple[str, Any]]) -> float:
    """The page's own reads, straight through the driver, in milliseconds."""
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        begun = time.perf_counter()
        for statement, parameters in reads:
            cursor.execute(statement, parameters)
            cursor.fetchall()
        return (time.perf_counter() - begun) * 1000
    finally:
        connection.close()


def deep_page() -> str:
    """A page far down the list, by its cursor."""
    cursor = int((NOW - timedelta(days=400)).timestamp() * 1_000_000)
    return f"/?tab=all&cursor=n{cursor}-50000"


def newest_of(database: Database, name: str) -> int:
    with database.read() as session:
        own = session.scalar(select(Staff.department_id).where(Staff.name == name))
        newest = select(Matter.id).where(Matter.department_id == own).order_by(Matter.id.desc()).limit(1)
        return session.scalars(newest).one()


def report(database: Database, folder: Path, times: int) -> None:
    key = SecretStr(keys.new_key())
    settings = Settings(data_dir=folder, secret_key=key, data_key=key, lookup_key=key)
    app = create_staff_app(settings, database, clock=lambda: NOW, hasher=HASHER)
    wanted = TARGETS[database.engine.dialect.name]
    for name in ("kochi", "tanaka"):
        client = app.test_client()
        log_in(client, name)
        print(f"\n{name:32} median ms    p95 ms    its SQL  statements  (wanted: p95 {wanted}, {MOST_STATEMENTS})")
        matter = newest_of(database, name)
        pages = PAGES | {
            "inbox, far down": deep_page(),
            "matter": f"/matters/{matter}",
            "matter, like it": f"/matters/{matter}/like",
        }
        for label, path in pages.items():
            one = measure(client, path, database, times)
            over = "  over" if one.p95 > wanted or one.statements > MOST_STATEMENTS else ""
            print(f"{label:32} {one.median:9.1f} {one.p95:9.1f} {one.sql:10.1f} {one.statements:11}{over}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matters", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--url", default="", help="an empty database; default: a temporary SQLite file")
    parser.add_argument("--filled", action="store_true", help="the database was filled by an earlier run")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(wanted.url or f"sqlite:///{folder}/admin.sqlite3")
        migrating.upgrade(database)
        begun = time.perf_counter()
        if not wanted.filled:
            fill(database, wanted.matters)
        seconds = time.perf_counter() - begun
        print(f"{database.engine.dialect.name}, {wanted.matters:,} matters, filled in {seconds:.0f} s", flush=True)
        report(database, Path(folder), wanted.times)
        database.dispose()


if __name__ == "__main__":
    main()
