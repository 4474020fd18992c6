"""From acknowledged to processed at low load, through the real processes and the real classifier.

    python -m benchmarks.latency [--messages 100] [--pause 0.1] [--only sqlite|postgres]

The delay is the database's own: an event's ``done_at`` minus its ``received_at``. Also printed: how long a citizen
waits from sending to the answer on the phone, and the worker's memory.
"""

import argparse
import tempfile
import time
from pathlib import Path

from sqlalchemy import select

from benchmarks.intake import SERVER, postgres
from feedback.db import Database
from feedback.inbox.models import LineEvent
from tests.journeys.city import City, running_city


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def measure(city: City, messages: int, pause: float) -> None:
    city.settings["MACHIKOE_SUBMISSION_QUIET_SECONDS"] = "0"
    city.start_public()
    city.start_worker()
    person = city.consenting_citizen("測定")
    waits = []
    for n in range(messages):
        begun = time.perf_counter()
        person.say(f"公園のベンチが壊れています。{n}番のベンチです。")
        person.wait_for("R8-", timeout=20)
        waits.append(time.perf_counter() - begun)
        time.sleep(pause)
    database = Database(city.database_url)
    with database.read() as session:
        rows = session.execute(
            select(LineEvent.received_at, LineEvent.done_at).order_by(LineEvent.id.desc()).limit(messages)
        ).all()
    database.dispose()
    delays = [(done - received).total_seconds() * 1000 for received, done in rows if done]
    print(f"  acknowledged → processed: p50 {percentile(delays, 0.5):.0f} ms, p95 {percentile(delays, 0.95):.0f} ms")
    milliseconds = [wait * 1000 for wait in waits]
    print(
        f"  sent → answer on the phone: p50 {percentile(milliseconds, 0.5):.0f} ms,"
        f" p95 {percentile(milliseconds, 0.95):.0f} ms"
    )
    print(f"  worker memory: {city.memory('worker') / 1e6:.0f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100)
    parser.add_argument("--pause", type=float, default=0.1)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    parser.add_argument("--postgres", default=SERVER)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.only != "postgres":
            print("SQLite")
            place = Path(folder) / "sqlite"
            place.mkdir()
            with running_city(place, f"sqlite:///{place / 'city.sqlite3'}") as city:
                measure(city, options.messages, options.pause)
        if options.only != "sqlite":
            print("PostgreSQL")
            place = Path(folder) / "postgres"
            place.mkdir()
            with postgres(options.postgres) as url, running_city(place, url) as city:
                measure(city, options.messages, options.pause)


if __name__ == "__main__":
    main()
