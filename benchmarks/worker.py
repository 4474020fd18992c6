"""Events processed a second, end to end: stored → classified → routed → outbox; and the delay at low load.

    python -m benchmarks.worker [--events 4000] [--only sqlite|postgres] [--reader fixed|classifier] [--latency]

Every event is a new opinion of a consenting citizen, the dearest case. Sending is not part of it: LINE's own
speed would be measured.
"""

import argparse
import json
import multiprocessing
import os
import random
import statistics
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path

from sqlalchemy import func, select

from app import migrating
from app.reading import ClassifierReader, FixedReader
from app.worker import Worker
from benchmarks.intake import SERVER, postgres
from benchmarks.load import text_event
from bot.handling import handle
from bot.inbound import EVENT_PURPOSE
from bot.processor import Processor
from bot.sender import LineApi, Sender
from bot.texts import NOTICE_VERSION
from feedback import keys
from feedback.citizens import service as citizens
from feedback.clock import utc_now
from feedback.config import Settings
from feedback.db import Database
from feedback.inbox.models import SHARDS, EventState, LineEvent
from feedback.inbox.store import NewEvent, make_store
from feedback.outbox.models import OutboundMessage
from feedback.routing.service import install_defaults

CITIZENS = 400
_CORPUS = Path(__file__).parent.parent / "classifier" / "corpus"


def texts() -> list[str]:
    """Real-looking texts of the starter corpus."""
    found = [
        json.loads(line)["text"]
        for path in sorted(_CORPUS.rglob("opinions*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    random.Random(7).shuffle(found)
    return found


def prepare(url: str, settings: Settings, count: int) -> Database:
    """A city with consenting citizens and so many pending events."""
    database = Database(url)
    migrating.upgrade(database)
    ring = settings.key_ring()
    with database.write() as session:
        install_defaults(session)
        for n in range(CITIZENS):
            user = f"U{n:032x}"
            key = ring.lookup(user)
            citizen = citizens.load(session, keys=[key], now=utc_now())[key]
            sealed = ring.encrypt(user.encode(), purpose=citizens.LINE_ID)
            citizens.give_consent(citizen, version=NOTICE_VERSION, line_user_id_sealed=sealed, at=utc_now())
    add_events(database, settings, count)
    return database


def add_events(database: Database, settings: Settings, count: int) -> None:
    ring = settings.key_ring()
    rng = random.Random(3)
    words = texts()
    store = make_store(database.engine.url)
    begin = datetime.now(UTC) - timedelta(days=2)
    batch = []
    for n in range(count):
        event = text_event(n, citizens=CITIZENS, rng=rng, text=words[n % len(words)])
        at = begin + timedelta(minutes=2) * (n // CITIZENS) + timedelta(milliseconds=n)
        event["timestamp"] = int(at.timestamp() * 1000)
        key = ring.lookup(f"U{n % CITIZENS:032x}")
        payload = ring.encrypt(json.dumps(event).encode(), purpose=EVENT_PURPOSE)
        batch.append(NewEvent(str(event["webhookEventId"]), "message", key, key[0] % SHARDS, at, at, payload))
    store.add(batch)
    store.close()


class NothingIsSent(Sender):
    """Leaves the outbox alone."""

    def run_once(self) -> int:
        return 0


def work(url: str, settings: Settings, reader_name: str, barrier: Barrier, end: Event) -> None:
    """One worker process: everything loaded, then all start together, as `app.working` puts it together."""
    reader = ClassifierReader() if reader_name == "classifier" else FixedReader("roads")
    reader.read(["あらかじめ読み込む"])
    database, ring = Database(url), settings.key_ring()
    processor = Processor(database, settings, ring, reader, handle)
    worker = Worker(processor, NothingIsSent(database, ring, LineApi(settings)))
    threading.Thread(target=lambda: (end.wait(), worker.stop.set()), daemon=True).start()
    barrier.wait()
    worker.run()


def pending(database: Database) -> bool:
    with database.read() as session:
        return session.scalar(select(LineEvent.id).where(LineEvent.state == EventState.PENDING).limit(1)) is not None


def measure(url: str, settings: Settings, *, reader: str, workers: int, events: int) -> float:
    database = prepare(url, settings, events)
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(workers + 1)
    end = context.Event()
    processes = [context.Process(target=work, args=(url, settings, reader, barrier, end)) for _ in range(workers)]
    for process in processes:
        process.start()
    barrier.wait()
    begun = time.perf_counter()
    while pending(database):
        time.sleep(0.005)
    seconds = time.perf_counter() - begun
    end.set()
    for process in processes:
        process.join()
    with database.read() as session:
        done = session.scalar(select(func.count()).where(LineEvent.state == EventState.DONE))
        answers = session.scalar(select(func.count(OutboundMessage.id)))
    assert done == events == answers, (done, events, answers)
    database.dispose()
    return events / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    parser.add_argument("--reader", choices=["fixed", "classifier"])
    parser.add_argument("--postgres", default=SERVER)
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    key = keys.new_key()
    settings = Settings.model_validate({"data_key": key, "lookup_key": key, "secret_key": key})
    for backend in [options.only] if options.only else ["sqlite", "postgres"]:
        for reader in [options.reader] if options.reader else ["fixed", "classifier"]:
            for workers in (1, 2):
                rates = []
                for _ in range(options.rounds):
                    if backend == "sqlite":
                        with tempfile.TemporaryDirectory() as folder:
                            url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
                            rates.append(measure(url, settings, reader=reader, workers=workers, events=options.events))
                    else:
                        with postgres(options.postgres) as url:
                            rates.append(measure(url, settings, reader=reader, workers=workers, events=options.events))
                print(
                    f"{backend:9} {reader:10} {workers} worker(s): {statistics.median(rates):7.0f} events/s"
                    f"  (min {min(rates):.0f}, max {max(rates):.0f})",
                    flush=True,
                )


if __name__ == "__main__":
    main()
