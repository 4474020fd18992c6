"""The grams of a text: words and pairs of words, sequences of characters; and finding the known ones of many texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, repeat
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from classifier.normalise import normalise
from classifier.words import GIVEN_NAME, SURNAME, analyse

Numbers = NDArray[np.int64]
LONGEST_SEQUENCE = 4
# Four characters of a sequence are one number of 64 bits.
_BITS = 16
_UNICODE = 0x110000
_NO_NUMBER = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text as the models see it, its words, and whether one is a name: found once, used by all."""

    text: str
    words: list[str]
    named: bool = False


def spell(text: str) -> Spelled:
    """Normalise a text as a citizen wrote it and split it into words."""
    spelled = normalise(text)
    words, parts = analyse(spelled)
    return Spelled(spelled, words, SURNAME in parts or GIVEN_NAME in parts)


def word_grams(spelled: Spelled) -> list[str]:
    """Words and pairs of neighbouring words."""
    single = spelled.words
    return single + [f"{left} {right}" for left, right in pairwise(single)]


def padded(spelled: Spelled) -> str:
    """The text with a space around it: sequences know where it begins and ends."""
    return f" {spelled.text} "


def character_grams(spelled: Spelled) -> list[str]:
    """Sequences of one to four characters of the padded text."""
    text = padded(spelled)
    end = len(text) + 1
    return [text[i - n : i] for n in range(1, LONGEST_SEQUENCE + 1) for i in range(n, end)]


@dataclass(frozen=True, slots=True)
class Found:
    """Known grams of several texts, one entry an occurrence.

    ``units`` says how many units (words, or characters of the padded text) each text has; ``starts`` counts
    them through all texts, so that a gram covers the units from ``starts`` to ``starts + lengths``.
    """

    texts: Numbers
    columns: Numbers
    starts: Numbers
    lengths: Numbers
    units: Numbers


class Index(Protocol):
    """Finds the grams of a vocabulary in texts."""

    def find(self, spelled: Sequence[Spelled]) -> Found:
        """All occurrences, column by place in the vocabulary."""


class WordIndex:
    """Words and pairs, by their spelling."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._index = {gram: i for i, gram in enumerate(vocabulary)}

    def find(self, spelled: Sequence[Spelled]) -> Found:
        """Occurrences; the units are words."""
        get = self._index.get
        units = np.array([len(each.words) for each in spelled], dtype=np.int64)
        looked_up = [[get(gram, -1) for gram in word_grams(each)] for each in spelled]
        places = [chain(range(n), range(n - 1)) for n in units.tolist()]
        columns = np.fromiter(chain.from_iterable(looked_up), dtype=np.int64)
        within = np.fromiter(chain.from_iterable(places), dtype=np.int64)
        lengths = np.fromiter(
            chain.from_iterable(chain(repeat(1, n), repeat(2, n - 1)) for n in units.tolist()), dtype=np.int64
        )
        texts = np.repeat(np.arange(len(spelled)), [len(each) for each in looked_up])
        starts = within + (np.cumsum(units) - units)[texts]
        known = columns >= 0
        return Found(texts[known], columns[known], starts[known], lengths[known], units)


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


class CharacterIndex:
    """Sequences of characters: each is one number, looked up in the sorted numbers of the vocabulary.

    The vocabulary is sorted by code points, and with every sequence it has all that this one begins with.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._alphabet = np.zeros(_UNICODE, dtype=np.uint64)
        codes = _codes("".join(vocabulary))
        characters = np.unique(codes)
        self._alphabet[characters] = np.arange(1, len(characters) + 1)
        if len(characters) >= 1 << _BITS:
            raise ValueError("more kinds of characters than a vocabulary holds")
        lengths = np.fromiter(map(len, vocabulary), dtype=np.int64, count=len(vocabulary))
        letters = np.zeros((len(vocabulary), LONGEST_SEQUENCE), dtype=np.uint64)
        letters[np.arange(LONGEST_SEQUENCE) < lengths[:, None]] = self._alphabet[codes]
        numbers = sum((_shifted(letters[:, n], n) for n in range(LONGEST_SEQUENCE)), np.uint64(0))
        # One number more than there are, which none is: searching never leads past the end.
        self._numbers = np.append(numbers, np.uint64(_NO_NUMBER))

    def find(self, spelled: Sequence[Spelled]) -> Found:
        """Occurrences; the units are the characters of the padded texts."""
        texts = [padded(each) for each in spelled]
        units = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        owner = np.repeat(np.arange(len(texts)), units)
        letters = self._alphabet[_codes("".join(texts))]
        last = np.repeat(np.cumsum(units), units)
        starts = np.arange(len(letters))
        numbers = np.zeros(len(letters), dtype=np.uint64)
        found: list[tuple[Numbers, Numbers]] = []
        for n in range(LONGEST_SEQUENCE):
            inside = starts + n < last[starts]
            starts, numbers = starts[inside], numbers[inside]
            letter = letters[starts + n]
            numbers = numbers | _shifted(letter, n)
            at = np.searchsorted(self._numbers, numbers)
            known = (letter > 0) & (self._numbers[at] == numbers)
            # What is not known with n characters is not known with more.
            starts, numbers = starts[known], numbers[known]
            found.append((starts, at[known]))
        where = np.concatenate([start for start, _ in found])
        lengths = np.repeat(np.arange(1, LONGEST_SEQUENCE + 1), [len(start) for start, _ in found])
        return Found(owner[where], np.concatenate([at for _, at in found]), where, lengths, units)


def _shifted(letters: NDArray[np.uint64], place: int) -> NDArray[np.uint64]:
    return letters << np.uint64(_BITS * (LONGEST_SEQUENCE - 1 - place))


GRAMS = {"words": word_grams, "characters": character_grams}
INDEX: dict[str, type[WordIndex | CharacterIndex]] = {"words": WordIndex, "characters": CharacterIndex}
