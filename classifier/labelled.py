"""Any labelled texts: learning from a file and judging a model on one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifier.calibration import labels_to_numbers
from classifier.embedding import Embedder
from classifier.linear import TextModel
from classifier.metrics import Evaluation, evaluate
from classifier.reader import AREA, probabilities_of
from classifier.store import model_hash, save
from classifier.training import Question, Recipe, data_hash, train

LABEL = "label"
# Weights are learnt in memory, several copies at a time: more labels leave fewer columns.
_MOST_WEIGHTS = 3_000_000
_PRECISION = 0.9


class DataError(Exception):
    """A file of labelled texts cannot be used; the message names the line."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts and their labels, in file order."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of texts and labels."""
        return data_hash(list(zip(self.texts, self.labels, strict=True)))


def _row(line: str, where: str, text_field: str, label_field: str) -> tuple[str, str]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DataError(f"{where}: not JSON") from error
    if not isinstance(row, dict):
        raise DataError(f"{where}: not a JSON object")
    text, label = row.get(text_field), row.get(label_field)
    if not isinstance(text, str):
        raise DataError(f"{where}: no text in field {text_field!r}")
    if label is None or isinstance(label, (dict, list)):
        raise DataError(f"{where}: no label in field {label_field!r}")
    return text, label if isinstance(label, str) else json.dumps(label)


def read_labelled(path: Path, *, text_field: str, label_field: str) -> Labelled:
    """Read JSON Lines with a text and a label field. Raises DataError for a line without either, or no lines."""
    rows = []
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                rows.append(_row(line, f"{path.name}:{number}", text_field, label_field))
    if not rows:
        raise DataError(f"{path.name}: no rows")
    texts, labels = zip(*rows, strict=True)
    return Labelled(texts, labels)


def train_labelled(data: Labelled, *, embedder: Embedder | None) -> TextModel:
    """Learn labels by the recipe of the shipped model; identical texts never stand on both sides of a fold."""
    limit = max(20_000, min(200_000, _MOST_WEIGHTS // len(set(data.labels))))
    # Prefixed, for an empty text would otherwise be a group of its own meaning.
    groups = tuple(f"={text}" for text in data.texts)
    question = Question(LABEL, np.arange(len(data.texts), dtype=np.int64), data.labels, groups)
    recipe = Recipe(precision=_PRECISION, column_limit=limit)
    return train(data.texts, [question], embedder=embedder, recipe=recipe).model


def save_labelled(model: TextModel, data: Labelled, folder: Path) -> dict[str, Any]:
    """Write a model of foreign labels with its card; returns the card's own part."""
    head = model.heads[LABEL]
    card = {
        "version": f"labelled-{model_hash(model)[:8]}",
        "data": {"rows": len(data.texts), "sha256": data.digest},
        "labels": {LABEL: list(head.labels)},
        "thresholds": {LABEL: {"decide": head.threshold}},
        "embedder": model.embedder,
    }
    return {**card, "sha256": save(model, folder, card)}


def head_for(model: TextModel, label_field: str) -> str:
    """Which head answers a label field: one of that name, the only one of a foreign model, or the area."""
    if label_field in model.heads:
        return label_field
    return LABEL if LABEL in model.heads else AREA


def evaluate_labelled(model: TextModel, texts: Sequence[str], labels: Sequence[str], *, head: str) -> Evaluation:
    """Judge a model on labelled texts; labels it does not know count as missed."""
    truth = labels_to_numbers(labels, model.heads[head].labels)
    return evaluate(probabilities_of(model, head, texts), truth, model.heads[head].threshold)
