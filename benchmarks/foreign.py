"""The training recipe on public labelled texts, beside plain TF-IDF and LinearSVC on the same rows.

    python -m benchmarks.foreign DATA.jsonl… [--rows 10000] [--seed 1]

Lines with ``text`` and ``label``. Of ``NAME.train.jsonl`` and ``NAME.test.jsonl`` give the first: the second is found.
A file without a second one is parted, a fifth of each label for judging. Ours is saved and read again, as the commands
do. Seconds are the processor's, for learning alone. The intervals are 95 % over the judged texts.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import random
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from classifier.calibration import labels_to_numbers
from classifier.embedding import learning_embedder
from classifier.labelled import LABEL, Labelled, evaluate_labelled, read_labelled, save_labelled, train_labelled
from classifier.metrics import interval, macro_f1
from classifier.reader import probabilities_of
from classifier.store import load_model
from classifier.words import words

_KANA = re.compile("[ぁ-んァ-ヶ]")


@dataclass(frozen=True)
class Answers:
    """What one recipe said about the judged texts, the processor seconds it learnt, and a remark."""

    name: str
    guesses: NDArray[np.int64]
    seconds: float
    remark: str = ""


def parted(data: Labelled, seed: int) -> tuple[Labelled, Labelled]:
    """A fifth of each label for judging, at least one where there are two; a text is never on both sides."""
    by_label: dict[str, list[str]] = defaultdict(list)
    for text, label in dict(zip(data.texts, data.labels, strict=True)).items():
        by_label[label].append(text)
    sides: tuple[list[tuple[str, str]], list[tuple[str, str]]] = ([], [])
    rng = random.Random(seed)
    for label, texts in sorted(by_label.items()):
        rng.shuffle(texts)
        held = max(1, len(texts) // 5) if len(texts) > 1 else 0
        for place, text in enumerate(texts):
            sides[place < held].append((text, label))
    return _shuffled(sides[0], rng), _shuffled(sides[1], rng)


def _shuffled(rows: list[tuple[str, str]], rng: random.Random) -> Labelled:
    rng.shuffle(rows)
    return Labelled(tuple(text for text, _ in rows), tuple(label for _, label in rows))


def _sample(data: Labelled, rows: int, seed: int) -> Labelled:
    every = list(zip(data.texts, data.labels, strict=True))
    return data if len(every) <= rows else _shuffled(random.Random(seed).sample(every, rows), random.Random(seed))


def _read(path: Path) -> Labelled:
    return read_labelled(path, text_field="text", label_field="label")


def sides(path: Path, seed: int) -> tuple[Labelled, Labelled]:
    """The two sides as the set's makers parted it, or parted here."""
    test = path.with_name(path.name.replace(".train.", ".test."))
    return (_read(path), _read(test)) if test != path and test.exists() else parted(_read(path), seed)


def plain(data: Labelled, texts: Sequence[str], labels: Sequence[str]) -> list[Answers]:
    """TF-IDF and LinearSVC with their defaults: words, and for Japanese sequences of characters as well."""
    kinds = {"words": TfidfVectorizer()}
    if sum(bool(_KANA.search(text)) for text in data.texts[:200]) > min(200, len(data.texts)) / 2:
        kinds = {
            "Japanese words": TfidfVectorizer(tokenizer=words, token_pattern=None),
            "characters 1–3": TfidfVectorizer(analyzer="char", ngram_range=(1, 3)),
        }
    found = []
    for name, vectoriser in kinds.items():
        start = time.process_time()
        fitted = make_pipeline(vectoriser, LinearSVC(random_state=0)).fit(data.texts, data.labels)
        seconds = time.process_time() - start
        found.append(Answers(name, labels_to_numbers(list(fitted.predict(texts)), labels), seconds))
    return found


def ours(data: Labelled, test: Labelled) -> tuple[Answers, tuple[str, ...]]:
    """The recipe behind ``machikoe model train``, through a model folder and back."""
    embedder = learning_embedder()
    start = time.process_time()
    learnt = train_labelled(data, embedder=embedder)
    seconds = time.process_time() - start
    with tempfile.TemporaryDirectory() as folder:
        save_labelled(learnt, data, Path(folder))
        model, _ = load_model(Path(folder))
    labels = model.heads[LABEL].labels
    guesses = probabilities_of(model, LABEL, test.texts).argmax(axis=1)
    figures = evaluate_labelled(model, test.texts, test.labels, head=LABEL)
    right = "—" if figures.routed_precision is None else f"{figures.routed_precision:.3f}"
    return Answers(
        "ours", guesses, seconds, f"decides {figures.coverage:.2f} at {right}, ECE {figures.ece:.3f}"
    ), labels


def compare(path: Path, rows: int, seed: int) -> None:
    """Print the lines of one set."""
    data, test = sides(path, seed)
    data = _sample(data, rows, seed)
    mine, labels = ours(data, test)
    truth = labels_to_numbers(test.labels, labels)
    name = path.name.split(".")[0]
    print(f"| {name}: {len(data.texts):,} learnt, {len(test.texts):,} judged, {len(labels)} labels | | | | |")
    for one in (mine, *plain(data, test.texts, labels)):
        accuracy = float((one.guesses == truth).mean())
        gain = (mine.guesses == truth).astype(float) - (one.guesses == truth)

        def mean(drawn: NDArray[np.int64], gain: NDArray[np.float64] = gain) -> float:
            return float(gain[drawn].mean())

        low, high = interval(mean, len(truth))
        told = one.remark if one is mine else f"ours {gain.mean():+.3f} ({low:+.3f} to {high:+.3f})"
        figures = f"{accuracy:.3f} | {macro_f1(truth, one.guesses):.3f} | {one.seconds:.1f}"
        print(f"| — {one.name} | {figures} | {told} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--rows", type=int, default=1_000_000, help="learn from so many rows at most")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print("| set and recipe | accuracy | macro-F1 | seconds | |\n|---|---|---|---|---|")
    for path in given.paths:
        compare(path, given.rows, given.seed)


if __name__ == "__main__":
    main()
