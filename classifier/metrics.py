"""Figures by which a model is judged."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation. ``coverage``: share answered without a person; ``routed_precision``: right among those."""

    n: int
    accuracy: float
    macro_f1: float
    top3: float
    coverage: float
    routed_precision: float | None
    ece: float

    def as_dict(self) -> dict[str, float | int | None]:
        """The figures under their names, rounded to four places."""
        return {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(self).items()}


def macro_f1(truth: NDArray[np.int64], guess: NDArray[np.int64]) -> float:
    """Mean F1 over the classes that occur in the truth or among the guesses."""
    scores = []
    for label in np.union1d(truth, guess):
        both = np.sum((truth == label) & (guess == label))
        scores.append(2 * both / (np.sum(truth == label) + np.sum(guess == label)))
    return float(np.mean(scores)) if scores else 0.0


def calibration_error(best: Floats, right: NDArray[np.bool_], bins: int = 15) -> float:
    """Expected calibration error: mean gap between stated certainty and share right, over equal-width bins."""
    if not len(best):
        return 0.0
    place = np.minimum((best * bins).astype(int), bins - 1)
    gap = 0.0
    for number in np.unique(place):
        here = place == number
        gap += float(here.mean()) * abs(float(best[here].mean()) - float(right[here].mean()))
    return gap


def evaluate(
    probabilities: Floats, truth: NDArray[np.int64], threshold: float, *, guess: NDArray[np.int64] | None = None
) -> Evaluation:
    """Judge probabilities (one row a text) against true columns; -1 marks a label the model does not know.

    ``guess``: the columns answered where that is not simply the most probable one.
    """
    n = len(truth)
    if not n:
        return Evaluation(0, 0.0, 0.0, 0.0, 0.0, None, 0.0)
    order = np.argsort(-probabilities, axis=1, kind="stable")
    guess = order[:, 0] if guess is None else guess
    best = probabilities[np.arange(n), guess]
    right = guess == truth
    routed = best >= threshold
    return Evaluation(
        n=n,
        accuracy=float(right.mean()),
        macro_f1=macro_f1(truth, guess),
        top3=float((order[:, :3] == truth[:, None]).any(axis=1).mean()),
        coverage=float(routed.mean()),
        routed_precision=float(right[routed].mean()) if routed.any() else None,
        ece=calibration_error(best, right),
    )


def interval(
    figure: Callable[[NDArray[np.int64]], float],
    n: int,
    *,
    groups: Sequence[str] | None = None,
    seed: int = 7,
) -> tuple[float, float]:
    """95 % bootstrap interval of a figure of ``n`` texts; with groups, whole groups are drawn."""
    rng = np.random.default_rng(seed)
    if groups is None:
        draws = [rng.integers(0, n, n) for _ in range(500)]
    else:
        named = np.asarray(groups)
        members = [np.flatnonzero(named == name) for name in np.unique(named)]
        chosen = [rng.integers(0, len(members), len(members)) for _ in range(500)]
        draws = [np.concatenate([members[i] for i in pick]) for pick in chosen]
    values = [figure(draw) for draw in draws]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
