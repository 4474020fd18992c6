"""Durable acknowledgements a second of /line/webhook, beside the SDK's echo that stores nothing.

    python -m benchmarks.intake [--rounds 5] [--postgres URL] [--server granian|gunicorn]

Both run under the same server with the same load, in turn; the ratio of each pair is taken, and the median printed.
"""

import argparse
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from app import migrating
from benchmarks.intake_targets import SECRET
from benchmarks.load import Result, run, signed_request, text_event
from bot.webhook import PATH
from feedback import keys
from feedback.db import Database

SERVER = os.environ.get("MACHIKOE_TEST_POSTGRES_URL", "postgresql://root@127.0.0.1:5432/postgres")
"""A PostgreSQL server on which databases may be made and dropped."""

BODIES = {1: 3000, 10: 1200, 100: 200}
"""Events a body → bodies a round."""


_GRANIAN = """
import sys
from app import serving
serving.serve(sys.argv[1], bind=sys.argv[2], module="benchmarks.intake_targets")
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(target: str, *, server: str, environment: dict[str, str]) -> Iterator[int]:
    """Run one of the targets under a production server; gives its port."""
    port = free_port()
    command = {
        "granian": [
            sys.executable, "-c", _GRANIAN, target, f"127.0.0.1:{port}",
        ],
        "gunicorn": [
            sys.executable, "-m", "gunicorn", "-k", "gthread", "--threads", "64", "-w", "1", "--log-level", "warning",
            "-b", f"127.0.0.1:{port}", f"benchmarks.intake_targets:{target}()",
        ],
    }[server]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def requests_for(events: int, count: int, port: int, rng: random.Random) -> list[bytes]:
    numbers = iter(range(events * count))
    return [
        signed_request(
            [text_event(next(numbers), citizens=500, rng=rng) for _ in range(events)],
            secret=SECRET,
            host=f"127.0.0.1:{port}",
            path=PATH,
        )
        for _ in range(count)
    ]


def compare(url: str, *, server: str, rounds: int, scale: float) -> None:
    rng = random.Random(1)
    environment = {"BENCH_DATABASE": url, "BENCH_KEY": keys.new_key()}
    database = Database(url)
    migrating.upgrade(database)
    with (
        serving("echo", server=server, environment=environment) as echo_port,
        serving("ours", server=server, environment=environment) as our_port,
    ):
        for port in (echo_port, our_port):
            run(port, requests_for(1, 300, port, rng))
        for events, count in BODIES.items():
            pairs: list[tuple[Result, Result]] = []
            for _ in range(rounds):
                bodies = int(count * scale)
                theirs = run(echo_port, requests_for(events, bodies, echo_port, rng))
                pairs.append((run(our_port, requests_for(events, bodies, our_port, rng)), theirs))
            print_row(events, pairs)
    stored = check_stored(database)
    print(f"  stored events: {stored}")
    database.dispose()


def print_row(events: int, pairs: list[tuple[Result, Result]]) -> None:
    ratio = statistics.median(ours.rate / theirs.rate for ours, theirs in pairs)
    ours_rate = statistics.median(ours.rate for ours, _ in pairs)
    echo_rate = statistics.median(theirs.rate for _, theirs in pairs)
    p99 = statistics.median(ours.percentile(0.99) for ours, _ in pairs)
    echo_p99 = statistics.median(theirs.percentile(0.99) for _, theirs in pairs)
    errors = sum(ours.errors for ours, _ in pairs)
    print(
        f"  {events:>3} events a body: ours {ours_rate:7.0f}/s  echo {echo_rate:7.0f}/s  ratio {ratio:5.2f}"
        f"  p99 {p99:5.0f} ms, echo's {echo_p99:5.0f} ms  errors {errors}",
        flush=True,
    )


def check_stored(database: Database) -> int:
    with database.engine.connect() as connection:
        count: int = connection.exec_driver_sql("SELECT count(*) FROM line_events").scalar_one()
    return count


@contextmanager
def postgres(url: str) -> Iterator[str]:
    """A fresh database on the server that ``url`` points to."""
    name = f"mk_bench_{os.getpid()}"
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield url.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="more or fewer bodies a round")
    parser.add_argument("--server", choices=["granian", "gunicorn"], default="granian")
    parser.add_argument("--postgres", default=SERVER)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    options = parser.parse_args()
    if options.only != "postgres":
        with tempfile.TemporaryDirectory() as folder:
            print(f"SQLite (synchronous=FULL), {options.server}, 64 connections, {options.rounds} rounds")
            compare(
                f"sqlite:///{Path(folder) / 'bench.sqlite3'}",
                server=options.server,
                rounds=options.rounds,
                scale=options.scale,
            )
    if options.only != "sqlite":
        with postgres(options.postgres) as url:
            print(f"PostgreSQL, {options.server}, 64 connections, {options.rounds} rounds")
            compare(url, server=options.server, rounds=options.rounds, scale=options.scale)


if __name__ == "__main__":
    main()
