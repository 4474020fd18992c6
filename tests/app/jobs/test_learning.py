import os
from datetime import timedelta

import pytest

from app.jobs import learning
from app.jobs.learning import Learner, Learnt, Task
from app.jobs.registry import Outcome, Work
from app.jobs.running import JobRunner
from feedback.config import Settings
from feedback.db import Database
from feedback.errors import Invalid
from feedback.jobs import queries as job_queries
from feedback.jobs import service as jobs
from feedback.jobs.models import JobState
from feedback.learning import queries, service
from feedback.learning.rules import Basis, Figures
from feedback.opinions.models import Label
from feedback.opinions.rules import Source
from tests.conftest import NOW, FakeClock
from tests.feedback.learning.city import receive

SHA = "0" * 64
GOOD = Figures(0.8, 0.9, 0.7, 0.9, 0.8)


def counting(task: Task) -> Learnt:
    """A learner that says how much it was given."""
    return Learnt(f"city-{len(task.earlier)}", SHA, SHA, len(task.later), GOOD, GOOD)


def refusing(_task: Task) -> Learnt:
    raise Invalid("比べられません。")


def broken(_task: Task) -> Learnt:
    raise ValueError("secret words of a citizen")


def killed(_task: Task) -> Learnt:
    os._exit(9)


def run(database: Database, settings: Settings, learner: Learner) -> job_queries.JobRow:
    with database.write() as session:
        job = service.request(session, kind="learn", at=NOW, staff_id=None)

    def handler(work: Work) -> Outcome:
        return learning.learn(work, learner=learner)

    assert JobRunner(database, settings, None, {"learn": handler}, FakeClock()).run_once() == 1
    with database.read() as session:
        return job_queries.job(session, job.id)


def teach(database: Database, count: int) -> None:
    with database.write() as session:
        for n in range(count):
            Label(
                matter=receive(session, NOW),
                source=Source.STAFF,
                field="area",
                value="parks",
                at=NOW + timedelta(hours=n),
            )


def test_a_model_is_learnt_and_kept_as_a_candidate(database: Database, settings: Settings) -> None:
    teach(database, 3)
    job = run(database, settings, counting)

    assert (job.state, job.percent) == (JobState.DONE, 100)
    assert job.message == "3件から学習しました。今のモデルより悪い点はありません。"
    with database.read() as session:
        [model] = queries.models(session)
        assert (model.version, model.texts, model.corrections) == ("city-3", 3, 3)
        assert model.comparison is not None
        assert model.comparison.basis is Basis.STARTER
        assert queries.active(session).version is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_later_labels_are_judged_and_not_learnt(database: Database, settings: Settings) -> None:
    teach(database, 300)
    run(database, settings, counting)

    with database.read() as session:
        [model] = queries.models(session)
    assert model.texts == 240
    assert model.learned_until == NOW + timedelta(hours=239)
    assert model.comparison is not None
    assert (model.comparison.basis, model.comparison.n, model.comparison.since) == (
        Basis.LATER,
        60,
        model.learned_until,
    )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("learner", "state", "told"),
    [
        (refusing, JobState.FAILED, "比べられません。"),
        (killed, JobState.FAILED, "メモリー"),
        (broken, JobState.QUEUED, "思わぬ問題"),
    ],
)
def test_what_goes_wrong_is_told_without_words_of_citizens(
    database: Database, settings: Settings, learner: Learner, state: JobState, told: str
) -> None:
    teach(database, 1)
    job = run(database, settings, learner)
    assert job.state == state
    assert told in (job.message or "")
    assert "secret" not in (job.message or "")


def test_a_city_without_answers_has_nothing_to_learn_from(database: Database, settings: Settings) -> None:
    job = run(database, settings, counting)
    assert job.state == JobState.FAILED
    assert "まだありません" in (job.message or "")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_job_that_was_taken_over_stops_learning(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach(database, 1)
    monkeypatch.setattr(learning, "_SIGN_OF_LIFE_SECONDS", 0.05)
    with database.write() as session:
        service.request(session, kind="learn", at=NOW, staff_id=None)
        claimed = jobs.claim(session, kinds=["learn"], now=NOW)
    assert claimed is not None
    with database.write() as session:
        assert jobs.claim(session, kinds=["learn"], now=NOW + jobs.LEASE * 2) is not None
    with pytest.raises(jobs.Lost):
        learning._apart(
            Work(database, settings, claimed, None, FakeClock()), counting, Task((), (), None, settings.data_dir, {}, 0)
        )
