"""A city's own model: the starter corpus, and beside it what the city's people said its opinions are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.calibration import labels_to_numbers
from classifier.embedding import Embedder
from classifier.linear import TextModel
from classifier.metrics import Evaluation, evaluate
from classifier.reader import AREA, KIND, probabilities_of
from classifier.starter import Material, material
from classifier.store import model_hash, save
from classifier.training import Question, Recipe, Trained, data_hash, train

RELEASE = "city"
Figures = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class CityText:
    """One opinion of the city: what it is according to people (None: nobody said), and how much that teaches.

    Texts of one ``group`` are never learnt from while others of it are judged.
    """

    text: str
    group: str
    area: str | None = None
    area_weight: float = 1.0
    kind: str | None = None
    kind_weight: float = 1.0


@dataclass(frozen=True, slots=True)
class CityModel:
    """A trained model, the hash of all it learnt from, and its figures on held-out texts of the starter corpus."""

    model: TextModel
    digest: str
    starter: Figures
    starter_texts: int


def train_city(
    texts: Sequence[CityText],
    *,
    embedder: Embedder | None,
    given: Material | None = None,
    recipe: Recipe | None = None,
    areas: Mapping[str, str] | None = None,
) -> CityModel:
    """Learn from the starter corpus and the city's texts; without any it is the shipped model again.

    ``areas``: what the starter corpus' areas are in the city (None: the same); one that is missing teaches nothing.
    """
    given = given or material()
    if areas is not None:
        given = replace(given, questions=tuple(_in_city_areas(one, areas) for one in given.questions))
    first = len(given.texts)
    told = {
        AREA: (lambda one: (one.area, one.area_weight)),
        KIND: (lambda one: (one.kind, one.kind_weight)),
    }
    questions = [_with_city(q, texts, first, told[q.name]) if q.name in told else q for q in given.questions]
    trained = train((*given.texts, *(one.text for one in texts)), questions, embedder=embedder, recipe=recipe)
    rows = [(one.text, one.area or "", str(one.area_weight), one.kind or "", str(one.kind_weight)) for one in texts]
    judged = int((trained.held[AREA].rows < first).sum())
    return CityModel(trained.model, data_hash([(given.digest,), *rows]), _starter_figures(trained, first), judged)


def _in_city_areas(question: Question, areas: Mapping[str, str]) -> Question:
    kept = [n for n, answer in enumerate(question.answers) if answer in areas]
    if question.name != AREA or len({areas[question.answers[n]] for n in kept}) < 2:
        return question
    return replace(
        question,
        rows=question.rows[kept],
        answers=tuple(areas[question.answers[n]] for n in kept),
        groups=tuple(question.groups[n] for n in kept),
        weights=None if question.weights is None else question.weights[kept],
    )


def _with_city(
    question: Question,
    texts: Sequence[CityText],
    first: int,
    told: Callable[[CityText], tuple[str | None, float]],
) -> Question:
    taught = [(first + n, *told(one), one.group) for n, one in enumerate(texts)]
    known = [(row, answer, weight, group) for row, answer, weight, group in taught if answer is not None]
    if not known:
        return question
    weights = np.concatenate([np.ones(len(question.rows)), np.array([weight for _, _, weight, _ in known])])
    return replace(
        question,
        rows=np.concatenate([question.rows, np.array([row for row, *_ in known], dtype=np.int64)]),
        answers=(*question.answers, *(answer for _, answer, _, _ in known)),
        groups=(*question.groups, *(f"city-{group}" for *_, group in known)),
        weights=weights,
    )


def _starter_figures(trained: Trained, first: int) -> Figures:
    judged = []
    for name in (AREA, KIND):
        held = trained.held[name]
        starter = held.rows < first
        threshold = trained.model.heads[name].threshold
        judged.append(evaluate(held.probabilities[starter], held.truth[starter], threshold))
    return _figures(*judged)


def starter_figures(card: dict[str, Any]) -> Figures | None:
    """The same figures of a model on disk, from its card; None when the card does not have them."""
    metrics = card.get("metrics", {})
    area, kind = metrics.get(AREA), metrics.get(KIND)
    if not area or not kind:
        return None
    return {
        "top1": area["accuracy"],
        "top3": area["top3"],
        "coverage": area["coverage"],
        "precision": area["routed_precision"],
        "kind": kind["accuracy"],
    }


def judge(model: TextModel, texts: Sequence[CityText], *, areas: Mapping[str, str] | None = None) -> Figures:
    """Figures of a model on a city's texts; areas and kinds it does not know count as missed.

    ``areas``: what the areas the model learnt are today, where they changed.
    """
    return _figures(
        _judge(model, AREA, [(one.text, one.area) for one in texts], areas or {}),
        _judge(model, KIND, [(one.text, one.kind) for one in texts]),
    )


def _judge(
    model: TextModel, head: str, rows: Sequence[tuple[str, str | None]], today: Mapping[str, str] | None = None
) -> Evaluation:
    known = [(text, label) for text, label in rows if label is not None]
    asked = model.heads[head]
    if not known:
        return evaluate(np.zeros((0, len(asked.labels))), np.zeros(0, dtype=np.int64), asked.threshold)
    called = [(today or {}).get(label, label) for label in asked.labels]
    labels = sorted(set(called))
    # Probabilities of areas that are one today add up.
    counted_as = np.array([[label == one for one in labels] for label in called], dtype=np.float64)
    found = probabilities_of(model, head, [text for text, _ in known]) @ counted_as
    truth: NDArray[np.int64] = labels_to_numbers([label for _, label in known], labels)
    return evaluate(found, truth, asked.threshold)


def _figures(area: Evaluation, kind: Evaluation) -> Figures:
    return {
        "top1": round(area.accuracy, 4),
        "top3": round(area.top3, 4),
        "coverage": round(area.coverage, 4),
        "precision": None if area.routed_precision is None else round(area.routed_precision, 4),
        "kind": round(kind.accuracy, 4) if kind.n else None,
    }


def save_city(learnt: CityModel, models: Path, *, texts: int, taxonomy: int = 0) -> dict[str, Any]:
    """Write the model into a folder of its version's name below ``models``; returns its card.

    ``taxonomy``: the version of the city's areas that it learnt.
    """
    model = learnt.model
    version = f"{RELEASE}-{model_hash(model)[:12]}"
    card = {
        "version": version,
        "taxonomy": taxonomy,
        "data": {"name": "classifier/corpus and the city's matters", "sha256": learnt.digest, "city_texts": texts},
        "labels": {name: list(head.labels) for name, head in model.heads.items()},
        "thresholds": {name: {"decide": head.threshold, **head.points} for name, head in model.heads.items()},
        "embedder": model.embedder,
        "metrics": _card_metrics(learnt.starter),
    }
    return {**card, "sha256": save(model, models / version, card)}


def _card_metrics(found: Figures) -> dict[str, Any]:
    area = {
        "accuracy": found["top1"],
        "top3": found["top3"],
        "coverage": found["coverage"],
        "routed_precision": found["precision"],
    }
    return {AREA: area, KIND: {"accuracy": found["kind"]}}
