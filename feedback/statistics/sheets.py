"""Pure: matters written down for counting, one character a matter and field, and counted by what strings do fast.

A year of a large city is some 300,000 matters. A database takes a second to group them in ten ways; a string of so many
characters is counted in a millisecond. So the matters of a day make a sheet, and a period's sheets laid one after the
other make its `Facts`.
"""

import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import compress
from typing import NamedTuple

LAYOUT = 1
"""Number of the set of columns below; it grows when they change."""
NOTHING = "\0"
"""Not known, or not yet."""
_NEXT = "\1"
_LARGEST = 0xD000
"""Codes stay below the characters that UTF-8 has no form for."""
_DUE_ZERO = 60
_LEVEL = 1


class Field(StrEnum):
    """What matters are counted by, in the order of a sheet's columns."""

    AREA = "area"
    KIND = "kind"
    DEPARTMENT = "department"
    CHANNEL = "channel"
    STATUS = "status"
    OUTCOME = "outcome"
    DISTRICT = "district"
    AGE = "age"
    URGENT = "urgent"
    ANSWERED = "answered"
    DUE = "due"
    SAME = "same"


CODED = tuple(Field)[:8]
"""Fields whose values have codes; the others hold numbers: 0 or 1, for ``answered`` business days and for ``due`` days
after receipt, and for ``same`` 1 when the matter belongs to the submission of the matter before it."""


class Codes:
    """Which character stands for a value of a field. Values not seen before get a new one, told by ``added``."""

    def __init__(self, known: Iterable[tuple[str, str, int]] = ()) -> None:
        self._characters: dict[Field, dict[str | None, str]] = {field: {None: NOTHING} for field in CODED}
        for field, value, code in known:
            self._characters[Field(field)][value] = chr(code)
        self.added: list[tuple[Field, str, int]] = []

    def character(self, field: Field, value: str | None) -> str:
        """The value's character."""
        found = self._characters[field].get(value)
        return self._new(field, value or "") if found is None else found

    def known(self, field: Field) -> Mapping[str | None, str]:
        """All values of a field and their characters."""
        return self._characters[field]

    def values(self, field: Field) -> dict[str, str | None]:
        """The other way round."""
        return {character: value for value, character in self._characters[field].items()}

    def _new(self, field: Field, value: str) -> str:
        code = max(map(ord, self._characters[field].values())) + 1
        if code >= _LARGEST:
            raise OverflowError(f"more values of {field} than a sheet can hold")
        self._characters[field][value] = chr(code)
        self.added.append((field, value, code))
        return chr(code)


class Sheet(NamedTuple):
    """The matters of one day: ``columns`` has for each field a character a matter, field after field."""

    matters: int
    columns: str

    def pack(self) -> bytes:
        """For the database."""
        return zlib.compress(self.columns.encode(), _LEVEL)

    @classmethod
    def unpack(cls, matters: int, packed: bytes) -> "Sheet":
        """From the database."""
        return cls(matters, zlib.decompress(packed).decode())


class Line(NamedTuple):
    """What a matter is counted by. ``answered`` is business days, ``due`` days after receipt."""

    submission_id: int
    values: tuple[str | None, ...]
    urgent: bool
    answered: int | None
    due: int | None


def write_sheet(lines: Sequence[Line], codes: Codes) -> Sheet:
    """The sheet of a day's matters, which come in the order of their submissions."""
    columns: list[str] = []
    for field, values in zip(CODED, zip(*(one.values for one in lines), strict=True), strict=False):
        character = {value: codes.character(field, value) for value in set(values)}
        columns.append("".join(character[value] for value in values))
    columns.append("".join(_NEXT if one.urgent else NOTHING for one in lines))
    columns.append("".join(answered_character(one.answered) for one in lines))
    columns.append("".join(_due_character(one.due) for one in lines))
    before = [None, *(one.submission_id for one in lines)]
    columns.append(
        "".join(_NEXT if one.submission_id == id_ else NOTHING for one, id_ in zip(lines, before, strict=False))
    )
    return Sheet(len(lines), "".join(columns))


def answered_character(days: int | None) -> str:
    """How a sheet writes so many business days from receipt to answer."""
    return NOTHING if days is None else chr(min(max(days, 0), _LARGEST - 2) + 1)


def answered_days(character: str) -> int:
    """The days it stands for."""
    return ord(character) - 1


def _due_character(days: int | None) -> str:
    return NOTHING if days is None else chr(min(max(days, 1 - _DUE_ZERO) + _DUE_ZERO, _LARGEST - 1))


def due_days(character: str) -> int:
    """Days from receipt to the due date that a character stands for (not that of none)."""
    return ord(character) - _DUE_ZERO


