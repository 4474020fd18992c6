"""The words of a text whose weights decided: shown to staff beside the prediction."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.grams import Numbers, Spelled, padded
from classifier.linear import Array
from classifier.tfidf import BlockRows, Rows

Gains = NDArray[np.float64]
_LEAST_SHARE = 0.12
_SAYS_SOMETHING = re.compile(r"[一-龥々]|[ァ-ヶ]{2}|[ぁ-ん]{3}|[a-zà-ỹ가-힣]{2}|[가-힣]")


def _unit_gains(block: BlockRows, gain: Array) -> list[Gains]:
    """Gain of every word or character of each text: that of each gram it is part of, shared among its parts."""
    found = block.found
    each = gain[block.entries] / found.lengths
    total = np.zeros(int(found.units.sum()))
    for shift in range(int(found.lengths.max(initial=0))):
        covers = found.lengths > shift
        total += np.bincount(found.starts[covers] + shift, each[covers], minlength=len(total))
    return np.split(total, np.cumsum(found.units)[:-1])


def _of_words(gains: Gains, spelled: Spelled) -> Gains:
    """Gain of each word: that of its characters."""
    text, position = padded(spelled), 1
    starts, ends = [], []
    for word in spelled.words:
        start = text.find(word, position)
        position = start + len(word) if start >= 0 else position
        starts.append(position - len(word) if start >= 0 else position)
        ends.append(position)
    summed = np.concatenate([[0.0], np.cumsum(gains)])
    return np.asarray(summed[ends] - summed[starts])


def _scores(spelled: Sequence[Spelled], rows: Rows, gains: Sequence[Array], names: Sequence[str]) -> list[Gains]:
    """What each word of each text spoke, from the gains of the entries of each block."""
    scores = [np.zeros(len(each.words)) for each in spelled]
    for name, block, gain in zip(names, rows.blocks, gains, strict=True):
        for i, found in enumerate(_unit_gains(block, gain)):
            scores[i] += found if name == "words" else _of_words(found, spelled[i])
    return scores


def _gains(block: BlockRows, first: int, weights: Array, mean: Array, columns: Numbers) -> Array:
    """What each entry of a block's rows spoke for its text's column, against the mean of the rivals."""
    texts = np.repeat(np.arange(len(columns)), np.diff(block.ends, prepend=0))
    at = block.columns + first
    return np.asarray(block.weights * (weights[at, columns[texts]] - mean[at]))


def _strongest(words: Sequence[str], scores: Gains, most: int) -> tuple[str, ...]:
    total: dict[str, float] = {}
    for word, worth in zip(words, scores.tolist(), strict=True):
        if worth > total.get(word, 0.0) and (word in total or _SAYS_SOMETHING.search(word)):
            total[word] = worth
    least = _LEAST_SHARE * sum(total.values())
    ranked = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    return tuple(word for word, worth in ranked[:most] if worth >= least)


def deciding_words(
    spelled: Sequence[Spelled],
    rows: Rows,
    names: Sequence[str],
    weights: Array,
    columns: Numbers,
    mean: Array,
    *,
    most: int = 5,
) -> list[tuple[str, ...]]:
    """Words of each text that spoke for its column against the mean of its rivals, strongest first.

    ``names`` are those of the blocks; ``mean`` is the rivals' mean weight of each gram.
    """
    gains = [
        _gains(block, first, weights, mean, columns) for block, first in zip(rows.blocks, rows.firsts, strict=True)
    ]
    scored = _scores(spelled, rows, gains, names)
    return [_strongest(each.words, score, most) for each, score in zip(spelled, scored, strict=True)]
