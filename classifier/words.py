"""Japanese words by fugashi and unidic-lite."""

import ctypes
import mmap
from functools import lru_cache
from pathlib import Path
from typing import Any

# After so many characters the dictionary's pages are given back: they stay in the system's cache, so that reading on
# costs next to nothing, and a process is 100 MB smaller.
_RELEASED_EVERY = 12_000
# Halves of characters beyond 16 bits cannot be handed to the dictionary.
_HALVES = map(chr, range(0xD800, 0xE000))
_SPACED = str.maketrans(dict.fromkeys(["\x00", "\t", "\n", *_HALVES], " "))


SURNAME, GIVEN_NAME = "姓", "名"
# Set for all words at once: a line of ten columns for each of them took longer than finding the words.
_OUTPUT = Path(__file__).parent / "lexicon" / "mecabrc.txt"


@lru_cache(maxsize=1)
def _tagger() -> Any:
    # One per process: the dictionary is 250 MB of mapped file, and a second tagger would map it again.
    import fugashi
    import unidic_lite

    return fugashi.GenericTagger(f'-d "{unidic_lite.DICDIR}" -r "{_OUTPUT}" -O marked')


@lru_cache(maxsize=1)
def _dictionary_pages() -> tuple[tuple[int, int], ...]:
    """Start and length of the mapped dictionary in this process; nothing where the system does not tell."""
    import unidic_lite

    maps = Path("/proc/self/maps")
    if not maps.exists() or not hasattr(mmap, "MADV_DONTNEED"):
        return ()
    dictionary = str((Path(unidic_lite.DICDIR) / "sys.dic").resolve())
    spans = [line.split(maxsplit=1)[0] for line in maps.read_text().splitlines() if line.endswith(dictionary)]
    ends = [(int(first, 16), int(last, 16)) for first, last in (span.split("-") for span in spans)]
    return tuple((first, last - first) for first, last in ends)


def dictionary_was_opened() -> None:
    """Another tagger has mapped the dictionary once more: its pages are to be given back too."""
    _dictionary_pages.cache_clear()


def release_dictionary() -> None:
    """Give the dictionary's pages back to the system; they are read again from its cache when needed."""
    for start, length in _dictionary_pages():
        ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(length), mmap.MADV_DONTNEED)


class _Reading:
    """How many characters were looked up since the pages were given back; an error by a race does no harm."""

    characters = 0

    def add(self, count: int) -> None:
        self.characters += count
        if self.characters >= _RELEASED_EVERY:
            self.characters = 0
            release_dictionary()


_reading = _Reading()


def analyse(text: str) -> tuple[list[str], list[str]]:
    """Split a text into words as written, and say of each ``SURNAME``, ``GIVEN_NAME`` or something else.

    Languages with spaces are split at them.
    """
    _reading.add(len(text))
    parsed: str = _tagger().parse(text.translate(_SPACED))
    columns = parsed.replace("\n", "\t").split("\t")
    found, parts = columns[0::2], columns[1::2]
    if not found[-1]:
        found.pop()
    # The end of the last line is not given.
    return found, parts + [""] * (len(found) - len(parts))


def words(text: str) -> list[str]:
    """Split a text into words as written."""
    return analyse(text)[0]
