"""How long the opinions like one take to find: `python -m benchmarks.similar [--matters N] [--url URL]`.

Loads made-up opinions with made-up vectors (both in bulk), then asks for the earlier opinions like each of many, as the
desk and as a department, on SQLite and on PostgreSQL when there is a server; beside it, what comparing every stored
vector for each question costs. Wanted: 100 ms at 100,000 opinions.
"""

import argparse
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from sqlalchemy import create_engine, insert, make_url, select, text

from app import migrating
from app.likeness import NearestVectors
from benchmarks import admin_city
from feedback.db import Database, normalise_url
from feedback.likeness import queries, service
from feedback.likeness.models import Fingerprint
from feedback.opinions.models import Matter
from feedback.staff.models import Staff
from feedback.staff.rules import Actor
from feedback.staff.service import actor_of

BATCH = 5_000
TOPICS = 200


def vectors(count: int) -> Iterator[bytes]:
    """Vectors of matters within topics, as opinions are: twenty in each of two hundred topics."""
    chance = np.random.default_rng(8)
    topics = chance.normal(size=(TOPICS, 512))
    matters = chance.normal(size=(TOPICS, 20, 512))
    for _ in range(count):
        topic = chance.integers(TOPICS)
        one = (
            topics[topic] + 0.7 * matters[topic, chance.integers(20)] + 0.6 * chance.normal() * chance.normal(size=512)
        )
        yield np.rint(one / np.abs(one).max() * 127).astype(np.int8).tobytes()


def fill(database: Database, count: int) -> None:
    """As many opinions as asked for, with their place in the index."""
    admin_city.fill(database, count, prints=False)
    made = vectors(count)
    for first in range(1, count + 1, BATCH):
        rows = [
            {"matter_id": number, "group_id": None, "vector": next(made), "revision": number, "stale": False}
            for number in range(first, min(first + BATCH, count + 1))
        ]
        with database.write() as session:
            session.execute(insert(Fingerprint), rows)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def timed(work: Callable[[int], object], ids: list[int]) -> str:
    """p50, p95 and the slowest of one question after the other, in milliseconds."""
    taken = []
    for one in ids:
        begun = time.perf_counter()
        work(one)
        taken.append((time.perf_counter() - begun) * 1000)
    taken.sort()
    return f"p50 {statistics.median(taken):7.1f}  p95 {taken[int(len(taken) * 0.95)]:7.1f}  worst {taken[-1]:7.1f} ms"


def brute_force(database: Database, matter_id: int) -> list[int]:
    """The baseline: read and compare every vector."""
    with database.read() as session:
        rows = session.execute(select(Fingerprint.matter_id, Fingerprint.vector)).all()
        found = np.frombuffer(b"".join(row.vector or b"" for row in rows), dtype=np.int8).reshape(len(rows), -1)
        others = found.astype(np.float32)
        mine = others[matter_id - 1]
        scores = others @ mine / (np.linalg.norm(others, axis=1) * np.linalg.norm(mine))
        return [rows[int(one)].matter_id for one in np.argsort(-scores)[1:301]]


def asking(database: Database, actor: Actor, search: NearestVectors) -> Callable[[int], object]:
    """What the page of a matter asks."""

    def ask(matter_id: int) -> object:
        with database.read() as session:
            return queries.earlier_like(session, matter_id, actor=actor, similar=search)

    return ask


def measure(database: Database, *, count: int, times: int) -> None:
    """Print every figure of one database."""
    begun = time.perf_counter()
    fill(database, count)
    print(f"\n{database.engine.dialect.name}, {count:,} opinions, loaded in {time.perf_counter() - begun:.0f} s")
    chance = random.Random(3)  # the same questions every time
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    search = NearestVectors(database)
    search.nearest(1, department_id=None, limit=1)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"first question of a process {time.perf_counter() - begun:.1f} s, memory at most {grown:.0f} MB more")
    with database.read() as session:
        actors = [
            actor_of(session.scalars(select(Staff).where(Staff.name == name)).one()) for name in ("kochi", "tanaka")
        ]
        own = list(session.scalars(select(Matter.id).where(Matter.department_id == actors[1].department_id)))
    for actor, ids in zip(actors, (range(count // 2, count), own[len(own) // 2 :]), strict=True):
        ask = asking(database, actor, search)
        whose = "all" if actor.sees_all else "own"
        print(f"earlier opinions, {whose} departments  {timed(ask, chance.sample(ids, min(times, len(ids))))}")
    sample = chance.sample(range(count // 2, count), 5)
    print(f"every vector compared, brute force {timed(lambda one: brute_force(database, one), sample)}")
    exact = [set(brute_force(database, one)[:10]) for one in sample]
    found = [{id_ for id_, _ in search.nearest(one, department_id=None, limit=10)} for one in sample]
    share = sum(len(a & b) for a, b in zip(exact, found, strict=True)) / (10 * len(sample))
    print(f"of the ten nearest by brute force found: {share:.0%}")
    prints = [
        service.Words(n, row["text"]) for n, row in enumerate(admin_city.matters(1000, [("roads", 1)], 1), start=1)
    ]
    begun = time.perf_counter()
    service.make_prints(prints, encoder=None)
    print(f"prints without vectors: {1000 / (time.perf_counter() - begun):,.0f} texts/s")


@contextmanager
def postgres() -> Iterator[str | None]:
    """A database of its own on the server of the tests, if there is one."""
    server = os.environ.get("MACHIKOE_TEST_POSTGRES_URL")
    if not server:
        yield None
        return
    name = f"machikoe_similar_{os.getpid()}"
    engine = create_engine(normalise_url(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def main() -> None:
    """Measure SQLite, then PostgreSQL; or only the database that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matters", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--url", default="", help="an empty database; default: both kinds")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        urls = [wanted.url] if wanted.url else [f"sqlite:///{folder}/similar.sqlite3", *([server] if server else [])]
        for url in urls:
            database = Database(url)
            migrating.upgrade(database)
            measure(database, count=wanted.matters, times=wanted.times)
            database.dispose()


if __name__ == "__main__":
    main()
