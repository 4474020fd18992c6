"""The forward pass of the multilingual sentence encoder, for many short texts on one core.

The package's own pass multiplies every token with every matrix. What the first layer makes of a token does not
depend on its neighbours, though: it is computed once a token and kept. The second layer is shortened: only the
directions in which texts differ are multiplied (see `classifier.shortening`); without them the pass is the package's.
Nothing of a text is kept, only rows that stand for pieces of words.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Numbers = NDArray[np.int64]
_EMBEDDED, _WIDTH = 512, 256
# How many tokens each branch sees, and how many of them stand before the token itself.
BRANCHES = ((2, 0), (3, 1), (5, 2))
_HIDDEN = len(BRANCHES) * _WIDTH
# Rows of zeros before, between and after the texts of a batch: as far as a branch looks.
_GAP = 2
# So many tokens' rows stay in the processor's cache.
_TOKENS = 256
# Pieces that are kept: nearly all that Japanese texts are made of, 47 MB at sixteen bits a number.
_KEPT = 6144
# What one step of sixteen bits is worth, of an embedding and of everything after it.
_EMBEDDED_UNIT, _UNIT = 2.0**-12, 2.0**-9


def _places() -> dict[int, tuple[int, int]]:
    """For each distance from the token: where its block of a row begins, and the first hidden column it adds to.

    A branch that sees a token at some distance is followed by all that see farther, so they stand side by side.
    """
    found, start = {}, _EMBEDDED + _HIDDEN
    for distance in (0, 1, -1, 2, -2):
        sees = [i for i, (n, left) in enumerate(BRANCHES) if -left <= distance < n - left]
        found[distance] = (start, sees[0] * _WIDTH)
        start += len(sees) * _WIDTH
    return found


_PLACES = _places()
_ROW = _EMBEDDED + _HIDDEN + sum(n for n, _ in BRANCHES) * _WIDTH


@dataclass(frozen=True, slots=True)
class _Second:
    """A branch's second layer: what leads into the directions (None: all of them), and from a window of them out."""

    length: int
    left: int
    columns: slice
    into: Array | None
    out: Array


