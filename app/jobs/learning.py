"""The job that learns a new model from the city's corrections and compares it with the one in force.

It runs in a process of its own, at low priority: citizens' messages go on, the memory is given back, and if it is
too much, that process ends and not the worker.
"""

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from app.jobs.registry import Outcome, Work
from app.parent import end_with_parent
from feedback.errors import FeedbackError, Invalid
from feedback.learning import files, queries, service
from feedback.learning.lessons import Lesson, lessons
from feedback.learning.models import ModelVersion
from feedback.learning.rules import Basis, Comparison, Figures, cut_off, worse
from feedback.taxonomy.mapping import area_mapping, areas_today

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from classifier.city import CityText

STEPS = 3
_SIGN_OF_LIFE_SECONDS = 20.0
_NICE = 10


@dataclass(frozen=True, slots=True)
class Task:
    """What the learning process is given. ``later``: judged, not learnt from; empty: the starter corpus judges.

    ``areas``: for every area of then that counts as one in use, which; ``taxonomy``: the version of the areas.
    """

    earlier: tuple[Lesson, ...]
    later: tuple[Lesson, ...]
    champion: Path | None
    models: Path
    areas: Mapping[str, str]
    taxonomy: int


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came of it: a model in its folder, and the figures of the champion and of itself on the same texts."""

    version: str
    sha256: str
    data_sha256: str
    n: int
    before: Figures
    after: Figures


Learner = Callable[[Task], Learnt]
"""Learns in a process of its own; a module-level function, so that the process can import it."""


def learn(work: Work, *, learner: Learner | None = None) -> Outcome:
    """Learn, compare, keep the model as a candidate. Nothing is put into force."""
    work.progress(0, total=STEPS)
    with work.database.read() as session:
        present = queries.active(session)
        row = session.get(ModelVersion, present.id) if present.id is not None else None
        given = list(lessons(session))
        mapping = area_mapping(session)
        areas = areas_today(session, mapping)
    if not given:
        raise Invalid("学習に使える案件がまだありません。訂正したり、回答を終えたりした案件が増えると、学習できます。")
    since = cut_off([one.at for one in given], not_before=row.learned_until if row else None)
    champion = work.settings.model_dir
    if present.version is not None and present.sha256 is not None:
        champion = files.check(work.settings, version=present.version, sha256=present.sha256)
    work.progress(1, total=STEPS)
    learnt = _apart(
        work,
        learner or train_and_judge,
        _task(given, since, champion, files.folder(work.settings), areas, mapping.number),
    )
    work.progress(2, total=STEPS)
    basis = Basis.STARTER if since is None else Basis.LATER
    compared = Comparison(basis, learnt.n, since, present.version, learnt.before, learnt.after)
    earlier = [one for one in given if since is None or one.at <= since]
    with work.database.write() as session:
        service.keep(
            session,
            version=learnt.version,
            sha256=learnt.sha256,
            data_sha256=learnt.data_sha256,
            texts=len(earlier),
            corrections=sum(one.corrected for one in earlier),
            learned_until=max(one.at for one in earlier),
            compared=compared,
            at=work.clock(),
            staff_id=work.job.created_by_id,
        )
    work.progress(STEPS, total=STEPS)
    return Outcome(_told(len(earlier), compared), {"version": learnt.version})


def _task(
    given: Sequence[Lesson],
    since: datetime | None,
    champion: Path | None,
    models: Path,
    areas: Mapping[str, str],
    taxonomy: int,
) -> Task:
    if since is None:
        return Task(tuple(given), (), champion, models, areas, taxonomy)
    earlier = tuple(one for one in given if one.at <= since)
    later = tuple(one for one in given if one.at > since)
    return Task(earlier, later, champion, models, areas, taxonomy)


def _told(texts: int, compared: Comparison) -> str:
    lower = worse(compared)
    verdict = (
        f"今のモデルより悪い点があります（{'、'.join(lower)}）。" if lower else "今のモデルより悪い点はありません。"
    )
    return f"{texts:,}件から学習しました。{verdict}"


def _apart(work: Work, learner: Learner, task: Task) -> Learnt:
    """Run the learner in a process of its own, and keep the job meanwhile."""
    context = get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_alone, args=(learner, task, sending), daemon=True)
    process.start()
    sending.close()
    try:
        while not receiving.poll(_SIGN_OF_LIFE_SECONDS):
            work.progress(1, total=STEPS)
        found = receiving.recv()
    except EOFError:
        raise Invalid(
            "学習が途中で止まりました。メモリーが足りないことが考えられます（2GBほど使います）。"
            "足してから、もう一度始めてください。"
        ) from None
    finally:
        # Whoever lost the job must not go on learning.
        process.terminate()
        process.join()
    if isinstance(found, Learnt):
        return found
    raise found


def _alone(learner: Learner, task: Task, sending: "Connection[object, object]") -> None:
    end_with_parent(signal.SIGKILL)
    os.nice(_NICE)
    try:
        sending.send(learner(task))
    except FeedbackError as error:
        sending.send(error)
    except Exception as error:
        # Only its kind: the message may quote somebody's words.
        sending.send(RuntimeError(type(error).__name__))


def train_and_judge(task: Task) -> Learnt:
    """Train on the earlier lessons; judge champion and new model on the later ones, or on the starter corpus."""
    from classifier.city import judge, save_city, starter_figures, train_city
    from classifier.embedding import learning_embedder
    from classifier.reader import DEFAULT_MODEL
    from classifier.store import load_model

    learnt = train_city([_city_text(one) for one in task.earlier], embedder=learning_embedder(), areas=task.areas)
    champion, champion_card = load_model(task.champion or DEFAULT_MODEL)
    if task.later:
        later = [_city_text(one) for one in task.later]
        before, after = judge(champion, later, areas=task.areas), judge(learnt.model, later)
        n = sum(one.area is not None for one in later)
    else:
        known = starter_figures(champion_card)
        if known is None:
            raise Invalid("今のモデルの成績が記録されていないため、比べられません。")
        before, after, n = known, learnt.starter, learnt.starter_texts
    card = save_city(learnt, task.models, texts=len(task.earlier), taxonomy=task.taxonomy)
    return Learnt(
        version=card["version"],
        sha256=card["sha256"],
        data_sha256=learnt.digest,
        n=n,
        before=_as_figures(before),
        after=_as_figures(after),
    )


def _as_figures(found: dict[str, float | None]) -> Figures:
    return Figures(
        top1=found["top1"] or 0.0,
        top3=found["top3"] or 0.0,
        coverage=found["coverage"] or 0.0,
        precision=found["precision"],
        kind=found["kind"],
    )


def _city_text(one: Lesson) -> "CityText":
    from classifier.city import CityText

    return CityText(one.text, str(one.submission_id), one.area, one.area_weight, one.kind, one.kind_weight)
