"""Pure: what differs between two reports of a kind, table by table and cell by cell."""

from collections.abc import Iterator
from dataclasses import dataclass

from feedback.reports.figures import CellKind, shown
from feedback.reports.tables import Report, Table


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that says something else now. ``before`` is "" for a row that was not there."""

    row: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TableChanges:
    """A table and its changed cells."""

    title: str
    changes: tuple[Change, ...]


def compare(before: Report, after: Report) -> tuple[TableChanges, ...]:
    """Tables that differ; those with citizens' words are left out. Rows are matched by what they are called."""
    earlier = {table.key: table for _, table in before.tables()}
    found = []
    for _, table in after.tables():
        changes = tuple(_changes(earlier.get(table.key), table))
        if changes:
            found.append(TableChanges(table.title, changes))
    return tuple(found)


def _changes(before: Table | None, after: Table) -> Iterator[Change]:
    if any(cell.kind is CellKind.QUOTE for row in after.rows for cell in row.cells):
        return
    earlier = _by_row(before) if before is not None else {}
    names = _by_row(after)
    for name, cells in names.items():
        old = earlier.get(name, ())
        for place, (column, words) in enumerate(zip(after.columns, cells, strict=True)):
            was = old[place] if place < len(old) else ""
            if was != words:
                yield Change(name, column.full, was, words)
    for name in earlier.keys() - names.keys():
        yield Change(name, "", "（行あり）", "（なし）")


def _by_row(table: Table) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in table.rows:
        cells = tuple(map(shown, row.cells))
        kinds = [cell.kind for cell in row.cells]
        leading = next((n for n, kind in enumerate(kinds) if kind is not CellKind.TEXT), len(kinds))
        name = " ".join(filter(None, cells[:leading])).strip()
        while name in found:
            name += " "
        found[name] = cells
    return found
