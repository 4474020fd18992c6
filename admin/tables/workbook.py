"""The Excel workbook of an export: a sheet to read and print, and a sheet that says what its columns mean."""

import math
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from typing import IO

import xlsxwriter

from feedback.exchange.export_columns import COLUMNS, headings
from feedback.exchange.exporting import Record, Value

PRINTED = (
    "receipt_number",
    "received_at",
    "channel_name",
    "text",
    "area_name",
    "kind_name",
    "department",
    "status_name",
    "due_on",
    "outcome_name",
)
"""The columns that fit a page and are read first; the others stand to their right and are not printed."""
ORDER = (*PRINTED, *(name for name in COLUMNS if name not in PRINTED))

_TITLE = "市民の声 意見一覧"
_A4 = 9
_FONT = {"font_name": "游ゴシック", "font_size": 10}
_CELL_LIMIT = 32_767
_CUT = "…（長いため、ここまでです。全文は CSV で出力してください。）"
_WIDTHS = {
    "text": 62,
    "outcome_reason": 40,
    "area_name": 28,
    "receipt_number": 13,
    "channel_name": 17,
    "kind_name": 11,
    "department": 18,
    "bureau": 18,
    "status_name": 13,
    "due_on": 12,
    "outcome_name": 11,
}
_WRAPPED = frozenset({"text", "outcome_reason", "area_name", "channel_name", "department", "bureau", "district"})
_LINE_HEIGHT = 15.5  # points; Excel gives 游ゴシック of this size 16.5, `_lines` rather counts one too many
_MARGIN = 3.0
_MOST_LINES = 20  # Excel allows 409 points; what is longer is read in the cell


class _Looks:
    """The formats of a workbook."""

    def __init__(self, workbook: "xlsxwriter.Workbook") -> None:
        edge = {"valign": "top", "bottom": 4, "bottom_color": "#B9C4D0"}
        self.head = workbook.add_format(
            {"bold": True, "bg_color": "#E8F1FE", "bottom": 1, "valign": "vcenter", "text_wrap": True}
        )
        self.plain = workbook.add_format(edge)
        self.wrapped = workbook.add_format(edge | {"text_wrap": True})
        self.moment = workbook.add_format(edge | {"num_format": "yyyy/mm/dd hh:mm", "align": "left"})
        self.day = workbook.add_format(edge | {"num_format": "yyyy/mm/dd", "align": "left"})


def fill(file: IO[bytes], records: Iterable[Record], language: str) -> None:
    """Write the workbook into an open file; row by row, so that it needs no more memory for more rows."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": _FONT,
    }
    with xlsxwriter.Workbook(file, options) as workbook:
        looks = _Looks(workbook)
        _opinions(workbook.add_worksheet("意見一覧"), records, looks, headings(language, ORDER))
        _dictionary(workbook.add_worksheet("項目の説明"), looks, headings(language, ORDER))


def _opinions(
    sheet: "xlsxwriter.worksheet.Worksheet", records: Iterable[Record], looks: _Looks, titles: list[str]
) -> None:
    for number, name in enumerate(ORDER):
        sheet.set_column(number, number, _width(name), looks.plain)
    _head(sheet, titles, looks)
    sheet.freeze_panes(1, 1)
    last = 0
    for last, record in enumerate(records, start=1):
        sheet.set_row(last, _height(record))
        for number, name in enumerate(ORDER):
            _write_cell(sheet, last, number, record[name], looks, wrapped=name in _WRAPPED)
    sheet.autofilter(0, 0, last, len(ORDER) - 1)
    _print_on_a4(sheet, _TITLE)
    sheet.print_area(0, 0, last, len(PRINTED) - 1)


def _dictionary(sheet: "xlsxwriter.worksheet.Worksheet", looks: _Looks, titles: list[str]) -> None:
    widths = (22, 20, 70, 60)
    for number, width in enumerate(widths):
        sheet.set_column(number, number, width, looks.wrapped)
    _head(sheet, ["見出し", "項目名（プログラム用）", "意味", "値"], looks)
    sheet.freeze_panes(1, 0)
    for row, (title, name) in enumerate(zip(titles, ORDER, strict=True), start=1):
        cells = (title, name, COLUMNS[name].meaning, COLUMNS[name].values)
        most = max(_lines(words, width) for words, width in zip(cells, widths, strict=True))
        sheet.set_row(row, _points(most))
        for number, words in enumerate(cells):
            sheet.write_string(row, number, words, looks.wrapped)
    _print_on_a4(sheet, "項目の説明")


def _head(sheet: "xlsxwriter.worksheet.Worksheet", titles: list[str], looks: _Looks) -> None:
    sheet.set_row(0, _points(2))
    for number, title in enumerate(titles):
        sheet.write_string(0, number, title, looks.head)


def _print_on_a4(sheet: "xlsxwriter.worksheet.Worksheet", title: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header(f"&L{title}&R&D")
    sheet.set_footer("&C&P / &N")


def _width(name: str) -> int:
    return _WIDTHS.get(name, 17 if name.endswith("_at") else 15)


def _height(record: Record) -> float:
    """Points a row needs so that its wrapped cells can be read."""
    lines = max(_lines(str(record[name] or ""), _width(name)) for name in _WRAPPED)
    return _points(min(lines, _MOST_LINES))


def _points(lines: int) -> float:
    return _MARGIN + _LINE_HEIGHT * lines


def _lines(words: str, width: int) -> int:
    """How many lines words take in a column, whose width counts half-width characters."""
    usable = width - 2  # the cell's own margin, and a character that no longer fits its line
    return sum(max(1, math.ceil(_half_widths(line) / usable)) for line in words.split("\n"))


def _half_widths(line: str) -> int:
    return len(line) + sum(unicodedata.east_asian_width(sign) in "FWA" for sign in line)


def _write_cell(
    sheet: "xlsxwriter.worksheet.Worksheet", row: int, column: int, value: Value, looks: _Looks, *, wrapped: bool
) -> None:
    if value is None:
        return
    if isinstance(value, datetime):
        # Excel knows no zones: the cell says what a clock in Japan said.
        sheet.write_datetime(row, column, value.replace(tzinfo=None), looks.moment)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, looks.day)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, looks.plain)
    else:
        sheet.write_string(row, column, _fitting(value), looks.wrapped if wrapped else looks.plain)


def _fitting(text: str) -> str:
    return text if len(text) <= _CELL_LIMIT else text[: _CELL_LIMIT - len(_CUT)] + _CUT
