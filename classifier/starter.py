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
from classifier.metrics import evaluate
from classifier.safety import LABELS, NONE, decide_safety
from classifier.store import save
from classifier.training import ALWAYS, FOLDS, Question, Recipe, Trained, data_hash, train

RELEASE = "starter-1"
_SAFETY_POINTS = (
    ("emergency", 0.97),
    ("self_harm", 0.97),
    ("abuse", None),
    ("threat", None),
    ("hazard", None),
)
_URGENCY_POINTS = (("high", None),)
_KIND_POINTS = (("other", None),)


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
    # One fold a writer where there are more than the usual number of folds.
    writers = len({row.writer for row in rows if row.source == "opinions"})
    folds = max(FOLDS, writers)
    return Question(name, np.array(numbers, dtype=np.int64), tuple(answers), tuple(groups), points, folds)


def material(
    rows: Sequence[Opinion] | None = None,
    phrases: Sequence[tuple[str, str]] | None = None,
    small_talk: Sequence[str] | None = None,
) -> Material:
    """Texts and questions of the starter corpus, or of a part of it; small talk only teaches what is harmless."""
    rows = corpus.opinions() if rows is None else rows
    phrases = corpus.handbook() if phrases is None else phrases
    small_talk = [row.text for row in corpus.chatter()] if small_talk is None else small_talk
    taught = [(len(rows) + n, area) for n, (area, _) in enumerate(phrases)]
    harmless = range(len(rows) + len(phrases), len(rows) + len(phrases) + len(small_talk))
    calm, safe = [(n, "normal") for n in harmless], [(n, NONE) for n in harmless]
    questions = (
        _question("area", rows, lambda row: row.area, _group_of_area, extra=taught),
        _question("kind", rows, lambda row: row.kind, _group_of_area, _KIND_POINTS),
        _question("urgency", rows, lambda row: row.urgency, _group_of_safety, _URGENCY_POINTS, calm),
        _question("safety", rows, lambda row: row.safety or NONE, _group_of_safety, _SAFETY_POINTS, safe),
    )
    labelled = [(r.text, r.area, r.kind, r.urgency, r.safety or NONE, r.language, r.writer) for r in rows]
    texts = (*(row.text for row in rows), *(phrase for _, phrase in phrases), *small_talk)
    return Material(texts, questions, data_hash([*labelled, *phrases, *((text,) for text in small_talk)]))


def train_starter(
    embedder: Embedder | None, *, recipe: Recipe | None = None, given: Material | None = None
) -> tuple[TextModel, str, dict[str, Any]]:
    """Train on the starter corpus; returns the model, the hash of what it learnt from, and its figures."""
    given = given or material()
    trained = train(given.texts, given.questions, embedder=embedder, recipe=recipe)
    return trained.model, given.digest, figures(trained, given)


def figures(trained: Trained, given: Material) -> dict[str, Any]:
    """Cross-validated figures for the card, each on texts of writers (safety: blocks of texts) not learnt from."""
    area, kind = trained.held["area"], trained.held["kind"]
    head = trained.model.heads["area"]
    safety = trained.held["safety"]
    points = trained.model.heads["safety"].points
    guessed = [
        decide_safety(given.texts[row], dict(zip(safety.labels, found, strict=True)), points) or NONE
        for row, found in zip(safety.rows, safety.probabilities.tolist(), strict=True)
    ]
    truth = np.array(safety.labels)[safety.truth]
    return {
        "area": evaluate(area.probabilities, area.truth, head.threshold).as_dict(),
        "kind": evaluate(
            kind.probabilities, kind.truth, 0.0, guess=trained.model.heads["kind"].choose(kind.probabilities)
        ).as_dict(),
        "safety": safety_figures(truth.tolist(), guessed),
    }


def safety_figures(truth: Sequence[str], guessed: Sequence[str]) -> dict[str, Any]:
    """Recall and precision of each safety label; an urgent text flagged under another urgent label is found."""
    found: dict[str, Any] = {}
    for label in (*LABELS, "emergency or self_harm"):
        wanted = set(label.split(" or "))
        true = [answer in wanted for answer in truth]
        said = [answer in wanted for answer in guessed]
        both = sum(a and b for a, b in zip(true, said, strict=True))
        flagged = sum(a and answer != NONE for a, answer in zip(true, guessed, strict=True))
        found[label] = {
            "n": sum(true),
            "recall": round(both / max(sum(true), 1), 4),
            "flagged": round(flagged / max(sum(true), 1), 4),
            "precision": round(both / max(sum(said), 1), 4),
        }
    return found


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
