"""A report as CSV: a ZIP of one file a table, with what the columns mean. Made for reading on by programs.

Figures stand as plain numbers (a decrease is negative, no marks); 「-」 and 「…」 stand where there is no figure.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal

from admin.documents.reports import wording
from admin.documents.reports.files import Edition
from admin.tables.cells import escape
from feedback.reports.figures import Cell, CellKind
from feedback.reports.tables import Report

_ALWAYS = (2000, 1, 1, 0, 0, 0)
_MEANINGS = {
    CellKind.TEXT: "文字",
    CellKind.QUOTE: "声の冒頭（個人情報は伏せています）",
    CellKind.COUNT: "数。得られないときは「…」",
    CellKind.SHARE: "割合（％、小数第1位まで）。該当なしは「-」。基数が30件に満たない参考値の印は付けません",
    CellKind.DIFFERENCE: "増減。減少は負の数",
    CellKind.RATE: "増減率（％、小数第1位まで）。減少は負の数。前の値が0のときは「-」",
    CellKind.RANK: "順位。同数は同順位",
    CellKind.AMOUNT: "平均など（小数第1位まで）",
}


def as_csv_files(report: Report, edition: Edition) -> bytes:
    """The ZIP. File names are in ASCII, since Windows reads others as it likes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as target:
        for name, rows in _files(report, edition):
            info = zipfile.ZipInfo(name, _ALWAYS)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, _written(rows))
    return whole.getvalue()


def table_file(number: int, key: str) -> str:
    """The file of a table."""
    return f"{number:02d}_{key}.csv"


def _files(report: Report, edition: Edition) -> Iterable[tuple[str, Sequence[Sequence[object]]]]:
    yield "00_about.csv", _about(report, edition)
    yield "00_dictionary.csv", _dictionary(report)
    written = [(section.title, section.commentary) for section in report.sections if section.commentary]
    if written:
        yield "00_commentary.csv", [("章", "所見"), *((escape(title), escape(words)) for title, words in written)]
    for number, table in report.tables():
        head = [column.full for column in table.columns]
        yield (
            table_file(number, table.key),
            [head, *([_plain(cell) for cell in row.cells] for row in table.rows)]
            if table.rows
            else [("備考",), (table.absence,)],
        )


def _about(report: Report, edition: Edition) -> list[tuple[str, str]]:
    return [
        ("項目", "内容"),
        ("市", report.city),
        ("報告", wording.heading(report)),
        ("期間の初日", report.first.isoformat()),
        ("期間の末日", report.last.isoformat()),
        *wording.stamp(report, edition),
        *((f"照合の不一致 {what}", f"{number}件 {where}") for what, number, where in wording.differences(report)),
        *((f"注 {place}", note) for place, note in enumerate(report.notes, start=1)),
    ]


def _dictionary(report: Report) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("ファイル", "表", "単位", "列", "見出し", "意味", "表の注")]
    for number, table in report.tables():
        for place, column in enumerate(table.columns):
            kinds = {row.cells[place].kind for row in table.rows if not row.total} or {CellKind.TEXT}
            meaning = "／".join(_MEANINGS[kind] for kind in sorted(kinds))
            notes = " ".join(table.notes) if place == 0 else ""
            name = table_file(number, table.key)
            rows.append((name, table.title, table.unit, str(place + 1), column.full, meaning, notes))
    return rows


def _plain(cell: Cell) -> object:
    if cell.value is None:
        return cell.absent
    return escape(cell.value) if isinstance(cell.value, str) else _number(cell.value)


def _number(value: int | Decimal) -> str:
    return str(value)


def _written(rows: Sequence[Sequence[object]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()
