"""Quality on writers not learnt from: learners, feature blocks and Signalen's recipe on the same folds."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from classifier import corpus
from classifier.calibration import choose_threshold, fit_mix, labels_to_numbers
from classifier.embedding import learning_embedder
from classifier.linear import softmax
from classifier.metrics import evaluate, interval
from classifier.tfidf import fit_vectoriser, spell_all
from classifier.training import ALWAYS, Recipe, fit_complement, fit_linear, fit_margins, folds
from classifier.words import words

Logits = NDArray[np.float64]
Learner = Callable[[Any, NDArray[np.int64]], Callable[[Any], Logits]]


class Bench:
    """Texts, answers and folds that every row of the table shares."""

    def __init__(self) -> None:
        rows = corpus.opinions()
        phrases = corpus.handbook()
        self.texts = [row.text for row in rows] + [phrase for _, phrase in phrases]
        self.areas = [row.area for row in rows] + [area for area, _ in phrases]
        judged = [row.writer if row.source == "opinions" else ALWAYS for row in rows]
        self.groups = [*judged, *(ALWAYS for _ in phrases)]
        self.opinions_only = np.array([group != ALWAYS for group in self.groups])
        self.labels = sorted(set(self.areas))
        self.answers = labels_to_numbers(self.areas, self.labels)

    def unseen(self, matrix: Any, learner: Learner, *, only: NDArray[np.bool_] | None = None) -> Logits:
        """Cross-validated logits of the judged rows; ``only`` limits what is learnt from."""
        found = np.zeros((len(self.texts), len(self.labels)))
        for train, held in folds(self.groups, len(set(self.groups)) - 1):
            kept = train if only is None else train[only[train]]
            found[held] = learner(matrix[kept], self.answers[kept])(matrix[held])
        return found[self.opinions_only]

    def row(self, name: str, parts: list[Logits], *, plain: bool = False) -> None:
        """Print one line of the table: parts are mixed and scaled on these very folds (see docs/classifier.md)."""
        truth = self.answers[self.opinions_only]
        weights = (1.0,) if plain else fit_mix(parts, truth)
        found = softmax(np.sum([w * part for w, part in zip(weights, parts, strict=True)], axis=0))
        right = found.argmax(axis=1) == truth
        figures = evaluate(found, truth, choose_threshold(found.max(axis=1), right, precision=0.92))
        low, high = interval(lambda drawn: float(right[drawn].mean()), len(right))
        print(
            f"| {name} | {figures.accuracy:.3f} ({low:.3f}–{high:.3f}) | {figures.top3:.3f} | {figures.macro_f1:.3f} "
            f"| {figures.coverage:.3f} | {figures.ece:.3f} |",
            flush=True,
        )


def logistic(strength: float, labels: int) -> Learner:
    return lambda matrix, answers: fit_linear(matrix, answers, labels, strength, Recipe()).logits


def complement(labels: int) -> Learner:
    return lambda matrix, answers: fit_complement(matrix, answers, labels, Recipe().smoothing).logits


def raw_complement(matrix: Any, answers: NDArray[np.int64]) -> Callable[[Any], Logits]:
    fitted = ComplementNB(alpha=Recipe().smoothing).fit(matrix, answers)
    return lambda held: np.log(np.maximum(fitted.predict_proba(held), 1e-12))


def margins(labels: int) -> Learner:
    return lambda matrix, answers: fit_margins(matrix, answers, labels, Recipe().margin_strength, Recipe()).logits


def signalen(texts: Any, answers: NDArray[np.int64]) -> Callable[[Any], Logits]:
    """Amsterdam's published recipe (counts, TF-IDF, logistic regression), with Japanese words for its tokens."""
    counts = CountVectorizer(tokenizer=words, token_pattern=None, lowercase=True)
    pipeline = make_pipeline(counts, TfidfTransformer(), LogisticRegression(max_iter=300)).fit(texts, answers)
    return lambda held: np.log(np.maximum(pipeline.predict_proba(held), 1e-12))


def main() -> None:
    start = time.perf_counter()
    bench = Bench()
    number = len(bench.labels)
    spelled = spell_all(bench.texts)
    vectoriser = fit_vectoriser(spelled)
    both = vectoriser.matrix(spelled)
    first = len(vectoriser.blocks[0].vocabulary)
    words_only, characters_only = both[:, :first], both[:, first:]
    embedder = learning_embedder()
    vectors = embedder.embed(bench.texts) if embedder else None
    lines = np.array(bench.texts, dtype=object)
    only = bench.opinions_only
    print("| recipe | top-1 (95 %) | top-3 | macro-F1 | coverage at 92 % | ECE |\n|---|---|---|---|---|---|")
    bench.row("Signalen's recipe, opinions only", [bench.unseen(lines, signalen, only=only)], plain=True)
    bench.row("Signalen's recipe, all texts", [bench.unseen(lines, signalen)], plain=True)
    svc = bench.unseen(both, margins(number))
    bench.row("LinearSVC, words + characters", [svc])
    lr = bench.unseen(both, logistic(Recipe().gram_strength, number))
    nb = bench.unseen(both, complement(number))
    bench.row("LogisticRegression, words + characters", [lr])
    bench.row("ComplementNB, raw probabilities", [bench.unseen(both, raw_complement)], plain=True)
    bench.row("ComplementNB, words + characters, scaled", [nb])
    bench.row("ComplementNB, words only", [bench.unseen(words_only, complement(number))])
    bench.row("ComplementNB, characters only", [bench.unseen(characters_only, complement(number))])
    bench.row("LinearSVC + NB, no vectors", [svc, nb])
    if vectors is not None:
        vector = bench.unseen(vectors, logistic(Recipe().vector_strength, number))
        bench.row("vectors only", [vector])
        bench.row("LinearSVC + vectors", [svc, vector])
        bench.row("LR + NB + vectors", [lr, nb, vector])
        bench.row("**LinearSVC + NB + vectors (shipped)**", [svc, nb, vector])
        parts = [bench.unseen(both, logistic(Recipe().gram_strength, number), only=only)]
        parts += [bench.unseen(both, complement(number), only=only)]
        parts += [bench.unseen(vectors, logistic(Recipe().vector_strength, number), only=only)]
        bench.row("LR + NB + vectors without handbook and safety texts", parts)
    print(f"\n{only.sum()} opinions judged, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main()
