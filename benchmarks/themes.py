"""Themes and re-reading at scale: `python -m benchmarks.themes [--matters N] [--reread N] [--url URL]`.

Loads the opinions of the starter corpus over three years (more than it has: again from the beginning), makes the themes
of all months twice, and reads opinions again with the shipped model, then with a reader that costs nothing. Figures are
seconds by the clock and of this process's processor time.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table, bindparam, text, update
from sqlalchemy.orm import Session

from app import migrating
from app.jobs.rereading import reread
from app.jobs.running import JobRunner
from app.reading import ClassifierReader, FixedReader
from app.themes import NounFinder
from benchmarks import admin_city
from classifier import corpus
from feedback.clock import utc_now
from feedback.config import load_settings
from feedback.db import Database
from feedback.learning import service as learning
from feedback.opinions.models import Matter
from feedback.ports import Reading
from feedback.themes import service


class Cheap(FixedReader):
    """Says of every text what nobody said before, at no cost: what is left is the job's own work."""

    version = "cheap"

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """See `TextReader`."""
        return [replace(one, model_version=self.version, kind="request") for one in super().read(texts)]


def timed(what: str, work: Callable[[], Any], count: int) -> None:
    """Do it and print what it took."""
    begun, spent = time.perf_counter(), time.process_time()
    told = work()
    wall, cpu = time.perf_counter() - begun, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {wall:.1f} s, processor {cpu:.1f} s, {count / cpu:,.0f} opinions a second of it ({told})")
    print(f"  memory at most {peak:.0f} MB")


def fill(database: Database, count: int) -> None:
    """The benchmark's city with the words and areas of the corpus in its matters."""
    admin_city.fill(database, count)
    rows = [one for one in corpus.opinions() if one.source == "opinions"]

    def words() -> Iterator[dict[str, Any]]:
        for number in range(1, count + 1):
            one = rows[number * 7919 % len(rows)]
            yield {"at": number, "words": one.text, "area": one.area}

    table = cast("Table", Matter.__table__)
    change = (
        update(table).where(table.c.id == bindparam("at")).values(text=bindparam("words"), area_key=bindparam("area"))
    )
    made = words()
    with database.write() as session:
        while some := list(islice(made, 5_000)):
            session.connection().execute(change, some)


def read_again(database: Database, reader: Any, limit: int) -> str:
    """The job over the newest ``limit`` matters."""

    def ask(session: Session) -> None:
        job = learning.request(session, kind="reread", at=utc_now(), staff_id=None)
        last = session.execute(text("SELECT max(id) FROM matters")).scalar_one()
        job.payload = {"version": reader.version, "after": last - limit, "up_to": last}

    with database.write() as session:
        ask(session)
    JobRunner(database, load_settings(), reader, {"reread": reread}, utc_now).run_once()
    return str(reader.version)


def main() -> None:
    """Measure one database; without ``--url`` a SQLite file of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matters", type=int, default=10_000)
    parser.add_argument("--reread", type=int, default=2_000)
    parser.add_argument("--url", default="", help="an empty database")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(wanted.url or f"sqlite:///{folder}/themes.sqlite3")
        migrating.upgrade(database)
        fill(database, wanted.matters)
        print(f"{database.engine.dialect.name}, {wanted.matters:,} opinions over {admin_city.YEARS} years")
        for name in ("themes", "themes again"):
            timed(name, lambda: f"{service.make(database, NounFinder()):,} in a theme", wanted.matters)
        cheap, shipped = Cheap(), ClassifierReader()
        shipped.read(["はじめに一度だけ読み込む"])
        timed("read again, reading costs nothing", lambda: read_again(database, cheap, wanted.matters), wanted.matters)
        timed("read again, shipped model", lambda: read_again(database, shipped, wanted.reread), wanted.reread)
        database.dispose()


if __name__ == "__main__":
    main()
