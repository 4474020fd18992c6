"""Weighted counts of words and of character sequences, with the same code for training and for one text."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.grams import GRAMS, INDEX, Found, Index, Numbers, Spelled, spell

Row = tuple[Numbers, NDArray[np.float32]]
# Beside characters, words weigh less: they repeat what the characters say, and rarer spellings miss them.
_WEIGHT = {"words": 0.6, "characters": 1.0}
# Texts whose grams are sought together: enough for numpy, little for the memory.
_TOGETHER = 64


@dataclass(frozen=True, slots=True)
class BlockRows:
    """One block's part of several rows: columns and weights, row by row, and the occurrences behind them.

    ``ends`` says where each row ends; ``entries`` which entry each occurrence belongs to.
    """

    columns: Numbers
    weights: NDArray[np.float32]
    ends: Numbers
    found: Found
    entries: Numbers


@dataclass(frozen=True)
class Block:
    """A vocabulary with its weights: how rare each gram is in the training texts."""

    name: str
    vocabulary: tuple[str, ...]
    rarity: NDArray[np.float32]
    _index: Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", INDEX[self.name](self.vocabulary))

    def rows(self, spelled: Sequence[Spelled]) -> BlockRows:
        """Columns and weights of the known grams of each text."""
        found = self._index.find(spelled)
        size = max(len(self.vocabulary), 1)
        distinct, entries, counts = np.unique(
            found.texts * size + found.columns, return_inverse=True, return_counts=True
        )
        texts, columns = np.divmod(distinct, size)
        weights = (1 + np.log(counts.astype(np.float32))) * self.rarity[columns]
        ends = np.searchsorted(texts, np.arange(len(spelled)), side="right")
        squares = np.bincount(texts, weights * weights, minlength=len(spelled))
        scale = _WEIGHT[self.name] / np.sqrt(np.maximum(squares, 1e-12))
        return BlockRows(columns, (weights * scale[texts]).astype(np.float32), ends, found, entries)


def fit_block(name: str, texts: Iterable[Spelled], *, min_texts: int = 2, limit: int = 200_000) -> Block:
    """Learn a vocabulary: grams in at least ``min_texts`` texts, the ``limit`` most common of them.

    When that leaves nothing (a handful of texts), every gram is taken.
    """
    seen: Counter[str] = Counter()
    total = 0
    for text in texts:
        total += 1
        seen.update(set(GRAMS[name](text)))
    kept = [gram for gram, count in seen.items() if count >= min_texts] or list(seen)
    kept = sorted(sorted(kept, key=lambda gram: (-seen[gram], gram))[:limit])
    rarity = np.array([math.log((1 + total) / (1 + seen[gram])) + 1 for gram in kept], dtype=np.float32)
    return Block(name, tuple(kept), rarity)


@dataclass(frozen=True, slots=True)
class Rows:
    """Several sparse rows, the blocks side by side; a row's columns rise."""

    blocks: tuple[BlockRows, ...]
    firsts: tuple[int, ...]

    def __iter__(self) -> Iterator[Row]:
        starts = [0] * len(self.blocks)
        for ends in zip(*(block.ends.tolist() for block in self.blocks), strict=True):
            parts = list(zip(self.blocks, starts, ends, self.firsts, strict=True))
            columns = [block.columns[start:end] + first for block, start, end, first in parts]
            yield np.concatenate(columns), np.concatenate([block.weights[start:end] for block, start, end, _ in parts])
            starts = list(ends)


@dataclass(frozen=True)
class Vectoriser:
    """Several blocks side by side: one sparse row a text."""

    blocks: tuple[Block, ...]

    @property
    def size(self) -> int:
        """Number of columns."""
        return sum(len(block.vocabulary) for block in self.blocks)

    @property
    def grams(self) -> list[str]:
        """What each column stands for."""
        return [gram for block in self.blocks for gram in block.vocabulary]

    def rows(self, spelled: Sequence[Spelled]) -> Rows:
        """Columns and weights of several texts."""
        return Rows(tuple(block.rows(spelled) for block in self.blocks), self.firsts)

    @property
    def firsts(self) -> tuple[int, ...]:
        """First column of each block."""
        return tuple(accumulate((len(block.vocabulary) for block in self.blocks[:-1]), initial=0))

    def matrix(self, spelled: Sequence[Spelled]) -> Any:
        """Rows of many texts as a scipy CSR matrix."""
        from scipy.sparse import csr_matrix

        rows = [
            row for start in range(0, len(spelled), _TOGETHER) for row in self.rows(spelled[start : start + _TOGETHER])
        ]
        ends = np.cumsum([0, *(len(at) for at, _ in rows)])
        positions = np.concatenate([at for at, _ in rows]) if rows else np.zeros(0, dtype=np.int64)
        weights = np.concatenate([weight for _, weight in rows]) if rows else np.zeros(0, dtype=np.float32)
        return csr_matrix((weights, positions.astype(np.int32), ends), shape=(len(rows), self.size))


def spell_all(texts: Sequence[str]) -> list[Spelled]:
    """Spell many texts as citizens wrote them."""
    return [spell(text) for text in texts]


def fit_vectoriser(
    spelled: Sequence[Spelled],
    *,
    blocks: Sequence[str] = ("words", "characters"),
    limit: int = 200_000,
    min_texts: int = 2,
) -> Vectoriser:
    """Learn the vocabularies of the named blocks."""
    return Vectoriser(tuple(fit_block(name, spelled, min_texts=min_texts, limit=limit) for name in blocks))
