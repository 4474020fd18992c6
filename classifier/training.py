"""Learning heads from labelled texts, calibrated on texts of writers the weights have not seen."""

import hashlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.calibration import choose_point, choose_threshold, fit_mix, fit_scale, labels_to_numbers
from classifier.embedding import Embedder, Vectors
from classifier.linear import Array, Head, Mix, TextModel, softmax
from classifier.metrics import Floats
from classifier.tfidf import Vectoriser, fit_vectoriser, spell_all

SEED = 20261122
FOLDS = 5
ALWAYS = ""
# What a class absent from a training fold gets as logit: as good as impossible, but finite.
_ABSENT = -12.0


@dataclass(frozen=True)
class Recipe:
    """Settings of a training; the defaults are what the comparison in docs/classifier.md chose."""

    # Support vectors over the grams instead of logistic regression: learnt sooner. Not for questions with points:
    # of rare answers logistic regression's probabilities stay truer.
    margins: bool = True
    margin_strength: float = 1.0
    gram_strength: float = 5.0
    vector_strength: float = 5.0
    smoothing: float = 0.4
    balanced: bool = False
    precision: float = 0.92
    iterations: int = 150
    column_limit: int = 200_000
    min_texts: int = 2


@dataclass(frozen=True)
class Question:
    """A head to be trained: which rows have an answer, the answers, and who wrote each row.

    Rows of one group (writer) are never trained on while others of it are judged. The group ``ALWAYS`` is for
    rows that only teach: they are never held out. ``points`` names labels that get a decision point of their
    own, with the recall it must keep (None: the best F1). ``folds``: into how many the groups are parted.
    ``weights``: how much each row teaches, 1 for all when there are none; every judged row counts the same.
    """

    name: str
    rows: NDArray[np.int64]
    answers: tuple[str, ...]
    groups: tuple[str, ...]
    points: tuple[tuple[str, float | None], ...] = ()
    folds: int = FOLDS
    weights: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Linear:
    """Weights and biases of one fitted linear model over all labels of a head."""

    weights: Array
    bias: Array

    def logits(self, matrix: Any) -> Floats:
        """One row of logits for each row of the matrix."""
        return np.asarray(matrix @ self.weights + self.bias)


def _for_labels(
    coefficients: NDArray[np.float64],
    intercepts: NDArray[np.float64],
    present: NDArray[np.int64],
    weights: Array,
    bias: Array,
) -> Linear:
    """Put what a learner found for the present labels into their columns; of two, each gets one half."""
    if len(present) == 2:
        coefficients = np.vstack([-coefficients / 2, coefficients / 2])
        intercepts = np.concatenate([-intercepts / 2, intercepts / 2])
    weights[:, present] = coefficients.T
    bias[present] = intercepts
    return Linear(weights, bias)


def _blank(columns: int, labels: int) -> tuple[Array, Array]:
    """Weights and biases of labels that no text carries: impossible."""
    return np.zeros((columns, labels), dtype=np.float32), np.full(labels, _ABSENT, dtype=np.float32)


def fit_linear(
    matrix: Any,
    answers: NDArray[np.int64],
    labels: int,
    strength: float,
    recipe: Recipe,
    weights_of: NDArray[np.float64] | None = None,
) -> Linear:
    """Logistic regression; labels without a text get an impossible logit, one label alone a certain one."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    weights, bias = _blank(matrix.shape[1], labels)
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
        # One text a class is usual here: a city's rare matters.
        warnings.filterwarnings("ignore", message="The number of unique classes", category=UserWarning)
        learner.fit(matrix, answers, sample_weight=weights_of)
    return _for_labels(learner.coef_, learner.intercept_, present, weights, bias)


def fit_margins(
    matrix: Any,
    answers: NDArray[np.int64],
    labels: int,
    strength: float,
    recipe: Recipe,
    weights_of: NDArray[np.float64] | None = None,
) -> Linear:
    """Support vectors, each label against the others; margins are no logits, so the mix has to scale them.

    Over many sparse columns they are as good as logistic regression and learnt in a fraction of its time.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    weights, bias = _blank(matrix.shape[1], labels)
    present = np.unique(answers)
    if len(present) < 2:
        bias[present] = 0
        return Linear(weights, bias)
    learner = LinearSVC(C=strength, tol=1e-2, class_weight="balanced" if recipe.balanced else None, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", message="The number of unique classes", category=UserWarning)
        learner.fit(matrix, answers, sample_weight=weights_of)
    return _for_labels(learner.coef_, learner.intercept_, present, weights, bias)


def fit_complement(
    matrix: Any,
    answers: NDArray[np.int64],
    labels: int,
    smoothing: float,
    weights_of: NDArray[np.float64] | None = None,
) -> Linear:
    """Complement naive Bayes as plain weights: strong with few texts a class, where a fitted model overlooks words."""
    from sklearn.naive_bayes import ComplementNB

    weights = np.zeros((matrix.shape[1], labels), dtype=np.float32)
    bias = np.full(labels, _ABSENT, dtype=np.float32)
    present = np.unique(answers)
    bias[present] = 0
    if len(present) > 1:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="The number of unique classes", category=UserWarning)
            counted = ComplementNB(alpha=smoothing).fit(matrix, answers, sample_weight=weights_of).feature_log_prob_.T
        weights[:, present] = counted - counted.mean(axis=1, keepdims=True)
    return Linear(weights, bias)


