"""Japanese words by fugashi and unidic-lite."""

from functools import lru_cache
from typing import Any, NamedTuple


class Word(NamedTuple):
    """A word as written, its dictionary form, and its part of speech as unidic names it, joined by hyphens."""

    surface: str
    lemma: str
    part: str


@lru_cache(maxsize=1)
def _tagger() -> Any:
    # One per process: the dictionary is 250 MB of mapped file, and a second tagger would map it again.
    import fugashi
    import unidic_lite

    return fugashi.GenericTagger(f'-d "{unidic_lite.DICDIR}" -r "{unidic_lite.DICDIR}/dicrc"')


def analyse(text: str) -> list[Word]:
    """Split a text into words with their dictionary forms; languages with spaces are split at them."""
    parsed: str = _tagger().parse(text.replace("\x00", " ").replace("\n", " "))
    found = []
    for line in parsed.split("\n"):
        columns = line.split("\t")
        if len(columns) > 4:
            found.append(Word(columns[0], columns[3], columns[4]))
    return found


def words(text: str) -> list[str]:
    """Split a text into words as written."""
    return [word.surface for word in analyse(text)]
