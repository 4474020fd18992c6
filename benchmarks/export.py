"""Rows a second and peak memory of an export: python -m benchmarks.export [--rows 100000] [--format csv]."""

import argparse
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from admin.tables.writing import Format, write
from app import migrating
from feedback.db import Database
from feedback.exchange import exporting
from feedback.opinions.models import Matter, MatterReading, Submission
from feedback.routing import service as routing

_TEXT = "駅前の横断歩道の信号が短く、高齢の母が渡りきれません。時間を長くしてください。電話は090-1234-5678です。" * 3


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fill(database: Database, rows: int) -> None:
    start = datetime(2025, 4, 1, tzinfo=UTC)
    with database.write() as session:
        routing.install_defaults(session)
    for first in range(0, rows, 5000):
        ids = range(first + 1, min(first + 5000, rows) + 1)
        moments = {number: start + timedelta(minutes=number) for number in ids}
        with database.write() as session:
            session.execute(
                insert(Submission),
                [
                    {"id": n, "channel": "line", "received_at": at, "last_part_at": at, "wants_reply": True}
                    for n, at in moments.items()
                ],
            )
            session.execute(
                insert(Matter),
                [
                    {
                        "id": n, "submission_id": n, "number": 1, "text": f"{n} {_TEXT}", "channel": "line",
                        "area_key": "safety", "area_source": "model", "kind": "request", "urgent": False,
                        "department_id": n % 30 + 1, "status": "routed", "received_at": at, "routed_at": at,
                        "bounces": 0, "version": 1,
                    }
                    for n, at in moments.items()
                ],
            )  # fmt: skip
            session.execute(
                insert(MatterReading),
                [
                    {
                        "matter_id": n, "model_version": "bench", "area_key": "safety", "areas": [["safety", 0.9]],
                        "also": [], "urgency": "normal", "evidence": [], "personal_data": [[45, 58, "phone"]],
                        "read_at": at,
                    }
                    for n, at in moments.items()
                ],
            )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--url", default="", help="database; default: a temporary SQLite file")
    parser.add_argument("--format", choices=list(Format), action="append")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(options.url or f"sqlite:///{folder}/bench.sqlite3")
        migrating.upgrade(database)
        fill(database, options.rows)
        for file_format in options.format or list(Format):
            measure(database, Format(file_format), Path(folder) / "out", options.rows)
        database.dispose()


def measure(database: Database, file_format: Format, path: Path, rows: int) -> None:
    half = ""
    started = time.perf_counter()
    before = peak_mb()
    records = exporting.records(database.read, exporting.Selection())
    with path.open("wb") as file:
        for chunk in write(records, file_format=file_format):
            half = half or f"{peak_mb():.0f}"
            file.write(chunk)
    seconds = time.perf_counter() - started
    print(
        f"{file_format:6} {rows} rows  {rows / seconds:8.0f} rows/s  {path.stat().st_size / 1e6:6.1f} MB  "
        f"peak RSS before {before:.0f} MB, at the first chunk {half} MB, at the end {peak_mb():.0f} MB"
    )


if __name__ == "__main__":
    main()