class Encoder:
    """Vectors from token numbers, with the weights of the package's loaded model.

    ``directions``: for each branch its columns of `classifier.shortening.directions`, and kept rows are rounded to
    sixteen bits; none: nothing is left out.
    """

    def __init__(self, weights: Any, directions: Sequence[Array] | None = None) -> None:
        self._weights = weights
        self._first = [by_place(one) for one in weights.w1]
        self._second = tuple(
            _second(i, weights.w2[i], directions[i] if directions is not None else None) for i in range(len(BRANCHES))
        )
        self._units = (1.0, 1.0) if directions is None else (_EMBEDDED_UNIT, _UNIT)
        self._second_bias = np.concatenate([np.ravel(one) for one in weights.b2]).astype(np.float32) / self._units[1]
        # Row 0 is the nothing between two texts.
        self._table = np.zeros((_KEPT, _ROW), dtype=np.float32 if directions is None else np.int16)
        self._place = np.zeros(len(weights.table), dtype=np.int32)
        self._filled = 1
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[Sequence[int]]) -> Array:
        """Vectors of unit length, one a text; each text is given as its token numbers."""
        pooled = np.empty((len(texts), _EMBEDDED + _HIDDEN), dtype=np.float32)
        for first, last in _portions(texts):
            self._pool(texts[first:last], pooled[first:last])
        return self._head(pooled, np.array([len(text) for text in texts], dtype=np.float32))

    def hidden(self, texts: Sequence[Sequence[int]]) -> Iterator[Array]:
        """What the second layer is given: a row a token, the branches side by side."""
        for first, last in _portions(texts):
            places, at, _ = _laid_out(texts[first:last])
            yield self._hidden(self._rows_of(places), places)[at]

    def _rows(self, ids: Numbers) -> Array:
        """What the first layer makes of each token alone: embedding, projections, and a block for every distance."""
        w = self._weights
        chunk = ids % len(w.scale)
        rows = np.empty((len(ids), _ROW), dtype=np.float32)
        embedded = rows[:, :_EMBEDDED]
        embedded[:] = w.table[ids]
        embedded *= w.scale[chunk, None]
        embedded += w.lo[chunk, None]
        own = embedded @ w.proj_W + w.proj_b
        own -= own.mean(axis=1, keepdims=True)
        own *= 1 / np.sqrt(np.einsum("ij,ij->i", own, own) / own.shape[1] + w.eps)[:, None]
        own *= w.ln_g_all
        own += w.ln_b_all
        rows[:, _EMBEDDED : _EMBEDDED + _HIDDEN] = own
        for i, (length, left) in enumerate(BRANCHES):
            seen = own[:, i * _WIDTH : (i + 1) * _WIDTH] @ self._first[i]
            for k in range(length):
                start, column = _PLACES[k - left]
                block = rows[:, start + i * _WIDTH - column :][:, :_WIDTH]
                block[:] = seen[:, k * _WIDTH : (k + 1) * _WIDTH]
                if k == left:
                    block += w.b1[i]
        return rows

    def _stored(self, rows: Array) -> NDArray[Any]:
        if self._table.dtype == np.float32:
            return rows
        rows[:, :_EMBEDDED] *= 1 / _EMBEDDED_UNIT
        rows[:, _EMBEDDED:] *= 1 / _UNIT
        limits = np.iinfo(np.int16)
        return np.clip(np.rint(rows, out=rows), limits.min, limits.max, out=rows).astype(np.int16)

    def _rows_of(self, ids: Numbers) -> Array:
        """A row for each token (-1: none), in units; rows are kept as long as there is room."""
        places = np.where(ids < 0, 0, self._place[ids])
        missing = np.flatnonzero((places == 0) & (ids >= 0))
        if not len(missing):
            return self._table[places].astype(np.float32, copy=False)
        new, which = np.unique(ids[missing], return_inverse=True)
        fresh = self._stored(self._rows(new))
        with self._lock:
            # Another thread may have put some of them there meanwhile.
            unknown = np.flatnonzero(self._place[new] == 0)[: _KEPT - self._filled]
            at = np.arange(self._filled, self._filled + len(unknown))
            self._table[at] = fresh[unknown]
            self._place[new[unknown]] = at
            self._filled += len(unknown)
        rows = self._table[places]
        rows[missing] = fresh[which]
        return rows.astype(np.float32, copy=False)

    def _hidden(self, rows: Array, places: Numbers) -> Array:
        """The first layer, for every row between the outer gaps; nothing between the texts."""
        size = len(places)
        hidden = np.zeros((size, _HIDDEN), dtype=np.float32)
        middle = hidden[_GAP:-_GAP]
        for distance, (start, column) in _PLACES.items():
            seen = rows[_GAP + distance : size - _GAP + distance, start : start + _HIDDEN - column]
            middle[:, column:] += seen
        np.maximum(middle, 0, out=middle)
        middle += rows[_GAP:-_GAP, _EMBEDDED : _EMBEDDED + _HIDDEN]
        hidden[places < 0] = 0
        return hidden

    def _pool(self, texts: Sequence[Sequence[int]], pooled: Array) -> None:
        """Sum of the normalised features of each text's tokens, before the head."""
        places, _, lengths = _laid_out(texts)
        rows = self._rows_of(places)
        hidden = self._hidden(rows, places)
        size = len(places) - 2 * _GAP
        found = np.empty((size, _HIDDEN), dtype=np.float32)
        for one in self._second:
            mine = hidden[:, one.columns]
            said = mine if one.into is None else mine @ one.into
            windows = np.concatenate([said[_GAP - one.left + k :][:size] for k in range(one.length)], axis=1)
            np.matmul(windows, one.out, out=found[:, one.columns])
        found += self._second_bias
        np.maximum(found, 0, out=found)
        found += hidden[_GAP:-_GAP]
        self._sum(rows[_GAP:-_GAP], found, lengths, pooled)

    def _sum(self, rows: Array, found: Array, lengths: Numbers, out: Array) -> None:
        embedded, (first_unit, unit) = rows[:, :_EMBEDDED], self._units
        width = np.float32(out.shape[1])
        mean = (embedded.sum(axis=1) * first_unit + found.sum(axis=1) * unit) / width
        squares = [np.einsum("ij,ij->i", part, part) for part in (embedded, found)]
        square = (squares[0] * first_unit**2 + squares[1] * unit**2) / width
        scale = 1 / np.sqrt(square - mean * mean + self._weights.eps)
        share = np.zeros((len(lengths), len(mean)), dtype=np.float32)
        start = 0
        for i, n in enumerate(lengths.tolist()):
            share[i, start : start + n] = scale[start : start + n]
            start += n + _GAP
        out[:, :_EMBEDDED] = (share @ embedded) * first_unit
        out[:, _EMBEDDED:] = (share @ found) * unit
        out -= (share @ mean)[:, None]
        out *= self._weights.ln_g
        out += lengths[:, None].astype(np.float32) * self._weights.ln_b

    def _head(self, pooled: Array, lengths: Array) -> Array:
        w = self._weights
        mean = (pooled @ w.cnn_W + lengths[:, None] * w.cnn_b) / np.sqrt(lengths)[:, None]
        low = np.maximum(mean @ w.p1 + np.maximum(mean @ w.d0, 0) @ w.d1, 0)
        found = np.tanh(low @ w.p3 + np.maximum(low @ w.d2, 0) @ w.d3)
        return np.asarray(found / np.sqrt(np.maximum(np.einsum("ij,ij->i", found, found), w.eps))[:, None])


def by_place(weights: Array) -> Array:
    """Weights of a window laid side by side: all places of a token's window in one product."""
    return np.ascontiguousarray(weights.reshape(-1, _WIDTH, _WIDTH).transpose(1, 0, 2).reshape(_WIDTH, -1))


def _second(branch: int, weights: Array, directions: Array | None) -> _Second:
    length, left = BRANCHES[branch]
    columns = slice(branch * _WIDTH, (branch + 1) * _WIDTH)
    if directions is None:
        return _Second(length, left, columns, None, np.ascontiguousarray(weights.reshape(-1, _WIDTH)))
    kept = directions.astype(np.float32)
    out = kept.reshape(length, _WIDTH, -1).transpose(0, 2, 1).reshape(-1, _WIDTH)
    return _Second(length, left, columns, by_place(weights) @ kept, np.ascontiguousarray(out))


def _portions(texts: Sequence[Sequence[int]]) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) of texts that are worked on together."""
    ends = list(accumulate(len(text) + _GAP for text in texts))
    first, done = 0, 0
    for last in range(1, len(texts) + 1):
        if last == len(texts) or ends[last] - done > _TOKENS:
            yield first, last
            first, done = last, ends[last - 1]


def _laid_out(texts: Sequence[Sequence[int]]) -> tuple[Numbers, Numbers, Numbers]:
    """Token numbers one after the other with gaps of -1, where the tokens stand, and how many each text has."""
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    gaps = np.repeat(np.arange(1, len(texts) + 1) * _GAP, lengths)
    at = np.arange(len(gaps)) + gaps
    places = np.full(int(lengths.sum()) + (len(texts) + 1) * _GAP, -1, dtype=np.int64)
    places[at] = [token for text in texts for token in text]
    return places, at, lengths
