"""How long the inbox and a matter page take with many matters: `python -m benchmarks.admin [--matters N] [--url URL]`.

Loads made-up matters in bulk (not through the services, which would take an hour), then asks for each page several
times as the desk and as a department, and prints the median and the slowest in milliseconds, with the statements.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import event, insert, select, text

from admin.app import create_staff_app
from app import migrating
from feedback import keys
from feedback.business_days import add_business_days
from feedback.config import Settings
from feedback.db import Database
from feedback.departments.models import Department
from feedback.opinions import search
from feedback.opinions.models import HistoryEntry, Matter, Part, Submission
from feedback.opinions.rules import Channel, Kind, MatterStatus, PartKind
from feedback.routing.models import Area
from feedback.routing.service import install_defaults
from feedback.staff import service as staff
from feedback.staff.models import Staff
from feedback.staff.rules import Role

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
PASSWORD = "correct-horse-battery"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
BATCH = 5_000
OPEN_SHARE = 0.2
PLACES = [f"{a}{b}" for a in "東西南北中上下本新大小高" for b in ("町", "山", "川原", "丁目", "通り", "台", "ヶ丘")]
THINGS = [
    "道路",
    "公園",
    "街路灯",
    "保育園",
    "ごみ収集",
    "バス停",
    "図書館",
    "水道",
    "歩道",
    "遊具",
    "カーブミラー",
    "用水路",
]
WISHES = [
    "を直してください。",
    "が壊れています。",
    "を増やしてほしいです。",
    "が暗くて怖いです。",
    "の対応に感謝します。",
]
PAGES = {
    "inbox, all": "/?tab=all",
    "inbox, own department": "/?tab=department",
    "inbox, overdue": "/?tab=overdue",
    "inbox, urgent": "/?tab=urgent",
    "inbox, all, oldest first": "/?tab=all&sort=old",
    "inbox, filtered (status, area)": "/?tab=all&status=answered&area=roads",
    "inbox, filtered (kind, media)": "/?tab=all&kind=thanks&media=1",
    "inbox, search, common words": "/?tab=all&q=道路",
    "inbox, search, rare words": "/?tab=all&q=高ヶ丘のカーブミラー",
    "counts": "/inbox/counts",
}


def rows(count: int, areas: list[tuple[str, int]], desk: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(8)  # the same matters every time
    for number in range(1, count + 1):
        received = NOW - timedelta(minutes=5 * (count - number) * 200_000 // max(count, 1) // 5)
        area, department = chance.choice(areas)
        is_open = chance.random() < (OPEN_SHARE if number > count * 0.7 else 0.01)
        status = chance.choice([MatterStatus.ROUTED, MatterStatus.IN_PROGRESS]) if is_open else MatterStatus.ANSWERED
        unknown = is_open and chance.random() < 0.05
        yield {
            "id": number,
            "submission_id": number,
            "number": 1,
            "text": "".join(
                chance.choice(one) for one in (PLACES, ["の"], THINGS, WISHES, PLACES, ["の"], THINGS, WISHES)
            ),
            "channel": chance.choice(list(Channel)),
            "area_key": None if unknown else area,
            "area_source": "model",
            "kind": chance.choice(list(Kind)),
            "urgent": chance.random() < 0.01,
            "department_id": desk if unknown else department,
            "status": MatterStatus.RECEIVED if unknown else status,
            "due_on": add_business_days(received.date(), 10),
            "received_at": received,
            "bounces": 0,
            "version": 1,
        }


def load(database: Database, count: int) -> None:
    with database.write() as session:
        install_defaults(session)
        session.flush()
        departments = {one.code: one.id for one in session.scalars(select(Department))}
        areas = [(one.key, one.department_id or departments["kocho"]) for one in session.scalars(select(Area))]
        for name, role, code in (("kochi", Role.DESK, "kocho"), ("tanaka", Role.STAFF, "roads")):
            staff.register(
                session,
                email=f"{name}@machikoe.example",
                name=name,
                role=role,
                department_id=departments[code],
                password=PASSWORD,
                must_change_password=False,
                at=NOW,
                hasher=HASHER,
            )
    batch: list[dict[str, Any]] = []
    for row in rows(count, areas, departments["kocho"]):
        batch.append(row)
        if len(batch) == BATCH:
            write(database, batch)
            batch.clear()
    if batch:
        write(database, batch)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def write(database: Database, batch: list[dict[str, Any]]) -> None:
    with database.write() as session:
        submissions = [
            {
                "id": one["id"],
                "channel": one["channel"],
                "received_at": one["received_at"],
                "last_part_at": one["received_at"],
                "wants_reply": True,
            }
            for one in batch
        ]
        session.execute(insert(Submission), submissions)
        session.execute(insert(Matter), batch)
        parts = [
            {"submission_id": one["id"], "kind": kind, "text": one["text"], "sent_at": one["received_at"]}
            for one in batch
            for kind in ((PartKind.TEXT, PartKind.IMAGE) if one["id"] % 10 == 0 else (PartKind.TEXT,))
        ]
        session.execute(insert(Part), parts)
        history = [
            {"matter_id": one["id"], "at": one["received_at"], "source": "system", "action": action, "after": after}
            for one in batch
            for action, after in (("received", str(one["channel"])), ("routed", str(one["department_id"])))
        ]
        session.execute(insert(HistoryEntry), history)
        search.index(session, [(one["id"], one["text"]) for one in batch])


def log_in(client: FlaskClient, name: str) -> None:
    page = client.get("/login").text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    fields = {"csrf_token": token, "email": f"{name}@machikoe.example", "password": PASSWORD}
    if client.post("/login", data=fields).status_code != 302:
        raise SystemExit(f"{name} cannot log in")


def measure(client: FlaskClient, path: str, database: Database, times: int) -> tuple[float, float, int]:
    statements = 0

    def count(*_: Any) -> None:
        nonlocal statements
        statements += 1

    taken = []
    client.get(path)
    event.listen(database.engine, "before_cursor_execute", count)
    for _ in range(times):
        begun = time.perf_counter()
        response = client.get(path)
        taken.append((time.perf_counter() - begun) * 1000)
        if response.status_code != 200:
            raise SystemExit(f"{path} answered {response.status_code}")
    event.remove(database.engine, "before_cursor_execute", count)
    return statistics.median(taken), max(taken), statements // times


def deep_page() -> str:
    """A page far down the list, by its cursor."""
    cursor = int((NOW - timedelta(minutes=180_000)).timestamp() * 1_000_000)
    return f"/?tab=all&cursor=n{cursor}-50000"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matters", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--url", default="", help="an empty database; default: a temporary SQLite file")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(wanted.url or f"sqlite:///{folder}/admin.sqlite3")
        migrating.upgrade(database)
        begun = time.perf_counter()
        load(database, wanted.matters)
        print(
            f"{database.engine.dialect.name}, {wanted.matters:,} matters, loaded in {time.perf_counter() - begun:.0f} s"
        )
        settings = Settings(data_dir=Path(folder), secret_key=SecretStr(keys.new_key()))
        app = create_staff_app(settings, database, clock=lambda: NOW, hasher=HASHER, rate_limits=False)
        for name in ("kochi", "tanaka"):
            client = app.test_client()
            log_in(client, name)
            with database.read() as session:
                own = session.scalar(select(Staff.department_id).where(Staff.name == name))
                newest = session.scalar(
                    select(Matter.id).where(Matter.department_id == own).order_by(Matter.id.desc()).limit(1)
                )
            pages = PAGES | {"inbox, far down": deep_page(), "matter": f"/matters/{newest}"}
            print(f"\n{name:36} median ms   worst ms  statements")
            for label, path in pages.items():
                median, worst, statements = measure(client, path, database, wanted.times)
                print(f"{label:36} {median:9.1f} {worst:10.1f} {statements:11}")
        database.dispose()


if __name__ == "__main__":
    main()
