"""Pure: what a report is made of, and its form as JSON, in which it is stored and hashed."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from feedback.reports.figures import Cell, CellKind


class ReportKind(StrEnum):
    """Which report."""

    MONTHLY = "monthly"
    ANNUAL = "annual"
    CASES = "cases"
    DEPARTMENT = "department"
    THEME = "theme"
    COUNCIL = "council"


KIND_NAMES = {
    ReportKind.MONTHLY: "月次広聴報告",
    ReportKind.ANNUAL: "広聴年報",
    ReportKind.CASES: "市民の声 反映事例集",
    ReportKind.DEPARTMENT: "担当課別 広聴報告",
    ReportKind.THEME: "テーマ別 意見のまとめ",
    ReportKind.COUNCIL: "議会答弁資料",
}


class ChartKind(StrEnum):
    """How a chart draws its series."""

    COLUMNS = "columns"
    BARS = "bars"
    LINES = "lines"
    STACKED = "stacked"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of some columns (numbered from 0) over the plain rows of its table."""

    kind: ChartKind
    series: tuple[int, ...]
    description: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column; neighbours of the same ``group`` stand under one heading. ``wide``: sentences stand in it."""

    title: str
    group: str = ""
    wide: bool = False

    @property
    def full(self) -> str:
        """Heading of one line."""
        return f"{self.group} {self.title}".strip()


@dataclass(frozen=True, slots=True)
class Row:
    """A row; the first cell names it. ``total``: it sums rows up, and charts leave it out."""

    cells: tuple[Cell, ...]
    total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table. ``absence``: why there is nothing to show, in place of rows.

    ``sums_to``: its counts in this column are all matters counted, which the reconciliation looks after.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unit: str = ""
    notes: tuple[str, ...] = ()
    chart: Chart | None = None
    absence: str = ""
    sums_to: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report with its tables; staff write a commentary (所見) under its key."""

    key: str
    title: str
    lead: str
    tables: tuple[Table, ...]
    commentary: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the figures on the front page."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not add up: what, by how much, and where to look (receipt numbers, ids; never words)."""

    what: str
    count: int
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What makes a report reproducible. ``cut_off``: the last change of the data it was made of."""

    cut_off: datetime
    taxonomy: str
    model: str
    seed: str
    software: str


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. ``period_name`` is printed; ``first`` and ``last`` are its days in Japan."""

    kind: ReportKind
    title: str
    subtitle: str
    city: str
    period_name: str
    first: date
    last: date
    complete: bool
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    stamp: Stamp
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def adds_up(self) -> bool:
        """Whether everything received is accounted for."""
        return not self.differences

    def tables(self) -> Iterator[tuple[int, Table]]:
        """All tables in order, numbered from 1."""
        every = (table for section in self.sections for table in section.tables)
        yield from enumerate(every, start=1)


def with_commentary(report: Report, words: Mapping[str, str]) -> Report:
    """The report with the commentaries of its sections, by key."""
    sections = tuple(replace(one, commentary=words.get(one.key, "")) for one in report.sections)
    return replace(report, sections=sections)


def with_cells(report: Report, change: Callable[[Cell], Cell]) -> Report:
    """The report with every quote changed by a function."""

    def of_table(table: Table) -> Table:
        rows = tuple(
            replace(row, cells=tuple(change(c) if c.kind is CellKind.QUOTE else c for c in row.cells))
            for row in table.rows
        )
        return replace(table, rows=rows)

    sections = tuple(replace(one, tables=tuple(map(of_table, one.tables))) for one in report.sections)
    return replace(report, sections=sections)


def quotes(report: Report) -> dict[int, str]:
    """The citizens' words in a report, by matter."""
    return {
        cell.matter_id: cell.value
        for _, table in report.tables()
        for row in table.rows
        for cell in row.cells
        if cell.matter_id is not None and isinstance(cell.value, str)
    }


def to_json(report: Report) -> str:
    """The report as canonical JSON: equal reports are equal texts."""
    return json.dumps(_plain(report), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def digest(report: Report) -> str:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(to_json(report).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | datetime | date):
        return value.isoformat() if isinstance(value, date) else str(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def from_json(words: str) -> Report:
    """The report that `to_json` wrote."""
    stored = json.loads(words)
    return Report(
        **stored
        | {
            "kind": ReportKind(stored["kind"]),
            "first": date.fromisoformat(stored["first"]),
            "last": date.fromisoformat(stored["last"]),
            "figures": tuple(Figure(**one) for one in stored["figures"]),
            "sections": tuple(_section(one) for one in stored["sections"]),
            "stamp": Stamp(**stored["stamp"] | {"cut_off": datetime.fromisoformat(stored["stamp"]["cut_off"])}),
            "differences": tuple(Difference(**one | {"where": tuple(one["where"])}) for one in stored["differences"]),
            "notes": tuple(stored["notes"]),
        }
    )


def _section(stored: dict[str, Any]) -> Section:
    return Section(**stored | {"tables": tuple(_table(one) for one in stored["tables"])})


def _table(stored: dict[str, Any]) -> Table:
    chart = stored["chart"]
    return Table(
        **stored
        | {
            "columns": tuple(Column(**one) for one in stored["columns"]),
            "rows": tuple(Row(tuple(map(_cell, one["cells"])), one["total"]) for one in stored["rows"]),
            "notes": tuple(stored["notes"]),
            "chart": Chart(ChartKind(chart["kind"]), tuple(chart["series"]), chart["description"]) if chart else None,
        }
    )


_DECIMAL = frozenset({CellKind.SHARE, CellKind.RATE, CellKind.AMOUNT})


def _cell(stored: dict[str, Any]) -> Cell:
    kind = CellKind(stored["kind"])
    value = stored["value"]
    return Cell(**stored | {"kind": kind, "value": Decimal(value) if kind in _DECIMAL and value is not None else value})
