from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from app.jobs.rereading import reread
from app.jobs.running import JobRunner
from feedback.audit.models import AuditEntry
from feedback.config import Settings
from feedback.db import Database
from feedback.jobs import queries as job_queries
from feedback.jobs.models import JobState
from feedback.learning import rereading, service
from feedback.opinions.models import Matter, MatterReading
from feedback.ports import Reading
from tests.conftest import NOW, FakeClock
from tests.feedback.learning.city import read_as, receive


class Parks:
    """Takes everything for parks; may die after some batches."""

    def __init__(self, version: str = "new-1", *, batches: int = 99) -> None:
        self.version = version
        self._left = batches

    def read(self, texts: Sequence[str]) -> list[Reading]:
        if not self._left:
            raise RuntimeError("killed")
        self._left -= 1
        return [read_as("parks", version=self.version) for _ in texts]


def fill(database: Database, count: int = 7) -> None:
    with database.write() as session:
        for n in range(count):
            receive(session, NOW, text="" if n == 2 else f"道路の穴 {n}")


def go_on(database: Database, settings: Settings, reader: Parks, clock: FakeClock) -> None:
    assert JobRunner(database, settings, reader, {"reread": reread}, clock).run_once() == 1


def start(database: Database) -> int:
    with database.write() as session:
        return service.request(session, kind="reread", at=NOW, staff_id=None).id


def job_of(database: Database, job_id: int) -> job_queries.JobRow:
    with database.read() as session:
        return job_queries.job(session, job_id)


def again(database: Database) -> list[int]:
    with database.read() as session:
        return list(
            session.scalars(select(MatterReading.matter_id).where(MatterReading.again).order_by(MatterReading.id))
        )


def test_all_are_read_and_nothing_is_routed(database: Database, settings: Settings) -> None:
    fill(database)
    with database.read() as session:
        before = session.execute(select(Matter.area_key, Matter.department_id, Matter.version)).all()
    job_id = start(database)
    go_on(database, settings, Parks(), FakeClock())

    job = job_of(database, job_id)
    assert (job.state, job.done, job.total) == (JobState.DONE, 7, 7)
    assert job.message == "7件を new-1 で読み直し、6件の読み取りが変わりました。分野と担当課は変えていません。"
    assert len(again(database)) == 6
    with database.read() as session:
        assert session.execute(select(Matter.area_key, Matter.department_id, Matter.version)).all() == before
        assert session.scalars(select(AuditEntry.action)).all()[-1] == "opinions.reread"


def test_a_killed_job_goes_on_where_it_was(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rereading.chunk, "__kwdefaults__", {"limit": 2})
    fill(database)
    job_id = start(database)
    clock = FakeClock()
    go_on(database, settings, Parks(batches=2), clock)
    assert (job_of(database, job_id).state, job_of(database, job_id).done) == (JobState.QUEUED, 4)

    clock.advance(hours=1)
    go_on(database, settings, Parks(), clock)
    job = job_of(database, job_id)
    assert (job.state, job.done) == (JobState.DONE, 7)
    assert len(again(database)) == len(set(again(database))) == 6


def test_another_model_in_between_begins_anew(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rereading.chunk, "__kwdefaults__", {"limit": 2})
    fill(database)
    job_id = start(database)
    clock = FakeClock()
    go_on(database, settings, Parks(batches=2), clock)
    clock.advance(hours=1)
    go_on(database, settings, Parks("new-2"), clock)

    job = job_of(database, job_id)
    assert (job.done, job.payload["changed"], job.payload["version"]) == (7, 3, "new-2")


def test_without_a_model_it_says_so(database: Database, settings: Settings) -> None:
    job_id = start(database)
    assert JobRunner(database, settings, None, {"reread": reread}, FakeClock()).run_once() == 1
    assert job_of(database, job_id).state == JobState.FAILED
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(MatterReading)) == 0
