"""What a text is about, in its own words: nouns and runs of nouns, as written and in the dictionary's form."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from classifier.lexicon import word_lists
from classifier.normalise import normalise
from classifier.words import dictionary_was_opened

LONGEST_RUN = 3
"""Nouns in a row that make one term, such as 子育て|支援|センター."""
_SHORTEST = 2


class _Word(NamedTuple):
    surface: str
    lemma: str
    part: str


@lru_cache(maxsize=1)
def _tagger() -> Any:
    # Beside the one of `classifier.words`, which leaves out the dictionary forms, to be quick.
    import fugashi
    import unidic_lite

    tagger = fugashi.GenericTagger(f'-d "{unidic_lite.DICDIR}" -r "{unidic_lite.DICDIR}/dicrc"')
    dictionary_was_opened()
    return tagger


def _analyse(text: str) -> list[_Word]:
    parsed: str = _tagger().parse(text.replace("\x00", " ").replace("\n", " "))
    rows = (line.split("\t") for line in parsed.split("\n"))
    return [_Word(row[0], row[3], row[4]) for row in rows if len(row) > 4]


@cache
def _generic() -> frozenset[str]:
    """Words that say nothing about the subject, whoever writes them."""
    return frozenset(word_lists("generic")["words"])


@dataclass(frozen=True, slots=True)
class Term:
    """A term: ``key`` is the same for every spelling of it, ``written`` is how this text has it."""

    key: str
    written: str


def terms(text: str) -> list[Term]:
    """The terms of a text, each key once, in the order of their first appearance."""
    found: dict[str, Term] = {}
    run: list[_Word] = []
    for word in [*_analyse(normalise(text)), _Word("", "", "")]:
        if _in_run(word):
            run.append(word)
            continue
        for one in _of_run(run):
            found.setdefault(one.key, one)
        run = []
    return list(found.values())


def _in_run(word: _Word) -> bool:
    if word.part.startswith(("接頭辞", "接尾辞-名詞的")):
        return "助数詞" not in word.part
    return word.part.startswith(("名詞-普通名詞", "名詞-固有名詞")) and "副詞可能" not in word.part


def _of_run(run: list[_Word]) -> list[Term]:
    made = []
    for start, first in enumerate(run):
        if first.part.startswith("接尾辞"):
            continue
        for end in range(start + 1, min(start + LONGEST_RUN, len(run)) + 1):
            # 図書 without 館, and お before anything, are halves of words.
            if run[end - 1].part.startswith("接頭辞") or (end < len(run) and run[end].part.startswith("接尾辞")):
                continue
            written = "".join(word.surface for word in run[start:end])
            if len(written) >= _SHORTEST and written not in _generic() and not written.isascii():
                key = "|".join(word.lemma.split("-")[0] for word in run[start:end])
                made.append(Term(key, written))
    return made
