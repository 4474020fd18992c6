"""Linear heads over shared columns: one small matrix product answers every question about a text."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classifier.embedding import Vectors
from classifier.tfidf import Rows, Vectoriser

Array = NDArray[np.float32]


def softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Probabilities along the last axis."""
    shifted = np.exp(np.asarray(logits, dtype=np.float64) - np.max(logits, axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float64)


@dataclass(frozen=True)
class Mix:
    """How much the sentence vector says beside the grams, fitted on texts the weights had not seen.

    ``alone`` scales the grams when there is no vector, so that probabilities stay honest without an embedder.
    """

    vector: float = 1.0
    alone: float = 1.0


@dataclass(frozen=True)
class Head:
    """One question: its possible answers, where its columns stand, and when it is sure enough to answer."""

    name: str
    labels: tuple[str, ...]
    first: int
    bias: Array
    vector_weights: Array
    vector_bias: Array
    mix: Mix
    threshold: float = 0.0
    # For questions where missing one answer costs more than another: from which probability each counts.
    points: dict[str, float] = field(default_factory=dict)

    @property
    def columns(self) -> slice:
        """The head's columns in the shared weight matrix."""
        return slice(self.first, self.first + len(self.labels))

    def choose(self, found: NDArray[np.floating]) -> NDArray[np.int64]:
        """Column of the answer to each row of probabilities: a label that reaches its own point, else the likeliest.

        A rare label is seldom the likeliest even where it is far likelier than usual; its point lets it be said.
        """
        chosen: NDArray[np.int64] = found.argmax(axis=1).astype(np.int64)
        for label, point in self.points.items():
            place = self.labels.index(label)
            chosen[found[:, place] >= point] = place
        return chosen


@dataclass(frozen=True)
class TextModel:
    """Vocabularies, one weight matrix for the grams, and the heads that read from it."""

    vectoriser: Vectoriser
    weights: Array
    heads: dict[str, Head]
    embedder: str | None

    def mean_weights(self, head: str) -> Array:
        """Mean weight of each gram over a head's labels."""
        return np.asarray(self.weights[:, self.heads[head].columns].mean(axis=1))

    def gram_scores(self, rows: Rows) -> Array:
        """What the grams say, before any bias: one row a text, the columns of all heads."""
        return np.stack([values @ self.weights[positions] for positions, values in rows])

    def probabilities(self, head: str, scores: Array, vectors: Vectors | None) -> NDArray[np.float64]:
        """Calibrated probabilities of a head's labels from gram scores and, where there are any, vectors."""
        asked = self.heads[head]
        said = scores[:, asked.columns] + asked.bias
        if vectors is None or not asked.vector_weights.size:
            return softmax(asked.mix.alone * said)
        seen = vectors @ asked.vector_weights + asked.vector_bias
        return softmax(said + asked.mix.vector * seen)
