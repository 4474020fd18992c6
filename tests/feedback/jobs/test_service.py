from datetime import timedelta

import pytest

from feedback.db import Database
from feedback.errors import Invalid, NotFound
from feedback.jobs import queries, service
from feedback.jobs.models import JobState
from feedback.jobs.service import ATTEMPTS, LEASE, Claimed, Lost
from tests.conftest import NOW


def ask(database: Database, **more: str) -> int:
    with database.write() as session:
        return service.enqueue(session, kind="import", payload={"key": "x"}, now=NOW, **more).id  # type: ignore[arg-type]


def claim(database: Database, *, after: timedelta = timedelta()) -> Claimed | None:
    with database.write() as session:
        return service.claim(session, kinds=["import"], now=NOW + after)


def state(database: Database, job_id: int) -> queries.JobRow:
    with database.read() as session:
        return queries.job(session, job_id)


def test_a_job_is_claimed_once_worked_and_finished(database: Database) -> None:
    job_id = ask(database)
    claimed = claim(database)

    assert claimed == Claimed(job_id, "import", {"key": "x"}, 1, None)
    assert claim(database) is None
    with database.write() as session:
        service.progress(session, claimed, done=5, total=20, now=NOW)
    assert state(database, job_id).percent == 25
    with database.write() as session:
        service.finish(session, claimed, message="20件", now=NOW, payload={"result": 20})
    found = state(database, job_id)
    assert (found.state, found.message, found.payload, found.is_open) == (JobState.DONE, "20件", {"result": 20}, False)
    assert (found.kind_name, found.state_name) == ("意見の取り込み", "完了")


def test_a_job_whose_worker_fell_silent_is_taken_over_and_the_first_must_stop(database: Database) -> None:
    ask(database)
    first = claim(database)
    second = claim(database, after=LEASE + timedelta(seconds=1))

    assert first is not None
    assert second is not None
    assert second.attempt == 2
    with pytest.raises(Lost), database.write() as session:
        service.progress(session, first, done=1, now=NOW)


def test_a_failed_attempt_comes_back_later_until_the_last(database: Database) -> None:
    job_id = ask(database)
    after = timedelta()
    for attempt in range(1, ATTEMPTS + 1):
        claimed = claim(database, after=after)
        assert claimed is not None
        with database.write() as session:
            became = service.fail(session, claimed, reason="壊れた", now=NOW + after, again=True)
        assert became == (JobState.FAILED if attempt == ATTEMPTS else JobState.QUEUED)
        assert claim(database, after=after) is None
        after += timedelta(hours=3)
    assert state(database, job_id).state == JobState.FAILED
    with database.write() as session:
        service.restart(session, job_id, now=NOW)
    assert claim(database) is not None


def test_what_cannot_work_is_not_tried_again(database: Database) -> None:
    job_id = ask(database)
    claimed = claim(database)
    assert claimed is not None
    with database.write() as session:
        service.fail(session, claimed, reason="ファイルがありません。", now=NOW, again=False)

    assert state(database, job_id).state == JobState.FAILED


def test_the_same_job_is_not_asked_for_twice(database: Database) -> None:
    ask(database, unique_key="a")
    with pytest.raises(Invalid):
        ask(database, unique_key="a")


def test_unknown_jobs(database: Database) -> None:
    with pytest.raises(NotFound):
        state(database, 99)
    with pytest.raises(NotFound), database.write() as session:
        service.restart(session, 99, now=NOW)


def test_the_newest_jobs_come_first(database: Database) -> None:
    first, second = ask(database), ask(database)
    with database.read() as session:
        assert [one.id for one in queries.recent(session, kind="import")] == [second, first]
        assert queries.recent(session, kind="other") == []
