"""The words of a text whose weights decided: shown to staff beside the prediction."""

import re
from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from classifier.linear import Array
from classifier.normalise import normalise
from classifier.tfidf import Vectoriser, character_grams
from classifier.words import words

_LEAST_SHARE = 0.12
_SAYS_SOMETHING = re.compile(r"[一-龥々]|[ァ-ヶ]{2}|[ぁ-ん]{3}|[a-zà-ỹ가-힣]{2}|[가-힣]")


def _word_gains(gains: Mapping[str, float], single: list[str]) -> np.ndarray:
    found = np.array([gains.get(word, 0.0) for word in single])
    for i, (left, right) in enumerate(pairwise(single)):
        found[i : i + 2] += gains.get(f"{left} {right}", 0.0) / 2
    return found


def _character_gains(gains: Mapping[str, float], spelled: str) -> np.ndarray:
    """Gain of every character: that of each sequence it is part of, shared among its characters."""
    found = np.zeros(len(spelled) + 2)
    length, start, end = 1, 0, len(spelled) + 2
    for gram in character_grams(spelled):
        if len(gram) != length or start + length > end:
            length, start = len(gram), 0
        gain = gains.get(gram)
        if gain:
            found[start : start + length] += gain / length
        start += 1
    return found[1:-1]


def _gains(vectoriser: Vectoriser, spelled: str, weights: Array, column: int, rivals: slice) -> list[dict[str, float]]:
    gains, first = [], 0
    for block in vectoriser.blocks:
        positions, values = block.row(spelled)
        rows = weights[positions + first]
        gain = values * (rows[:, column] - rows[:, rivals].mean(axis=1))
        gains.append({block.vocabulary[at]: float(g) for at, g in zip(positions, gain, strict=True)})
        first += len(block.vocabulary)
    return gains


def deciding_words(
    text: str, vectoriser: Vectoriser, weights: Array, column: int, rivals: slice, *, most: int = 5
) -> tuple[str, ...]:
    """Words of the text that spoke for a column against the mean of its rivals, strongest first."""
    spelled = normalise(text)
    single = words(spelled)
    score = np.zeros(len(single))
    for block, gains in zip(vectoriser.blocks, _gains(vectoriser, spelled, weights, column, rivals), strict=True):
        if block.name == "words":
            score += _word_gains(gains, single)
        else:
            score += _spread(_character_gains(gains, spelled), spelled, single)
    total: dict[str, float] = {}
    for word, gain in zip(single, score, strict=True):
        if gain > 0 and _SAYS_SOMETHING.search(word):
            total[word] = max(total.get(word, 0.0), float(gain))
    least = _LEAST_SHARE * sum(total.values())
    ranked = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    return tuple(word for word, gain in ranked[:most] if gain >= least)


def _spread(gains: np.ndarray, spelled: str, single: list[str]) -> np.ndarray:
    found, position = np.zeros(len(single)), 0
    for i, word in enumerate(single):
        start = spelled.find(word, position)
        if start >= 0:
            position = start + len(word)
            found[i] = gains[start:position].sum()
    return found
