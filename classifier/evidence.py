"""The words of a text whose weights decided: shown to staff beside the prediction."""

import re
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from classifier.linear import Array
from classifier.tfidf import LONGEST_SEQUENCE, Row, Spelled, Vectoriser

Gains = NDArray[np.float64]
_LEAST_SHARE = 0.12
_SAYS_SOMETHING = re.compile(r"[一-龥々]|[ァ-ヶ]{2}|[ぁ-ん]{3}|[a-zà-ỹ가-힣]{2}|[가-힣]")


def _word_gains(gains: dict[str, float], single: list[str]) -> Gains:
    found = np.array([gains.get(word, 0.0) for word in single])
    for i, (left, right) in enumerate(pairwise(single)):
        found[i : i + 2] += gains.get(f"{left} {right}", 0.0) / 2
    return found


def _character_gains(gains: dict[str, float], text: str) -> Gains:
    """Gain of every character: that of each sequence it is part of, shared among its characters."""
    padded = f" {text} "
    found = np.zeros(len(padded))
    for length in range(1, min(LONGEST_SEQUENCE, len(padded)) + 1):
        places = range(len(padded) - length + 1)
        each = np.array([gains.get(padded[i : i + length], 0.0) for i in places]) / length
        for shift in range(length):
            found[shift : shift + len(each)] += each
    return found[1:-1]


def _of_words(gains: Gains, spelled: Spelled) -> Gains:
    found, position = np.zeros(len(spelled.words)), 0
    for i, word in enumerate(spelled.words):
        start = spelled.text.find(word, position)
        if start >= 0:
            position = start + len(word)
            found[i] = gains[start:position].sum()
    return found


def _score(spelled: Spelled, row: Row, gain: Array, vectoriser: Vectoriser) -> Gains:
    score, first = np.zeros(len(spelled.words)), 0
    for block in vectoriser.blocks:
        end = first + len(block.vocabulary)
        inside = (row[0] >= first) & (row[0] < end)
        named = zip((row[0][inside] - first).tolist(), gain[inside].tolist(), strict=True)
        gains = {block.vocabulary[at]: value for at, value in named}
        if block.name == "words":
            score += _word_gains(gains, spelled.words)
        else:
            score += _of_words(_character_gains(gains, spelled.text), spelled)
        first = end
    return score


def deciding_words(
    spelled: Spelled, row: Row, vectoriser: Vectoriser, weights: Array, column: int, rivals: slice, *, most: int = 5
) -> tuple[str, ...]:
    """Words of the text that spoke for a column against the mean of its rivals, strongest first."""
    positions, values = row
    found = weights[positions]
    gain = values * (found[:, column] - found[:, rivals].mean(axis=1))
    total: dict[str, float] = {}
    for word, worth in zip(spelled.words, _score(spelled, row, gain, vectoriser), strict=True):
        if worth > 0 and _SAYS_SOMETHING.search(word):
            total[word] = max(total.get(word, 0.0), float(worth))
    least = _LEAST_SHARE * sum(total.values())
    ranked = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    return tuple(word for word, worth in ranked[:most] if worth >= least)
