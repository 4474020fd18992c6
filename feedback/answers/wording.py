"""Pure: gentle hints on the words of an answer. They never stop anybody, but for what was left to fill in."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from feedback import masking
from feedback.answers.rules import unresolved
from feedback.opinions.rules import pieces

LONGEST_SENTENCE: Final = 60
_HUMBLE: Final = re.compile(r"させていただ")
_MOST_HUMBLE: Final = 1


class HintKind(StrEnum):
    """What a hint is about."""

    UNRESOLVED = "unresolved"
    PERSONAL = "personal"
    LONG = "long"
    JARGON = "jargon"
    HONORIFIC = "honorific"
    CANNED = "canned"


HINT_NAMES = {
    HintKind.UNRESOLVED: "書き残し",
    HintKind.PERSONAL: "個人情報",
    HintKind.LONG: "長い文",
    HintKind.JARGON: "専門用語",
    HintKind.HONORIFIC: "敬語",
    HintKind.CANNED: "決まり文句",
}


@dataclass(frozen=True, slots=True)
class Hint:
    """Something to look at again: characters ``start`` to ``end`` (exclusive), and why."""

    start: int
    end: int
    kind: HintKind
    message: str


@dataclass(frozen=True, slots=True)
class Wordlist:
    """Words to look out for, each with what is better."""

    plainer: Mapping[str, str]
    honorific: Mapping[str, str]
    canned: Mapping[str, str]


@cache
def load(path: Path | None = None) -> Wordlist:
    """The city's own list, or the one shipped. ValueError when the file is no list of words."""
    source = path if path is not None else files("feedback.answers").joinpath("wording.toml")
    tables = tomllib.loads(source.read_text("utf-8"))
    return Wordlist(*({str(k): str(v) for k, v in tables.get(name, {}).items()} for name in _TABLES))


_TABLES: Final = ("plainer", "honorific", "canned")


def check(text: str, words: Wordlist) -> list[Hint]:
    """All hints on a text, in the order of the text."""
    found = [
        *(Hint(start, end, HintKind.UNRESOLVED, "まだ書き込まれていません。") for start, end in unresolved(text)),
        *(
            Hint(span.start, span.end, HintKind.PERSONAL, "個人情報のようです。書く必要があるか確かめてください。")
            for span in masking.find(text)
        ),
        *_long_sentences(text),
        *_listed(text, words.plainer, HintKind.JARGON, "「{word}」は「{better}」と書くと伝わりやすくなります。"),
        *_listed(text, words.honorific, HintKind.HONORIFIC, "敬語が重なっています。「{better}」で足ります。"),
        *_listed(text, words.canned, HintKind.CANNED, "決まり文句です。{better}"),
        *_too_humble(text),
    ]
    return sorted(found, key=lambda hint: (hint.start, hint.end, hint.kind))


def _long_sentences(text: str) -> Iterator[Hint]:
    start = 0
    for piece in pieces(text):
        length = len(piece.strip())
        if length > LONGEST_SENTENCE:
            begin = start + len(piece) - len(piece.lstrip())
            message = f"{length}文字の長い文です。{LONGEST_SENTENCE}文字までに分けると読みやすくなります。"
            yield Hint(begin, begin + length, HintKind.LONG, message)
        start += len(piece)


def _listed(text: str, words: Mapping[str, str], kind: HintKind, message: str) -> Iterator[Hint]:
    covered = [False] * len(text)
    for word in sorted(words, key=len, reverse=True):
        start = text.find(word) if word else -1
        while start >= 0:
            end = start + len(word)
            if not any(covered[start:end]):
                covered[start:end] = [True] * len(word)
                yield Hint(start, end, kind, message.format(word=word, better=words[word]))
            start = text.find(word, end)


def _too_humble(text: str) -> Iterator[Hint]:
    found = list(_HUMBLE.finditer(text))
    for match in found[_MOST_HUMBLE:]:
        yield Hint(
            match.start(), match.end(), HintKind.HONORIFIC, "「させていただく」が続いています。「します」で足ります。"
        )
