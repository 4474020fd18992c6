"""Many regular expressions over one text: most are ruled out by the characters that the text does not have.

What an expression cannot do without is read from the expression itself, so nothing has to be kept in step by hand.
Whatever is not understood of an expression rules nothing out.
"""

import importlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import add
from typing import Any

Clause = frozenset[str]
"""Characters and pairs of neighbours of which a text must have one."""

# The parser has no public name; whatever it says that is not known here counts as "anything".
_parser: Any = importlib.import_module("re._parser")
_MOST_IN_CLASS = 80
# Clauses looked at for each way an expression can match: more rule out hardly anything.
_LOOKED_AT = 3


class Phrases:
    """Expressions, and which of them a text can match at all."""

    def __init__(self, expressions: Sequence[re.Pattern[str]]) -> None:
        ways = [(n, way) for n, one in enumerate(expressions) for way in _ways(one)]
        self._expressions = tuple(n for n, _ in ways)
        tables: list[dict[str, int]] = [defaultdict(int) for _ in range(_LOOKED_AT)]
        # Ways with fewer clauses need nothing of the further tables.
        self._free = [0] * _LOOKED_AT
        for bit, (_, way) in enumerate(ways):
            clauses = sorted(way, key=_how_common)[:_LOOKED_AT]
            for n in range(_LOOKED_AT):
                if n >= len(clauses):
                    self._free[n] |= 1 << bit
                    continue
                for piece in clauses[n]:
                    tables[n][piece] |= 1 << bit
        known = {piece for table in tables for piece in table}
        self._tables = {one: tuple(table.get(one, 0) for table in tables) for one in known}

    def possible(self, text: str) -> list[int]:
        """Numbers of the expressions that may match somewhere in the text, rising; the others do not."""
        first, second, third = self._free
        tables = self._tables
        for piece in tables.keys() & {*text, *map(add, text, text[1:])}:
            one, two, three = tables[piece]
            first |= one
            second |= two
            third |= three
        left = first & second & third
        found: dict[int, None] = {}
        while left:
            lowest = left & -left
            found[self._expressions[lowest.bit_length() - 1]] = None
            left ^= lowest
        return list(found)


def _how_common(clause: Clause) -> tuple[int, list[str]]:
    """Few pieces before many, pairs before single characters, kana last; then any fixed order."""
    return sum(_weight(one) for one in clause), sorted(clause)


def _weight(piece: str) -> int:
    is_kana = all("ぁ" <= one <= "ー" for one in piece)
    return (4 if is_kana else 1) if len(piece) > 1 else (40 if is_kana else 3)


def _ways(expression: re.Pattern[str]) -> list[list[Clause]]:
    """The alternatives of an expression, each as clauses that all must hold."""
    ignores_case = bool(expression.flags & re.IGNORECASE)
    parsed = list(_parser.parse(expression.pattern, expression.flags))
    if len(parsed) == 1 and str(parsed[0][0]) == "BRANCH":
        return [_clauses(branch, ignores_case) for branch in parsed[0][1][1]]
    return [_clauses(parsed, ignores_case)]


def _clauses(items: Iterable[Any], ignores_case: bool) -> list[Clause]:
    """Clauses of a sequence; of two classes of characters side by side also the pairs."""
    found: list[Clause] = []
    before: Clause | None = None
    for name, argument in items:
        told = _of(str(name), argument, ignores_case)
        found += told
        present = told[0] if told and str(name) in {"LITERAL", "IN"} else None
        if before and present and len(before) * len(present) <= _MOST_IN_CLASS:
            found.append(frozenset(one + two for one in before for two in present))
        before = present
    return found


def _of(name: str, argument: Any, ignores_case: bool) -> list[Clause]:
    """Clauses of one piece of an expression; none when it can match anything, or nothing."""
    if name in {"LITERAL", "IN"}:
        return _of_class([("LITERAL", argument)] if name == "LITERAL" else argument, ignores_case)
    if name == "BRANCH":
        return _of_branches([_clauses(branch, ignores_case) for branch in argument[1]])
    if name == "SUBPATTERN":
        return _clauses(argument[3], ignores_case or bool(argument[1] & re.IGNORECASE))
    if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        return _clauses(argument[2], ignores_case) if argument[0] else []
    if name == "ASSERT":
        return _clauses(argument[1], ignores_case)
    return []


def _of_branches(branches: list[list[Clause]]) -> list[Clause]:
    if not all(branches):
        return []
    return [frozenset().union(*(min(branch, key=_how_common) for branch in branches))]


def _of_class(items: Iterable[Any], ignores_case: bool) -> list[Clause]:
    found: set[str] = set()
    for name, argument in items:
        if str(name) == "LITERAL":
            found.add(chr(argument))
        elif str(name) == "RANGE" and argument[1] - argument[0] < _MOST_IN_CLASS:
            found.update(map(chr, range(argument[0], argument[1] + 1)))
        else:
            return []
    if ignores_case and any(one.lower() != one.upper() for one in found):
        return []
    return [frozenset(found)]
