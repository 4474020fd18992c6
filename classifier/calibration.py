"""Honest probabilities and the point below which the model does not decide by itself."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.linear import softmax
from classifier.metrics import Floats

_STEPS = np.geomspace(0.05, 20, 121)


def _loss(logits: Floats, answers: NDArray[np.int64]) -> float:
    probabilities = softmax(logits)[np.arange(len(answers)), answers]
    return float(-np.log(np.maximum(probabilities, 1e-12)).mean())


def fit_scale(logits: Floats, answers: NDArray[np.int64]) -> float:
    """The factor on logits that makes their probabilities most likely: below 1 they had been too sure."""
    if not len(answers):
        return 1.0
    losses = [_loss(step * logits, answers) for step in _STEPS]
    return float(_STEPS[int(np.argmin(losses))])


def fit_mix(parts: Sequence[Floats], answers: NDArray[np.int64]) -> tuple[float, ...]:
    """How much each part's logits should count in their sum, judged on texts no part had been trained on."""
    scales = [fit_scale(part, answers) for part in parts]
    if len(parts) == 1 or not len(answers):
        return tuple(scales)
    from scipy.optimize import minimize

    def loss(log_weights: NDArray[np.float64]) -> float:
        weights = np.exp(np.clip(log_weights, -5, 5))
        return _loss(np.sum([w * part for w, part in zip(weights, parts, strict=True)], axis=0), answers)

    start = np.log(np.array(scales) / len(parts))
    options = {"xatol": 1e-2, "fatol": 1e-5, "maxiter": 200}
    found = minimize(loss, start, method="Nelder-Mead", options=options)
    return tuple(float(weight) for weight in np.exp(np.clip(found.x, -5, 5)))


def choose_threshold(best: Floats, right: NDArray[np.bool_], *, precision: float, fewest: int = 30) -> float:
    """The lowest certainty at and above which at least ``precision`` of the answers are right.

    ``best`` is the probability of each first answer, ``right`` whether it was true. Fewer than ``fewest``
    answers above a point prove nothing; when no point will do, 1.01: never decide.
    """
    order = np.argsort(-best, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = [i for i in range(min(fewest, len(order)) - 1, len(order)) if share[i] >= precision]
    return float(best[order[enough[-1]]]) if enough else 1.01


def choose_point(probability: Floats, true: NDArray[np.bool_], *, recall: float | None) -> float:
    """From which probability a label counts: the highest that keeps the recall, or that of the best F1.

    Bounded to 0.03 (with a recall: 0.04) … 0.5; 0.5 when no text carries the label.
    """
    if not true.any():
        return 0.5
    if recall is not None:
        return float(np.clip(np.quantile(probability[true], 1 - recall), 0.04, 0.5))
    steps = np.linspace(0.03, 0.5, 48)
    scores = [2 * np.sum(true & (probability >= s)) / (np.sum(true) + np.sum(probability >= s)) for s in steps]
    return float(steps[int(np.argmax(scores))])


def labels_to_numbers(labels: Sequence[str], known: Sequence[str]) -> NDArray[np.int64]:
    """Positions of labels among the known ones; -1 for a label that is not known."""
    place = {label: i for i, label in enumerate(known)}
    return np.array([place.get(label, -1) for label in labels], dtype=np.int64)
