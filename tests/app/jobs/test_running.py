import io
import os

import pytest
from sqlalchemy import select

from admin.tables import uploads
from app.jobs.registry import Handler, Outcome, Work
from app.jobs.running import JobRunner
from app.reading import FixedReader
from feedback.audit.models import AuditEntry
from feedback.config import Settings
from feedback.db import Database
from feedback.errors import Invalid, NotFound
from feedback.jobs import queries, service
from feedback.jobs.models import JobState
from feedback.opinions.models import Matter
from tests.conftest import NOW, Cast, FakeClock

CSV = "受付番号,受付日,内容,種別\r\n1,R7.4.1,道路の穴,要望\r\n2,春,だめ,要望\r\n3,R7.4.2,公園,ぼやき\r\n"


def run(database: Database, settings: Settings, payload: dict[str, object], *, handler: Handler | None = None) -> int:
    with database.write() as session:
        job = service.enqueue(session, kind="import", payload=payload, now=NOW)
    runner = JobRunner(database, settings, FixedReader("roads"), clock=FakeClock())
    if handler:
        runner.handlers = {"import": handler}
    assert runner.run_once() == 1
    return job.id


def found(database: Database, job_id: int) -> queries.JobRow:
    with database.read() as session:
        return queries.job(session, job_id)


@pytest.mark.usefixtures("cast")
def test_an_uploaded_table_is_imported(database: Database, settings: Settings) -> None:
    key = uploads.keep(settings, io.BytesIO(CSV.encode("cp932")))
    columns = {"source_id": 0, "received_at": 1, "text": 2, "kind": 3}

    job = found(database, run(database, settings, {"key": key, "columns": columns, "channel": "letter"}))

    assert (job.state, job.done, job.total) == (JobState.DONE, 3, 3)
    assert job.payload["result"] == {"rows": 3, "received": 1, "known": 0, "rejected": 2}
    assert "ぼやき" not in str(job.payload)
    assert "1件を取り込みました" in (job.message or "")
    assert "ぼやき" in uploads.rejects_path(settings, key).read_text("utf-8-sig")
    with pytest.raises(NotFound):
        uploads.path_of(settings, key)
    with database.read() as session:
        assert session.scalars(select(Matter.area_key)).all() == ["roads"]
        assert session.scalars(select(AuditEntry.action)).all()[-1] == "opinions.imported"


def test_nothing_due(database: Database, settings: Settings) -> None:
    assert JobRunner(database, settings, None, clock=FakeClock()).run_once() == 0


def test_a_missing_file_fails_in_plain_words(database: Database, settings: Settings) -> None:
    job = found(database, run(database, settings, {"key": "0" * 32, "columns": {}, "channel": "web"}))

    assert job.state == JobState.FAILED
    assert "もう一度アップロード" in (job.message or "")


def test_a_surprise_is_tried_again_and_tells_nothing_of_its_inside(database: Database, settings: Settings) -> None:
    def broken(_work: Work) -> Outcome:
        raise RuntimeError("secret words of a citizen")

    job = found(database, run(database, settings, {}, handler=broken))

    assert job.state == JobState.QUEUED
    assert "secret" not in (job.message or "")


def test_a_refusal_is_final(database: Database, settings: Settings) -> None:
    def refusing(_work: Work) -> Outcome:
        raise Invalid("見出しがありません。")

    job = found(database, run(database, settings, {}, handler=refusing))

    assert (job.state, job.message) == (JobState.FAILED, "見出しがありません。")


def test_a_job_that_was_taken_over_is_left_alone(database: Database, settings: Settings, cast: Cast) -> None:
    def robbed(work: Work) -> Outcome:
        later = work.clock() + service.LEASE * 2
        with work.database.write() as session:
            assert service.claim(session, kinds=["import"], now=later) is not None
        return Outcome("late", {})

    assert found(database, run(database, settings, {}, handler=robbed)).state == JobState.RUNNING


def test_uploads_are_swept_after_a_week(settings: Settings) -> None:
    key = uploads.keep(settings, io.BytesIO(b"x"))
    path = uploads.path_of(settings, key)

    assert path.stat().st_mode & 0o077 == 0
    assert uploads.sweep(settings, now=NOW) == 0
    os.utime(path, (0, 0))
    assert uploads.sweep(settings, now=NOW) == 1
    with pytest.raises(NotFound):
        uploads.path_of(settings, "../keys.env")
    with pytest.raises(NotFound):
        uploads.rejects_path(settings, "../x")
