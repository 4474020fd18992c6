"""Pure: small cells of tables that are published are hidden, and so many others that nobody can reckon them back."""

from collections.abc import Sequence

SMALLEST_SHOWN = 5
"""Cells of 1 to 4 could point to a person."""
Place = tuple[int, int]


def hidden(table: Sequence[Sequence[int]]) -> set[Place]:
    """Which cells of a table, whose last row and column are its sums, must not be shown.

    All from 1 to 4; and in no row or column, sums among them, exactly one, since the others would tell it.
    """
    height, width = len(table), len(table[0]) if table else 0
    found = {(r, c) for r in range(height) for c in range(width) if 0 < table[r][c] < SMALLEST_SHOWN}
    lines = [[(r, c) for c in range(width)] for r in range(height)] + [
        [(r, c) for r in range(height)] for c in range(width)
    ]
    changed = bool(found)
    while changed:
        changed = False
        for line in lines:
            if len(found.intersection(line)) == 1 and (other := _next(table, line, found)) is not None:
                found.add(other)
                changed = True
    return found


def _next(table: Sequence[Sequence[int]], line: Sequence[Place], found: set[Place]) -> Place | None:
    """The smallest cell of a line that is still shown; sums only when nothing else is left."""
    height, width = len(table), len(table[0])

    def cost(place: Place) -> tuple[int, int, Place]:
        row, column = place
        return (row == height - 1) + (column == width - 1), table[row][column], place

    return min((place for place in line if place not in found and table[place[0]][place[1]]), key=cost, default=None)