@dataclass(frozen=True, slots=True)
class Facts:
    """The matters of some days, in order: how many each day has, and a column for each field."""

    days: tuple[tuple[date, int], ...]
    columns: Mapping[Field, str]

    @classmethod
    def of(cls, sheets: Iterable[tuple[date, Sheet]], fields: Iterable[Field] = Field) -> "Facts":
        """Sheets laid one after the other; they come in the order of their days. ``same`` is always there."""
        found = list(sheets)
        places = {field: place for place, field in enumerate(Field)}
        columns = {
            field: "".join(
                sheet.columns[sheet.matters * places[field] : sheet.matters * (places[field] + 1)] for _, sheet in found
            )
            for field in {*fields, Field.SAME}
        }
        return cls(tuple((day, sheet.matters) for day, sheet in found), columns)

    @property
    def matters(self) -> int:
        """How many 件."""
        return len(self.columns[Field.SAME])

    @property
    def submissions(self) -> int:
        """How many 通: of the matters of one submission only the first counts."""
        return self.columns[Field.SAME].count(NOTHING)

    def count(self, field: Field, characters: Iterable[str] | None = None) -> Counter[str]:
        """How many matters have each character of a field; quicker when told which ones there can be."""
        column = self.columns[field]
        found = Counter({one: column.count(one) for one in (set(column) if characters is None else characters)})
        return +found

    def cross(self, one: Field, other: Field) -> Counter[tuple[str, str]]:
        """How many matters have each pair of characters."""
        try:
            # Pairs of bytes read as one number are counted three times as fast as tuples.
            pairs = bytearray(2 * self.matters)
            pairs[::2], pairs[1::2] = self.columns[one].encode("latin-1"), self.columns[other].encode("latin-1")
        except UnicodeEncodeError:
            return Counter(zip(self.columns[one], self.columns[other], strict=True))
        numbers = Counter(memoryview(pairs).cast("H"))
        return Counter({_pair(number): count for number, count in numbers.items()})

    def between(self, first: date, last: date) -> "Facts":
        """Those received from one day to another."""
        before = sum(size for day, size in self.days if day < first)
        days = tuple((day, size) for day, size in self.days if first <= day <= last)
        end = before + sum(size for _, size in days)
        if end - before == self.matters:
            return Facts(days, self.columns)
        return Facts(days, {field: column[before:end] for field, column in self.columns.items()})

    def by_day(self) -> Iterator[tuple[date, int, int]]:
        """Each day with where its matters begin and end."""
        start = 0
        for day, size in self.days:
            yield day, start, start + size
            start += size

    def by_month(self) -> Iterator[tuple[tuple[int, int], "Facts"]]:
        """Each calendar month with any day, and its matters."""
        for year, month in sorted({(day.year, day.month) for day, _ in self.days}):
            inside = [day for day, _ in self.days if (day.year, day.month) == (year, month)]
            yield (year, month), self.between(inside[0], inside[-1])

    def only(self, wanted: Mapping[Field, Iterable[str]], *, fields: Iterable[Field] = Field) -> "Facts":
        """Those whose fields have one of the characters wanted; with no more columns than ``fields``."""
        mask: int | None = None
        for field, characters in wanted.items():
            found = int.from_bytes(_mask(self.columns[field], frozenset(characters)), "big")
            mask = found if mask is None else mask & found
        return self if mask is None else self._kept(mask.to_bytes(self.matters, "big"), fields)

    def _kept(self, mask: bytes, fields: Iterable[Field]) -> "Facts":
        """Those under a 1. The first that is left of a submission becomes its first."""
        same = bytearray(self.columns[Field.SAME], "latin-1")
        for start, end in _submissions(self.columns[Field.SAME]):
            first = mask.find(1, start, end)
            if first > start:
                same[first] = 0
        columns = {field: "".join(compress(self.columns[field], mask)) for field in fields}
        columns[Field.SAME] = bytes(compress(same, mask)).decode("latin-1")
        days = tuple((day, mask.count(1, start, end)) for day, start, end in self.by_day())
        return Facts(days, columns)


def _pair(number: int) -> tuple[str, str]:
    one, other = number.to_bytes(2, sys.byteorder)
    return chr(one), chr(other)


def _mask(column: str, wanted: frozenset[str]) -> bytes:
    try:
        written = column.encode("latin-1")
    except UnicodeEncodeError:
        return bytes(map(wanted.__contains__, column))
    return written.translate(bytes(chr(code) in wanted for code in range(256)))


def _submissions(same: str) -> Iterator[tuple[int, int]]:
    """Where the matters of submissions with more than one begin and end."""
    at = same.find(_NEXT)
    while at >= 0:
        end = same.find(NOTHING, at)
        end = len(same) if end < 0 else end
        yield at - 1, end
        at = same.find(_NEXT, end)
