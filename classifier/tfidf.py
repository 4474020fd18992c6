"""Weighted counts of words and of character sequences, with the same code for training and for one text."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.normalise import normalise
from classifier.words import words

Row = tuple[NDArray[np.int32], NDArray[np.float32]]
LONGEST_SEQUENCE = 4
# Beside characters, words weigh less: they repeat what the characters say, and rarer spellings miss them.
_WEIGHT = {"words": 0.6, "characters": 1.0}


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text as the models see it, and its words: found once, used for weights and evidence."""

    text: str
    words: list[str]


def spell(text: str) -> Spelled:
    """Normalise a text as a citizen wrote it and split it into words."""
    spelled = normalise(text)
    return Spelled(spelled, words(spelled))


def word_grams(spelled: Spelled) -> list[str]:
    """Words and pairs of neighbouring words."""
    single = spelled.words
    return single + [f"{left} {right}" for left, right in pairwise(single)]


def character_grams(spelled: Spelled) -> list[str]:
    """Sequences of one to four characters, with a space around the text."""
    padded = f" {spelled.text} "
    end = len(padded) + 1
    return [padded[i - n : i] for n in range(1, LONGEST_SEQUENCE + 1) for i in range(n, end)]


GRAMS: dict[str, Callable[[Spelled], list[str]]] = {"words": word_grams, "characters": character_grams}


@dataclass(frozen=True)
class Block:
    """A vocabulary with its weights: how rare each gram is in the training texts."""

    name: str
    vocabulary: tuple[str, ...]
    rarity: NDArray[np.float32]
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {gram: i for i, gram in enumerate(self.vocabulary)})

    def row(self, spelled: Spelled) -> Row:
        """Positions and weights of the known grams of a text."""
        index = self._index
        counts = Counter(index[gram] for gram in GRAMS[self.name](spelled) if gram in index)
        if not counts:
            return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        positions = np.fromiter(counts.keys(), dtype=np.int32, count=len(counts))
        weights = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        weights = (1 + np.log(weights)) * self.rarity[positions]
        return positions, (weights * (_WEIGHT[self.name] / math.sqrt(float(weights @ weights)))).astype(np.float32)


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

    def row(self, spelled: Spelled) -> Row:
        """Columns and weights of one text."""
        positions, weights, start = [], [], 0
        for block in self.blocks:
            at, weight = block.row(spelled)
            positions.append(at + np.int32(start))
            weights.append(weight)
            start += len(block.vocabulary)
        return np.concatenate(positions), np.concatenate(weights)

    def matrix(self, texts: Sequence[str]) -> Any:
        """Rows of many texts as a scipy CSR matrix."""
        from scipy.sparse import csr_matrix

        rows = [self.row(spell(text)) for text in texts]
        ends = np.cumsum([0, *(len(at) for at, _ in rows)])
        positions = np.concatenate([at for at, _ in rows]) if rows else np.zeros(0, dtype=np.int32)
        weights = np.concatenate([weight for _, weight in rows]) if rows else np.zeros(0, dtype=np.float32)
        return csr_matrix((weights, positions, ends), shape=(len(rows), self.size))


def fit_vectoriser(
    texts: Sequence[str], *, blocks: Sequence[str] = ("words", "characters"), limit: int = 200_000
) -> Vectoriser:
    """Learn the vocabularies of the named blocks from texts as citizens wrote them."""
    spelled = [spell(text) for text in texts]
    return Vectoriser(tuple(fit_block(name, spelled, limit=limit) for name in blocks))
