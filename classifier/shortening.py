"""Which directions of the sentence encoder's second layer are worth multiplying: those in which real texts differ.

The layer's matrices take three quarters of the encoder's time; what they say of the corpus lies almost wholly in a
few of their directions. `scripts/shorten_encoder.py` writes the file that `classifier.embedding` reads.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifier.encoder import BRANCHES, Array, Encoder, by_place

FILE = Path(__file__).parent / "models" / "encoder.npz"
KEPT = 96


def directions(weights: Any, texts: Sequence[Sequence[int]], kept: int = KEPT) -> list[Array]:
    """For each branch the ``kept`` main directions, as columns, of what its second layer says of the texts' tokens.

    ``weights``: the package's loaded model; ``texts`` are given as token numbers.
    """
    spread = np.zeros((len(BRANCHES), 256, 256))
    for hidden in Encoder(weights).hidden(texts):
        for i, mine in enumerate(np.split(hidden.astype(np.float64), len(BRANCHES), axis=1)):
            spread[i] += mine.T @ mine
    found = []
    for whole, second in zip(spread, weights.w2, strict=True):
        matrix = by_place(second).astype(np.float64)
        _, vectors = np.linalg.eigh(matrix.T @ whole @ matrix)
        found.append(np.ascontiguousarray(vectors[:, ::-1][:, :kept], dtype=np.float32))
    return found


def save(found: Sequence[Array], path: Path = FILE) -> None:
    """Write directions, sixteen bits a number."""
    np.savez(path, *(one.astype(np.float16) for one in found))


def load(path: Path = FILE) -> list[Array]:
    """Read directions that `save` wrote."""
    with np.load(path) as stored:
        return [stored[f"arr_{i}"] for i in range(len(BRANCHES))]
