"""Pure: cuts a text into segments that are masked as personal data, evidence of the model, or found by a search."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from feedback import masking
from feedback.ports import PersonalDataSpan

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of a text with the same marks."""

    text: str
    personal: bool = False
    evidence: bool = False
    found: bool = False


def spans_of(text: str, words: Iterable[str]) -> list[Span]:
    """Where any of the words stand, whatever their width, case or the white space between."""
    folded, origin = _folded(text)
    spans = []
    for word in words:
        needle, _ = _folded(word)
        start = folded.find(needle) if needle else -1
        while start >= 0:
            end = start + len(needle)
            spans.append((origin[start][0], origin[end - 1][1]))
            start = folded.find(needle, end)
    return spans


def segments(
    text: str,
    *,
    personal: Iterable[PersonalDataSpan] = (),
    evidence: Iterable[str] = (),
    found: Iterable[str] = (),
) -> list[Segment]:
    """The text in segments; joined they are the text. What patterns see as personal data is added to ``personal``."""
    spans_personal = [(one.start, one.end) for one in (*personal, *masking.find(text))]
    layers = [
        _covered(text, spans_personal),
        _covered(text, spans_of(text, evidence)),
        _covered(text, spans_of(text, found)),
    ]
    result: list[Segment] = []
    start = 0
    for position in range(1, len(text) + 1):
        if position == len(text) or any(layer[position] != layer[start] for layer in layers):
            result.append(Segment(text[start:position], *(layer[start] for layer in layers)))
            start = position
    return result


def excerpt(text: str, *, words: Sequence[str] = (), length: int = 110) -> list[Segment]:
    """The beginning of a text on one line, with what was searched for; begins later when that stands later."""
    line = " ".join(text.split())
    hits = spans_of(line, words)
    start = 0
    if hits and min(hits)[0] > length - 20:
        start = max(0, min(hits)[0] - 30)
    cut = line[start : start + length]
    cut = ("…" if start else "") + cut + ("…" if start + length < len(line) else "")
    return found_in(cut, words=words)


def found_in(text: str, *, words: Sequence[str]) -> list[Segment]:
    """The whole text, with what was searched for marked."""
    covered = _covered(text, spans_of(text, words))
    result: list[Segment] = []
    begin = 0
    for position in range(1, len(text) + 1):
        if position == len(text) or covered[position] != covered[begin]:
            result.append(Segment(text[begin:position], found=covered[begin]))
            begin = position
    return result


def _folded(text: str) -> tuple[str, list[Span]]:
    """The text without width, case and white space, and for each of its letters where it stood."""
    letters: list[str] = []
    origin: list[Span] = []
    for start, end in _clusters(text):
        for folded in unicodedata.normalize("NFKC", text[start:end]).casefold():
            if not folded.isspace():
                letters.append(folded)
                origin.append((start, end))
    return "".join(letters), origin


def _clusters(text: str) -> Iterator[Span]:
    """Letters with the marks that belong to them: half-width ﾊ and ﾞ are one letter."""
    start = 0
    for position in range(1, len(text) + 1):
        if position == len(text) or not unicodedata.combining(unicodedata.normalize("NFKC", text[position])[0]):
            yield start, position
            start = position


def _covered(text: str, spans: Iterable[Span]) -> list[bool]:
    covered = [False] * len(text)
    for start, end in spans:
        for position in range(max(start, 0), min(end, len(text))):
            covered[position] = True
    return covered
