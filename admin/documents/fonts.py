"""The fonts of printed documents: Noto Sans CJK JP from wheels, so that every machine prints the same."""

import re
import struct
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import noto_cjk_sans_jp_bold
import noto_cjk_sans_jp_regular

FAMILY = "Noto Sans CJK JP"
MISSING = "〓"
"""Stands where the fonts have no character (げた), as in proofs."""
_BY_RANGES = (3, 10)  # the character map of Windows that reaches beyond 16 bits
_SELECTORS = ((0xFE00, 0xFE0D), (0xE0100, 0xE01EF))  # which form of a 漢字 is meant (異体字)


def folders() -> list[str]:
    """Where the font files lie."""
    return [str(Path(str(package.__file__)).parent) for package in (noto_cjk_sans_jp_regular, noto_cjk_sans_jp_bold)]


def printable(text: str) -> str:
    """The text with 〓 for what cannot be printed, such as emoji; control characters go, line breaks stay."""
    return _unprintable().sub(MISSING, _DROPPED.sub("", text))


def printable_in(value: object) -> object:
    """The same for every text in lists and mappings."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {str(key): printable_in(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [printable_in(one) for one in value]
    return value


def unprintable(text: str) -> list[str]:
    """The different characters that would be printed as 〓, in their order."""
    return list(dict.fromkeys(_unprintable().findall(_DROPPED.sub("", text))))


# Joiners and selectors of emoji, direction marks and control characters have no shape of their own.
_DROPPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200c-\u200f\u2028-\u202e\u2060-\u206f\ufe0e\ufe0f\ufeff]")


@cache
def _unprintable() -> re.Pattern[str]:
    spans = [*_covered(), *_SELECTORS, (0x09, 0x0A)]
    allowed = "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in sorted(spans))
    return re.compile(f"[^{allowed}]")


def _covered() -> list[tuple[int, int]]:
    """First and last characters of the runs that the font has (its table ``cmap``, format 12)."""
    font = next(Path(folders()[0]).glob("*.otf")).read_bytes()
    (tables,) = struct.unpack_from(">H", font, 4)
    places = {font[at : at + 4]: struct.unpack_from(">II", font, at + 8)[0] for at in range(12, 12 + 16 * tables, 16)}
    cmap = places[b"cmap"]
    (maps,) = struct.unpack_from(">H", font, cmap + 2)
    records = [struct.unpack_from(">HHI", font, cmap + 4 + 8 * one) for one in range(maps)]
    start = cmap + next(offset for platform, encoding, offset in records if (platform, encoding) == _BY_RANGES)
    (groups,) = struct.unpack_from(">I", font, start + 12)
    rows = (struct.unpack_from(">III", font, start + 16 + 12 * one) for one in range(groups))
    return [(first, last) for first, last, glyph in rows if glyph]
