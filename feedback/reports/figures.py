"""Pure: how figures are computed and printed in reports. The only place that rounds, ranks and writes a △.

A cell knows its value and its kind; every format (PDF, XLSX, DOCX, CSV, HTML) prints what `shown` says, and XLSX, which
keeps numbers, prints the same through `NUMBER_FORMATS`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

SMALL_BASE = 30
"""Below this many a share or a median is only a reference value."""
REFERENCE = "＊"
DECREASE = "△"
NOBODY = "-"
"""Nobody at all; 0.0 is somebody, but less than the unit shows."""
UNKNOWN = "…"
"""No figure can be had."""

NOTE_ROUNDING = "割合は小数第2位を四捨五入しているため、内訳の合計が100.0にならないことがあります。"
NOTE_SIGNS = (
    f"「{DECREASE}」は減少、「{NOBODY}」は該当なし、「0.0」は該当はあるが表示単位に満たないもの、"
    f"「{UNKNOWN}」は数値が得られないものを表します。"
)
NOTE_REFERENCE = f"「{REFERENCE}」は、基数が{SMALL_BASE}件に満たない参考値です。"
NOTE_TIES = "同数は同順位です。"

_UNIT = Decimal("0.1")
_HUNDRED = Decimal(100)


class CellKind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    DIFFERENCE = "difference"
    RATE = "rate"
    RANK = "rank"
    AMOUNT = "amount"
    QUOTE = "quote"


NUMBER_FORMATS = {
    CellKind.COUNT: "#,##0",
    CellKind.SHARE: "0.0",
    CellKind.DIFFERENCE: f'#,##0;"{DECREASE}"#,##0;0',
    CellKind.RATE: f'#,##0.0;"{DECREASE}"#,##0.0;0.0',
    CellKind.RANK: "0",
    CellKind.AMOUNT: "#,##0.0",
}
"""Excel's way of printing what `shown` says."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. Without a value it prints ``absent``.

    Counts, differences and ranks are ints; shares and rates are per cent and, like amounts, of one decimal.
    ``reference``: of a small base. ``matter_id``: whose words a quote is.
    """

    kind: CellKind
    value: int | Decimal | str | None
    absent: str = ""
    reference: bool = False
    matter_id: int | None = None


def text(words: str) -> Cell:
    """Words of staff or of the system."""
    return Cell(CellKind.TEXT, words)


def quote(words: str | None, *, matter_id: int) -> Cell:
    """A citizen's own words, masked. None: they were taken back."""
    return Cell(CellKind.QUOTE, words, absent="（本人の申し出などにより、掲載していません。）", matter_id=matter_id)


def count(number: int | None) -> Cell:
    """How many; None when nobody knows."""
    return Cell(CellKind.COUNT, number, absent=UNKNOWN)


def share(part: int | None, whole: int | None) -> Cell:
    """Per cent of a whole."""
    if part is None or whole is None:
        return Cell(CellKind.SHARE, None, absent=UNKNOWN)
    if not part or not whole:
        return Cell(CellKind.SHARE, None, absent=NOBODY)
    return Cell(CellKind.SHARE, rounded(_HUNDRED * part / whole), reference=whole < SMALL_BASE)


def difference(now: int | None, before: int | None) -> Cell:
    """How many more; below 0 when fewer."""
    value = None if now is None or before is None else now - before
    return Cell(CellKind.DIFFERENCE, value, absent=UNKNOWN)


def rate(now: int | None, before: int | None) -> Cell:
    """Per cent more than before; without anything before there is no rate."""
    if now is None or before is None:
        return Cell(CellKind.RATE, None, absent=UNKNOWN)
    if not before:
        return Cell(CellKind.RATE, None, absent=NOBODY)
    return Cell(CellKind.RATE, rounded(_HUNDRED * (now - before) / before), reference=before < SMALL_BASE)


def amount(value: float | Decimal | None, *, base: int | None = None) -> Cell:
    """A median or a mean; ``base`` is of how many."""
    if value is None:
        return Cell(CellKind.AMOUNT, None, absent=NOBODY)
    return Cell(CellKind.AMOUNT, rounded(Decimal(str(value))), reference=base is not None and base < SMALL_BASE)


def ratio(part: int | None, whole: int | None) -> Cell:
    """How many for each one, such as 件 for a 通."""
    if part is None or whole is None:
        return Cell(CellKind.AMOUNT, None, absent=UNKNOWN)
    return amount(Decimal(part) / whole if whole else None)


def rank(place: int) -> Cell:
    """A place, as `ranks` gives it."""
    return Cell(CellKind.RANK, place)


def rounded(value: Decimal) -> Decimal:
    """One decimal, halves away from zero, as Japanese statistics round."""
    return value.quantize(_UNIT, ROUND_HALF_UP)


def ranks(numbers: Sequence[int]) -> list[int]:
    """The place of each number, the largest first; equal numbers share a place and the next one is skipped."""
    ordered = sorted(numbers, reverse=True)
    places = {number: ordered.index(number) + 1 for number in set(numbers)}
    return [places[number] for number in numbers]


def leading(numbers: Sequence[int], most: int) -> int:
    """How many of numbers in falling order are among the first ``most`` places, ties included."""
    return sum(place <= most for place in ranks(numbers))


def shown(cell: Cell) -> str:
    """What is printed."""
    if cell.value is None:
        return cell.absent
    if isinstance(cell.value, str):
        return cell.value
    mark = REFERENCE if cell.reference else ""
    return written(cell.kind, cell.value) + mark


def written(kind: CellKind, value: int | Decimal) -> str:
    """A number as its kind is printed."""
    if kind in {CellKind.DIFFERENCE, CellKind.RATE} and value < 0:
        return DECREASE + _plain(kind, -value)
    return _plain(kind, value)


def _plain(kind: CellKind, value: int | Decimal) -> str:
    if kind in {CellKind.COUNT, CellKind.DIFFERENCE}:
        return f"{value:,}"
    if kind is CellKind.RANK:
        return f"{value}"
    return f"{value:.1f}" if kind is CellKind.SHARE else f"{value:,.1f}"


def number_format(cell: Cell) -> str:
    """How Excel prints a cell's number."""
    plain = NUMBER_FORMATS[cell.kind]
    return ";".join(f'{one}"{REFERENCE}"' for one in plain.split(";")) if cell.reference else plain


def notes_for(cells: Iterable[Cell]) -> tuple[str, ...]:
    """What must be said under a table with these cells."""
    kinds, marks, small = set(), set(), False
    for cell in cells:
        kinds.add(cell.kind)
        marks.add(cell.absent if cell.value is None else "")
        small = small or (cell.reference and cell.value is not None)
    found = []
    if CellKind.SHARE in kinds:
        found.append(NOTE_ROUNDING)
    if CellKind.RANK in kinds:
        found.append(NOTE_TIES)
    if small:
        found.append(NOTE_REFERENCE)
    return tuple(found)


def withheld(cell: Cell) -> Cell:
    """A quote without its words."""
    return replace(cell, value=None)
