"""Seconds for all figures of the dashboard: python -m benchmarks.dashboard [--rows 100000] [--url …]."""

import argparse
import tempfile
import time
from datetime import date

from sqlalchemy import text

from app import migrating
from benchmarks.export import fill
from feedback.db import Database
from feedback.statistics.queries import Scope, statistics


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--url", default="", help="an empty database; default: a temporary SQLite file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(options.url or f"sqlite:///{folder}/bench.sqlite3")
        migrating.upgrade(database)
        fill(database, options.rows)
        with database.write() as session:
            session.execute(text("UPDATE matters SET status = 'answered', answered_at = received_at WHERE id % 3 = 0"))
        for _ in range(3):
            started = time.perf_counter()
            with database.read() as session:
                found = statistics(session, Scope(date(2025, 4, 1), date(2026, 3, 31)), today=date(2026, 3, 31))
            print(f"{found.totals.matters} matters: {time.perf_counter() - started:.3f} s")
        database.dispose()


if __name__ == "__main__":
    main()