def folds(groups: Sequence[str], count: int = FOLDS) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Training and validation rows; a group is never on both sides, ``ALWAYS`` only ever trains."""
    from sklearn.model_selection import GroupKFold

    named = np.asarray(groups, dtype=object)
    judged, always = np.flatnonzero(named != ALWAYS), np.flatnonzero(named == ALWAYS)
    distinct = {group: number for number, group in enumerate(sorted(set(named[judged])))}
    if len(distinct) < 2:
        return
    # Numbers: a group may be named by a whole text, and an array of strings is as wide as the longest.
    numbers = np.array([distinct[group] for group in named[judged]])
    for train, held in GroupKFold(min(count, len(distinct))).split(judged, groups=numbers):
        yield np.sort(np.concatenate([judged[train], always])), judged[held]


@dataclass(frozen=True)
class Parts:
    """The models that answer one question together: two over the grams, one over the vectors where there are any."""

    fitted: Linear
    counted: Linear
    vector: Linear | None

    def logits(self, matrix: Any, vectors: Vectors | None) -> list[Floats]:
        """What each part says."""
        said = [self.fitted.logits(matrix), self.counted.logits(matrix)]
        return said if self.vector is None or vectors is None else [*said, self.vector.logits(vectors)]


def _fit_parts(
    matrix: Any,
    vectors: Vectors | None,
    answers: NDArray[np.int64],
    labels: int,
    recipe: Recipe,
    weights_of: NDArray[np.float64] | None,
) -> Parts:
    fit, strength = (fit_margins, recipe.margin_strength) if recipe.margins else (fit_linear, recipe.gram_strength)
    return Parts(
        fit(matrix, answers, labels, strength, recipe, weights_of),
        fit_complement(matrix, answers, labels, recipe.smoothing, weights_of),
        None if vectors is None else fit_linear(vectors, answers, labels, recipe.vector_strength, recipe, weights_of),
    )


@dataclass(frozen=True)
class Unseen:
    """What the parts said about the judged rows, none of which they had been trained on.

    ``known`` says of each row whether its label was among those learnt from: of the others no part can know.
    """

    rows: NDArray[np.int64]
    parts: list[Floats]
    known: NDArray[np.bool_]

    def probabilities(self, weights: Sequence[float]) -> NDArray[np.float64]:
        """Probabilities of a weighted sum of the parts."""
        return softmax(np.sum([w * part for w, part in zip(weights, self.parts, strict=True)], axis=0))


def read_unseen(
    matrix: Any,
    vectors: Vectors | None,
    answers: NDArray[np.int64],
    groups: Sequence[str],
    labels: int,
    recipe: Recipe,
    count: int = FOLDS,
    weights_of: NDArray[np.float64] | None = None,
) -> Unseen:
    """Cross-validated logits of all parts, folds by group."""
    found = [np.zeros((len(answers), labels), dtype=np.float32) for _ in range(2 if vectors is None else 3)]
    known = np.zeros(len(answers), dtype=np.bool_)
    for train, held in folds(groups, count):
        known[held] = np.isin(answers[held], answers[train])
        seen = None if vectors is None else vectors[train]
        teaching = None if weights_of is None else weights_of[train]
        parts = _fit_parts(matrix[train], seen, answers[train], labels, recipe, teaching)
        said = parts.logits(matrix[held], None if vectors is None else vectors[held])
        for whole, part in zip(found, said, strict=True):
            whole[held] = part
    judged = np.flatnonzero(np.asarray(groups, dtype=object) != ALWAYS)
    return Unseen(judged, [whole[judged] for whole in found], known[judged])


@dataclass(frozen=True)
class Held:
    """Cross-validated answers to one question: rows of the training texts, true columns, probabilities."""

    rows: NDArray[np.int64]
    labels: tuple[str, ...]
    truth: NDArray[np.int64]
    probabilities: NDArray[np.float64]


@dataclass(frozen=True)
class Trained:
    """A model, and for each of its heads what was measured on texts of writers it had not seen."""

    model: TextModel
    held: dict[str, Held]


def _points(question: Question, labels: Sequence[str], found: Floats, judged: NDArray[np.int64]) -> dict[str, float]:
    places = {label: labels.index(label) for label, _ in question.points if label in labels}
    return {
        label: choose_point(found[:, places[label]], judged == places[label], recall=recall)
        for label, recall in question.points
        if label in places
    }


def _fit_head(
    question: Question, matrix: Any, vectors: Vectors | None, first: int, recipe: Recipe
) -> tuple[Head, Array, Held]:
    labels = tuple(sorted(set(question.answers)))
    answers = labels_to_numbers(question.answers, labels)
    recipe = replace(recipe, margins=recipe.margins and not question.points)
    part = matrix[question.rows]
    seen = None if vectors is None else vectors[question.rows]
    unseen = read_unseen(part, seen, answers, question.groups, len(labels), recipe, question.folds, question.weights)
    judged = answers[unseen.rows]
    known = unseen.known
    weights = fit_mix([part[known] for part in unseen.parts], judged[known])
    found = unseen.probabilities(weights)
    threshold = choose_threshold(
        found.max(axis=1, initial=0), found.argmax(axis=1) == judged, precision=recipe.precision
    )
    parts = _fit_parts(part, seen, answers, len(labels), recipe, question.weights)
    # One sum for reading: both models over the grams become one column a label.
    gram_weights = weights[0] * parts.fitted.weights + weights[1] * parts.counted.weights
    gram_bias = weights[0] * parts.fitted.bias + weights[1] * parts.counted.bias
    grams_alone = weights[0] * unseen.parts[0] + weights[1] * unseen.parts[1]
    alone = fit_scale(grams_alone[known], judged[known])
    vector = parts.vector or Linear(np.zeros((0, len(labels)), np.float32), np.zeros(len(labels), np.float32))
    mix = Mix(vector=weights[2] if parts.vector else 0.0, alone=alone)
    points = _points(question, labels, found, judged)
    head = Head(
        question.name,
        labels,
        first,
        gram_bias.astype(np.float32),
        vector.weights,
        vector.bias,
        mix,
        threshold,
        points,
    )
    held = Held(question.rows[unseen.rows], labels, judged, found)
    return head, gram_weights.astype(np.float32), held


def train(
    texts: Sequence[str],
    questions: Sequence[Question],
    *,
    embedder: Embedder | None,
    recipe: Recipe | None = None,
    vectoriser: Vectoriser | None = None,
) -> Trained:
    """Learn one model that answers all questions; the same input gives the same weights, bit for bit."""
    from threadpoolctl import threadpool_limits

    recipe = recipe or Recipe()
    # One thread: sums in another order would be another model, and small matrices gain nothing from more.
    with threadpool_limits(limits=1):
        spelled = spell_all(texts)
        vectoriser = vectoriser or fit_vectoriser(spelled, limit=recipe.column_limit, min_texts=recipe.min_texts)
        matrix = vectoriser.matrix(spelled)
        vectors = embedder.embed(texts) if embedder else None
        heads: dict[str, Head] = {}
        measured: dict[str, Held] = {}
        weights: list[Array] = []
        for question in questions:
            first = sum(part.shape[1] for part in weights)
            head, part, held = _fit_head(question, matrix, vectors, first, recipe)
            heads[question.name], measured[question.name] = head, held
            weights.append(part)
    return Trained(TextModel(vectoriser, np.hstack(weights), heads, embedder.name if embedder else None), measured)


def data_hash(rows: Sequence[tuple[str, ...]]) -> str:
    """SHA-256 over training rows in their order."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update("\x1f".join(row).encode("utf-8", "surrogatepass") + b"\x1e")
    return digest.hexdigest()
