"""The model that ships with machikoe, learnt from the starter corpus."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifier import corpus
from classifier.corpus import Opinion
from classifier.embedding import Embedder
from classifier.linear import TextModel
from classifier.safety import NONE
from classifier.store import save
from classifier.training import ALWAYS, Question, Recipe, data_hash, train

RELEASE = "starter-1"
_SAFETY_POINTS = (
    ("emergency", 0.97),
    ("self_harm", 0.97),
    ("abuse", None),
    ("threat", None),
    ("hazard", None),
)
_URGENCY_POINTS = (("high", None),)


@dataclass(frozen=True)
class Material:
    """Everything the starter model learns from: texts of all kinds, then the questions about them."""

    texts: tuple[str, ...]
    questions: tuple[Question, ...]
    digest: str


def _group_of_area(row: Opinion) -> str:
    # Safety messages and other languages teach, but the area figures are those of ordinary opinions.
    return row.writer if row.source == "opinions" else ALWAYS


def _group_of_safety(row: Opinion) -> str:
    # One writer wrote nearly all safety messages: held out by tens instead, or nothing would be left to learn from.
    return row.writer if row.source == "opinions" else f"{row.writer}-{int(row.id.rsplit('-', 1)[1]) // 10 % 5}"


def _question(
    name: str,
    rows: Sequence[Opinion],
    answer: Callable[[Opinion], str],
    group: Callable[[Opinion], str],
    points: tuple[tuple[str, float | None], ...] = (),
    extra: Sequence[tuple[int, str]] = (),
) -> Question:
    numbers = [*range(len(rows)), *(number for number, _ in extra)]
    answers = [*(answer(row) for row in rows), *(label for _, label in extra)]
    groups = [*(group(row) for row in rows), *(ALWAYS for _ in extra)]
    return Question(name, np.array(numbers, dtype=np.int64), tuple(answers), tuple(groups), points)


def material(rows: Sequence[Opinion] | None = None, phrases: Sequence[tuple[str, str]] | None = None) -> Material:
    """Texts and questions of the starter corpus, or of a part of it."""
    rows = corpus.opinions() if rows is None else rows
    phrases = corpus.handbook() if phrases is None else phrases
    taught = [(len(rows) + n, area) for n, (area, _) in enumerate(phrases)]
    questions = (
        _question("area", rows, lambda row: row.area, _group_of_area, extra=taught),
        _question("kind", rows, lambda row: row.kind, _group_of_area),
        _question("urgency", rows, lambda row: row.urgency, _group_of_safety, _URGENCY_POINTS),
        _question("safety", rows, lambda row: row.safety or NONE, _group_of_safety, _SAFETY_POINTS),
    )
    labelled = [(r.text, r.area, r.kind, r.urgency, r.safety or NONE, r.language, r.writer) for r in rows]
    texts = tuple(row.text for row in rows) + tuple(phrase for _, phrase in phrases)
    return Material(texts, questions, data_hash([*labelled, *phrases]))


def train_starter(
    embedder: Embedder | None, *, recipe: Recipe | None = None, given: Material | None = None
) -> tuple[TextModel, str]:
    """Train on the starter corpus; returns the model and the hash of what it learnt from."""
    given = given or material()
    return train(given.texts, given.questions, embedder=embedder, recipe=recipe), given.digest


def save_starter(model: TextModel, digest: str, folder: Path, *, metrics: dict[str, Any]) -> str:
    """Write the starter model with its card; returns the file's SHA-256."""
    from classifier.store import model_hash

    card = {
        "version": f"{RELEASE}-{model_hash(model)[:8]}",
        "data": {"name": "classifier/corpus", "sha256": digest},
        "labels": {name: list(head.labels) for name, head in model.heads.items()},
        "thresholds": {name: {"decide": head.threshold, **head.points} for name, head in model.heads.items()},
        "embedder": model.embedder,
        "metrics": metrics,
    }
    return save(model, folder, card)
