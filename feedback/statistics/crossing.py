"""Cross tables: matters by two of the things they are counted by, beside the same days of the year before."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from feedback.clock import fiscal_year, fiscal_year_name
from feedback.statistics import keeping
from feedback.statistics.answering import BANDS
from feedback.statistics.dashboard import Names
from feedback.statistics.filters import FigureFilter
from feedback.statistics.sheets import NOTHING, Facts, Field, answered_days
from feedback.statistics.suppressing import SMALLEST_SHOWN, hidden
from feedback.taxonomy.mapping import area_mapping


class Dimension(StrEnum):
    """What the rows or the columns of a cross table are."""

    AREA = "area"
    KIND = "kind"
    DEPARTMENT = "department"
    CHANNEL = "channel"
    STATUS = "status"
    OUTCOME = "outcome"
    DISTRICT = "district"
    AGE = "age"
    DAYS = "days"
    MONTH = "month"
    YEAR = "year"


DIMENSION_NAMES = {
    Dimension.AREA: "分野",
    Dimension.KIND: "種別",
    Dimension.DEPARTMENT: "担当課",
    Dimension.CHANNEL: "受付方法",
    Dimension.STATUS: "対応状況",
    Dimension.OUTCOME: "対応区分",
    Dimension.DISTRICT: "地区",
    Dimension.AGE: "年代",
    Dimension.DAYS: "回答までの営業日数",
    Dimension.MONTH: "受付月",
    Dimension.YEAR: "受付年度",
}
_TIME = frozenset({Dimension.MONTH, Dimension.YEAR})
_NOT_ANSWERED = "unanswered"
_BAND_NAMES = {key: name for key, name, _, _ in BANDS} | {_NOT_ANSWERED: "回答の記録なし"}


class Show(StrEnum):
    """What stands in the cells."""

    COUNT = "count"
    ROW = "row"
    COLUMN = "column"
    CHANGE = "change"


SHOW_NAMES = {
    Show.COUNT: "件数",
    Show.ROW: "横計に占める割合（％）",
    Show.COLUMN: "縦計に占める割合（％）",
    Show.CHANGE: "前年同期との差（△は減少）",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """How many matters, and how many a year before; None: too few to be published. Shares are of their line."""

    count: int | None
    before: int | None
    of_row: float | None
    of_column: float | None

    @property
    def change(self) -> int | None:
        """How many more than a year before."""
        return None if self.count is None or self.before is None else self.count - self.before


@dataclass(frozen=True, slots=True)
class Grid:
    """A cross table. Keys and names of rows and columns; ``cells`` have one row and one column more: the sums."""

    rows: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    cells: tuple[tuple[Cell, ...], ...]
    submissions: int

    @property
    def total(self) -> Cell:
        """All of it."""
        return self.cells[-1][-1]

    @property
    def hides(self) -> bool:
        """Whether any cell is not shown."""
        return any(cell.count is None for row in self.cells for cell in row)


def cross(
    session: Session, wanted: FigureFilter, rows: Dimension, columns: Dimension, *, published: bool = False
) -> Grid:
    """Count matters by two dimensions. ``published``: small cells are hidden, and what would tell them."""
    first = min(wanted.first, wanted.year_before.first)
    loaded = keeping.load(session, first, wanted.last)
    mapping = area_mapping(session)
    facts = loaded.facts.only(wanted.characters(loaded.codes, mapping))
    names = Names(session, loaded.codes, mapping)
    now = facts.between(wanted.first, wanted.last)
    counts = _pairs(now, rows, columns, names)
    before = _pairs(
        facts.between(wanted.year_before.first, wanted.year_before.last), rows, columns, names, years_later=1
    )
    row_keys, column_keys = _keys(counts, 0, rows, names), _keys(counts, 1, columns, names)
    table, earlier = _with_sums(counts, row_keys, column_keys), _with_sums(before, row_keys, column_keys)
    return Grid(
        tuple((key, _name(rows, key, names)) for key in row_keys),
        tuple((key, _name(columns, key, names)) for key in column_keys),
        _cells(table, earlier, published=published),
        now.submissions,
    )


def _pairs(
    facts: Facts, rows: Dimension, columns: Dimension, names: Names, *, years_later: int = 0
) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    if rows in _TIME or columns in _TIME:
        for (year, month), part in facts.by_month():
            at = (year + years_later, month)
            for (row, column), count in _of_month(part, at, rows, columns, names).items():
                found[row, column] += count
        return found
    one, other = _key_of(rows, names), _key_of(columns, names)
    for (row, column), count in facts.cross(_field(rows), _field(columns)).items():
        found[one(row), other(column)] += count
    return found


def _of_month(
    part: Facts, at: tuple[int, int], rows: Dimension, columns: Dimension, names: Names
) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    if rows in _TIME and columns in _TIME:
        return Counter({(_time(rows, at), _time(columns, at)): part.matters} if part.matters else {})
    dimension = columns if rows in _TIME else rows
    key = _key_of(dimension, names)
    for character, count in part.count(_field(dimension)).items():
        pair = (_time(rows, at), key(character)) if rows in _TIME else (key(character), _time(columns, at))
        found[pair] += count
    return found


def _field(dimension: Dimension) -> Field:
    return Field.ANSWERED if dimension is Dimension.DAYS else Field(dimension)


def _key_of(dimension: Dimension, names: Names) -> Callable[[str], str]:
    if dimension is Dimension.DAYS:
        return _band
    field = Field(dimension)
    keys = {character: next(iter(names.by_key(field, {character: 1}))) for character in names.codes.values(field)}
    return keys.__getitem__


def _band(character: str) -> str:
    if character == NOTHING:
        return _NOT_ANSWERED
    days = answered_days(character)
    return next(key for key, _, least, most in BANDS if days >= least and (most is None or days <= most))


def _time(dimension: Dimension, at: tuple[int, int]) -> str:
    return f"{at[0]:04d}-{at[1]:02d}" if dimension is Dimension.MONTH else str(fiscal_year(date(*at, 1)))


def _keys(counts: Counter[tuple[str, str]], place: int, dimension: Dimension, names: Names) -> list[str]:
    """What there is of a dimension, in its own order, else the largest first; what is not known comes last."""
    sums: Counter[str] = Counter()
    for pair, count in counts.items():
        sums[pair[place]] += count
    if dimension in _TIME:
        return sorted(sums)
    order = list(_BAND_NAMES) if dimension is Dimension.DAYS else names.order(Field(dimension))
    ranks = {key: rank for rank, key in enumerate(order)}
    return sorted(sums, key=lambda key: (key == "none", ranks.get(key, len(ranks)), -sums[key], key))


def _name(dimension: Dimension, key: str, names: Names) -> str:
    if dimension is Dimension.DAYS:
        return _BAND_NAMES[key]
    if dimension is Dimension.MONTH:
        return f"{key[:4]}年{int(key[5:])}月"
    return fiscal_year_name(int(key)) if dimension is Dimension.YEAR else names.name(Field(dimension), key)


def _with_sums(counts: Mapping[tuple[str, str], int], rows: Sequence[str], columns: Sequence[str]) -> list[list[int]]:
    table = [[counts.get((row, column), 0) for column in columns] for row in rows]
    table = [[*row, sum(row)] for row in table]
    return [*table, [sum(row[place] for row in table) for place in range(len(columns) + 1)]]


def _cells(table: list[list[int]], before: list[list[int]], *, published: bool) -> tuple[tuple[Cell, ...], ...]:
    gone = hidden(table) if published else set()
    gone_before = hidden(before) if published else set()

    def cell(row: int, column: int) -> Cell:
        if (row, column) in gone:
            return Cell(None, None, None, None)
        count = table[row][column]
        return Cell(
            count,
            None if (row, column) in gone_before else before[row][column],
            None if (row, len(table[0]) - 1) in gone else _share(count, table[row][-1]),
            None if (len(table) - 1, column) in gone else _share(count, table[-1][column]),
        )

    return tuple(tuple(cell(row, column) for column in range(len(table[0]))) for row in range(len(table)))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


HIDDEN_NOTE = (
    f"「x」は、{SMALLEST_SHOWN}件に満たないため、"
    f"または{SMALLEST_SHOWN}件に満たない数が分かるのを防ぐため、伏せた数です。"
)
"""What is printed below a table with hidden cells."""
