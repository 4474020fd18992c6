"""Learning heads from labelled texts, calibrated on texts of writers the weights have not seen."""

import hashlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.calibration import choose_point, choose_threshold, fit_mix, labels_to_numbers
from classifier.embedding import Embedder, Vectors
from classifier.linear import Array, Head, Mix, TextModel, softmax
from classifier.metrics import Floats
from classifier.tfidf import Vectoriser, fit_vectoriser

SEED = 20261122
FOLDS = 5
ALWAYS = ""
# What a class absent from a training fold gets as logit: as good as impossible, but finite.
_ABSENT = -12.0


@dataclass(frozen=True)
class Recipe:
    """Settings of a training; the defaults are what the comparison in docs/classifier.md chose."""

    gram_strength: float = 10.0
    vector_strength: float = 10.0
    balanced: bool = False
    precision: float = 0.92
    iterations: int = 150
    column_limit: int = 200_000


@dataclass(frozen=True)
class Question:
    """A head to be trained: which rows have an answer, the answers, and who wrote each row.

    Rows of one group (writer) are never trained on while others of it are judged. The group ``ALWAYS`` is for
    rows that only teach: they are never held out. ``points`` names labels that get a decision point of their
    own, with the recall it must keep (None: the best F1).
    """

    name: str
    rows: NDArray[np.int64]
    answers: tuple[str, ...]
    groups: tuple[str, ...]
    points: tuple[tuple[str, float | None], ...] = ()


@dataclass(frozen=True)
class Linear:
    """Weights and biases of one fitted linear model over all labels of a head."""

    weights: Array
    bias: Array

    def logits(self, matrix: Any) -> Floats:
        """One row of logits for each row of the matrix."""
        return np.asarray(matrix @ self.weights + self.bias)


def fit_linear(matrix: Any, answers: NDArray[np.int64], labels: int, strength: float, recipe: Recipe) -> Linear:
    """Logistic regression; labels without a text get an impossible logit, one label alone a certain one."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    weights = np.zeros((matrix.shape[1], labels), dtype=np.float32)
    bias = np.full(labels, _ABSENT, dtype=np.float32)
    present = np.unique(answers)
    if len(present) < 2:
        bias[present] = 0
        return Linear(weights, bias)
    learner = LogisticRegression(
        C=strength,
        max_iter=recipe.iterations,
        tol=1e-3,
        class_weight="balanced" if recipe.balanced else None,
        random_state=SEED,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        learner.fit(matrix, answers)
    coefficients, intercepts = learner.coef_, learner.intercept_
    if len(present) == 2:
        coefficients = np.vstack([-coefficients / 2, coefficients / 2])
        intercepts = np.concatenate([-intercepts / 2, intercepts / 2])
    weights[:, present] = coefficients.T
    bias[present] = intercepts
    return Linear(weights, bias)


def folds(groups: Sequence[str], count: int = FOLDS) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Training and validation rows; a group is never on both sides, ``ALWAYS`` only ever trains."""
    from sklearn.model_selection import GroupKFold

    named = np.asarray(groups, dtype=object)
    judged, always = np.flatnonzero(named != ALWAYS), np.flatnonzero(named == ALWAYS)
    distinct = len(set(named[judged]))
    if distinct < 2:
        return
    for train, held in GroupKFold(min(count, distinct)).split(judged, groups=named[judged].astype(str)):
        yield np.sort(np.concatenate([judged[train], always])), judged[held]


@dataclass(frozen=True)
class Unseen:
    """What models said about rows (those that are judged) they had not been trained on."""

    rows: NDArray[np.int64]
    grams: Floats
    vectors: Floats | None

    def probabilities(self, mix: Mix) -> NDArray[np.float64]:
        """Probabilities under a mix."""
        if self.vectors is None:
            return softmax(mix.alone * self.grams)
        return softmax(mix.grams * self.grams + mix.vector * self.vectors)


def read_unseen(
    matrix: Any,
    vectors: Vectors | None,
    answers: NDArray[np.int64],
    groups: Sequence[str],
    labels: int,
    recipe: Recipe,
) -> Unseen:
    """Cross-validated logits of both parts, folds by group."""
    grams = np.zeros((len(answers), labels), dtype=np.float32)
    seen = None if vectors is None else np.zeros_like(grams)
    for train, held in folds(groups):
        grams[held] = fit_linear(matrix[train], answers[train], labels, recipe.gram_strength, recipe).logits(
            matrix[held]
        )
        if vectors is not None and seen is not None:
            fitted = fit_linear(vectors[train], answers[train], labels, recipe.vector_strength, recipe)
            seen[held] = fitted.logits(vectors[held])
    judged = np.flatnonzero(np.asarray(groups, dtype=object) != ALWAYS)
    return Unseen(judged, grams[judged], None if seen is None else seen[judged])


def _fit_head(
    question: Question, matrix: Any, vectors: Vectors | None, first: int, recipe: Recipe
) -> tuple[Head, Array]:
    labels = tuple(sorted(set(question.answers)))
    answers = labels_to_numbers(question.answers, labels)
    part = matrix[question.rows]
    seen = None if vectors is None else vectors[question.rows]
    unseen = read_unseen(part, seen, answers, question.groups, len(labels), recipe)
    judged = answers[unseen.rows]
    mix = fit_mix(unseen.grams, unseen.vectors, judged)
    probabilities = unseen.probabilities(mix)
    threshold = choose_threshold(
        probabilities.max(axis=1, initial=0),
        probabilities.argmax(axis=1) == judged,
        precision=recipe.precision,
    )
    points = {
        label: choose_point(probabilities[:, labels.index(label)], judged == labels.index(label), recall=recall)
        for label, recall in question.points
        if label in labels
    }
    grams = fit_linear(part, answers, len(labels), recipe.gram_strength, recipe)
    vector = (
        Linear(np.zeros((0, len(labels)), np.float32), np.zeros(len(labels), np.float32))
        if seen is None
        else fit_linear(seen, answers, len(labels), recipe.vector_strength, recipe)
    )
    head = Head(question.name, labels, first, grams.bias, vector.weights, vector.bias, mix, threshold, points)
    return head, grams.weights


def train(
    texts: Sequence[str],
    questions: Sequence[Question],
    *,
    embedder: Embedder | None,
    recipe: Recipe | None = None,
    vectoriser: Vectoriser | None = None,
) -> TextModel:
    """Learn one model that answers all questions; the same input gives the same weights, bit for bit."""
    from threadpoolctl import threadpool_limits

    recipe = recipe or Recipe()
    # One thread: sums in another order would be another model, and small matrices gain nothing from more.
    with threadpool_limits(limits=1):
        vectoriser = vectoriser or fit_vectoriser(texts, limit=recipe.column_limit)
        matrix = vectoriser.matrix(texts)
        vectors = embedder.embed(texts) if embedder else None
        heads: dict[str, Head] = {}
        weights: list[Array] = []
        for question in questions:
            first = sum(part.shape[1] for part in weights)
            head, part = _fit_head(question, matrix, vectors, first, recipe)
            heads[question.name] = head
            weights.append(part)
    return TextModel(vectoriser, np.hstack(weights), heads, embedder.name if embedder else None)


def data_hash(rows: Sequence[tuple[str, ...]]) -> str:
    """SHA-256 over training rows in their order."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update("\x1f".join(row).encode("utf-8", "surrogatepass") + b"\x1e")
    return digest.hexdigest()
