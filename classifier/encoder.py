"""The forward pass of the multilingual sentence encoder, for many short texts on one core.

The package's own pass multiplies every token with every matrix. What the first layer makes of a token does not
depend on its neighbours, though: it is computed once a token and kept, which leaves a third of the products.
Nothing of a text is kept, only rows that stand for pieces of words.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
_EMBEDDED, _WIDTH = 512, 256
# How many tokens each branch sees, and how many of them stand before the token itself.
_BRANCHES = ((2, 0), (3, 1), (5, 2))
# Rows of zeros before, between and after the texts of a batch: as far as a branch looks.
_GAP = 2
_TOKENS = 512
# Pieces that are kept: 4,000 are 95 % of what Japanese texts are made of, and 63 MB.
_KEPT = 4096


@dataclass(frozen=True, slots=True)
class _Branch:
    """One n-gram branch: where its columns of a token's row begin, and its second layer, one block a place."""

    length: int
    left: int
    own: int
    places: int
    bias: Array
    second: Array
    second_bias: Array


class Encoder:
    """Vectors from token numbers, with the weights of the package's loaded model."""

    def __init__(self, weights: Any) -> None:
        self._weights = weights
        self._first = [_by_place(w, n) for w, (n, _) in zip(weights.w1, _BRANCHES, strict=True)]
        places = accumulate((n * _WIDTH for n, _ in _BRANCHES), initial=_EMBEDDED + len(_BRANCHES) * _WIDTH)
        self._branches = tuple(
            _Branch(n, left, _EMBEDDED + i * _WIDTH, at, weights.b1[i], _by_place(weights.w2[i], n), weights.b2[i])
            for i, ((n, left), at) in enumerate(zip(_BRANCHES, places, strict=False))
        )
        self._row = _EMBEDDED + sum((1 + n) * _WIDTH for n, _ in _BRANCHES)
        # Row 0 is the nothing between two texts.
        self._table = np.zeros((_KEPT, self._row), dtype=np.float32)
        self._place = np.zeros(len(weights.table), dtype=np.int32)
        self._filled = 1
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[Sequence[int]]) -> Array:
        """Vectors of unit length, one a text; each text is given as its token numbers."""
        pooled = np.empty((len(texts), _EMBEDDED + len(_BRANCHES) * _WIDTH), dtype=np.float32)
        start, tokens = 0, 0
        for end, text in enumerate(texts):
            if end > start and tokens + len(text) > _TOKENS:
                self._pool(texts[start:end], pooled[start:end])
                start, tokens = end, 0
            tokens += len(text) + _GAP
        if start < len(texts):
            self._pool(texts[start:], pooled[start:])
        lengths = np.array([len(text) for text in texts], dtype=np.float32)
        return self._head(pooled, lengths)

    def _rows(self, ids: NDArray[np.int64]) -> Array:
        """What the first layer makes of each token alone: embedding, projections, and a block a place."""
        w = self._weights
        chunk = ids % len(w.scale)
        rows = np.empty((len(ids), self._row), dtype=np.float32)
        embedded = rows[:, :_EMBEDDED]
        embedded[:] = w.table[ids]
        embedded *= w.scale[chunk, None]
        embedded += w.lo[chunk, None]
        own = embedded @ w.proj_W + w.proj_b
        own -= own.mean(axis=1, keepdims=True)
        own *= 1 / np.sqrt(np.einsum("ij,ij->i", own, own) / own.shape[1] + w.eps)[:, None]
        own *= w.ln_g_all
        own += w.ln_b_all
        rows[:, _EMBEDDED : _EMBEDDED + own.shape[1]] = own
        for branch, first in zip(self._branches, self._first, strict=True):
            at = branch.own - _EMBEDDED
            rows[:, branch.places : branch.places + first.shape[1]] = own[:, at : at + _WIDTH] @ first
        return rows

    def _table_and_places(self, ids: NDArray[np.int64]) -> tuple[Array, NDArray[np.int32]]:
        """A table that holds a row for each token, and where; tokens are kept as long as there is room."""
        places = self._place[ids]
        new = np.unique(ids[places == 0])
        if not len(new):
            return self._table, places
        rows = self._rows(new)
        with self._lock:
            kept = min(len(new), _KEPT - self._filled)
            self._table[self._filled : self._filled + kept] = rows[:kept]
            self._place[new[:kept]] = np.arange(self._filled, self._filled + kept)
            self._filled += kept
        if kept == len(new):
            return self._table, self._place[ids]
        places = self._place[ids]
        used, found = np.unique(places, return_inverse=True)
        missing = places == 0
        found[missing] = len(used) + np.searchsorted(new, ids[missing])
        return np.concatenate([self._table[used], rows]), found.astype(np.int32)

    def _pool(self, texts: Sequence[Sequence[int]], pooled: Array) -> None:
        """Sum of the normalised features of each text's tokens, before the head."""
        lengths = np.array([len(text) for text in texts])
        starts = np.cumsum(lengths + _GAP) - lengths
        at = np.concatenate([np.arange(start, start + n) for start, n in zip(starts, lengths, strict=True)])
        size = int(starts[-1] + lengths[-1]) + _GAP
        table, found = self._table_and_places(np.array([i for text in texts for i in text], dtype=np.int64))
        places = np.zeros(size, dtype=np.int32)
        places[at] = found
        features = [table[places[_GAP:-_GAP], :_EMBEDDED]]
        inside = np.zeros((size, 1), dtype=np.float32)
        inside[at] = 1
        features += [_features(branch, table, places, inside) for branch in self._branches]
        self._sum(features, starts - _GAP, lengths, pooled)

    def _sum(self, features: list[Array], starts: NDArray[np.int64], lengths: NDArray[np.int64], out: Array) -> None:
        width = out.shape[1]
        mean = sum(part.sum(axis=1) for part in features) / np.float32(width)
        square = sum(np.einsum("ij,ij->i", part, part) for part in features) / np.float32(width)
        scale = 1 / np.sqrt(square - mean * mean + self._weights.eps)
        share = np.zeros((len(starts), len(mean)), dtype=np.float32)
        for i, (start, n) in enumerate(zip(starts, lengths, strict=True)):
            share[i, start : start + n] = scale[start : start + n]
        np.concatenate([share @ part for part in features], axis=1, out=out)
        out -= (share @ mean)[:, None]
        out *= self._weights.ln_g
        out += lengths[:, None].astype(np.float32) * self._weights.ln_b

    def _head(self, pooled: Array, lengths: Array) -> Array:
        w = self._weights
        mean = (pooled @ w.cnn_W + lengths[:, None] * w.cnn_b) / np.sqrt(lengths)[:, None]
        low = np.maximum(mean @ w.p1 + np.maximum(mean @ w.d0, 0) @ w.d1, 0)
        found = np.tanh(low @ w.p3 + np.maximum(low @ w.d2, 0) @ w.d3)
        return np.asarray(found / np.sqrt(np.maximum(np.einsum("ij,ij->i", found, found), w.eps))[:, None])


def _by_place(weights: Array, places: int) -> Array:
    """Weights of a window laid side by side: all places of a token's window in one product."""
    return np.ascontiguousarray(weights.reshape(places, _WIDTH, _WIDTH).transpose(1, 0, 2).reshape(_WIDTH, -1))


def _features(branch: _Branch, table: Array, places: NDArray[np.int32], inside: Array) -> Array:
    """What one branch says of every token between the outer gaps."""
    size = len(places) - 2 * _GAP
    hidden = np.zeros((len(places), _WIDTH), dtype=np.float32)
    middle = hidden[_GAP:-_GAP]
    middle += branch.bias
    for k in range(branch.length):
        at, first = branch.places + k * _WIDTH, _GAP - branch.left + k
        middle += table[places[first : first + size], at : at + _WIDTH]
    np.maximum(middle, 0, out=middle)
    middle += table[places[_GAP:-_GAP], branch.own : branch.own + _WIDTH]
    hidden *= inside
    said = hidden @ branch.second
    found = np.tile(branch.second_bias, (size, 1))
    for k in range(branch.length):
        first = _GAP - branch.left + k
        found += said[first : first + size, k * _WIDTH : (k + 1) * _WIDTH]
    np.maximum(found, 0, out=found)
    found += middle
    return found
