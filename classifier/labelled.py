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
from classifier.training import FOLDS, Question, Recipe, data_hash, train

LABEL = "label"
# Weights are learnt in memory, several copies at a time: more labels leave fewer columns.
_MOST_WEIGHTS = 3_000_000
_PRECISION = 0.9
# Of many texts a third can be spared from each fold, and every fold is a training.
_MANY, _FEWER_FOLDS = 5_000, 3
# Of few texts, what only one of them has may be all that is known of its label.
_FEW = 2_000
_NAMED_FAULTS = 10


class DataError(Exception):
    """Labelled texts cannot be used; the message, for the operator, names the lines."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts and their labels, in file order."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of texts and labels."""
        return data_hash(list(zip(self.texts, self.labels, strict=True)))


def _whole(written: str) -> str:
    # Half a character, as "\ud83d" cut from an emoji, is not text that can be written again.
    return written.encode("utf-8", "replace").decode("utf-8")


def _row(line: str, text_field: str, label_field: str) -> tuple[str, str]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError("JSONとして読めません") from error
    if not isinstance(row, dict):
        raise DataError("JSONのオブジェクトではありません")
    text, label = row.get(text_field), row.get(label_field)
    if not isinstance(text, str):
        raise DataError(f"項目 {text_field!r} に文がありません")
    if label is None or isinstance(label, (dict, list)):
        raise DataError(f"項目 {label_field!r} にラベルがありません")
    return _whole(text), _whole(label if isinstance(label, str) else json.dumps(label))


def read_labelled(path: Path, *, text_field: str, label_field: str) -> Labelled:
    """Read JSON Lines with a text and a label field.

    Labels that are numbers or true/false are taken as they are written. Raises DataError, naming the lines, when
    any line has no text or no label, and when there are no lines: figures of a part would be taken for the whole.
    """
    rows, faults = [], []
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                rows.append(_row(line, text_field, label_field))
            except DataError as fault:
                faults.append(f"{path.name}:{number}: {fault}")
    if len(faults) > _NAMED_FAULTS:
        faults[_NAMED_FAULTS:] = [f"ほか{len(faults) - _NAMED_FAULTS:,}行"]
    if faults:
        raise DataError("\n".join(faults))
    if not rows:
        raise DataError(f"{path.name}: 行がありません")
    texts, labels = zip(*rows, strict=True)
    return Labelled(texts, labels)


def train_labelled(data: Labelled, *, embedder: Embedder | None) -> TextModel:
    """Learn labels as the shipped model does, with support vectors; identical texts are never parted by a fold.

    Raises DataError when there are not two labels to tell apart.
    """
    labels = len(set(data.labels))
    if labels < 2:
        raise DataError("ラベルが1種類しかありません。学習には2種類以上のラベルが必要です")
    limit = max(20_000, min(200_000, _MOST_WEIGHTS // labels))
    # Prefixed, for an empty text would otherwise be a group of its own meaning.
    groups = tuple(f"={text}" for text in data.texts)
    rows = np.arange(len(data.texts), dtype=np.int64)
    question = Question(LABEL, rows, data.labels, groups, folds=FOLDS if len(rows) < _MANY else _FEWER_FOLDS)
    recipe = Recipe(margins=True, precision=_PRECISION, column_limit=limit, min_texts=1 if len(rows) < _FEW else 2)
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
