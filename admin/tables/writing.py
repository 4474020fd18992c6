"""Writes an export as CSV, XLSX or JSON Lines: each takes rows one by one and gives bytes, in constant memory."""

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import IO

import xlsxwriter

from admin.tables.cells import escape
from feedback.opinions.exporting import COLUMNS, Record, Value, headings

_CHUNK = 64 * 1024
_CELL_LIMIT = 32_767
_CUT = "…（長いため、ここまでです。全文は CSV で出力してください。）"
_WIDTHS = {"text": 70, "outcome_reason": 40, "area_name": 26, "department": 18, "receipt_number": 14}
_WRAPPED = frozenset({"text", "outcome_reason"})


class Format(StrEnum):
    """A file format of an export."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


CONTENT_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSONL: "application/x-ndjson; charset=utf-8",
}


def write(records: Iterable[Record], *, file_format: Format, language: str = "en") -> Iterator[bytes]:
    """The file, piece by piece. ``language`` of the headings: ``en`` (stable names) or ``ja``."""
    writers: dict[Format, Callable[[Iterable[Record], str], Iterator[bytes]]] = {
        Format.CSV: _csv,
        Format.XLSX: _xlsx,
        Format.JSONL: _jsonl,
    }
    return writers[file_format](records, language)


def _csv(records: Iterable[Record], language: str) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(headings(language))
    yield b"\xef\xbb\xbf"  # without it, Excel on Windows reads UTF-8 as CP932
    for record in records:
        writer.writerow([_csv_cell(record[name]) for name in COLUMNS])
        if buffer.tell() >= _CHUNK:
            yield _drain(buffer)
    yield _drain(buffer)


def _drain(buffer: io.StringIO) -> bytes:
    content = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return content


def _csv_cell(value: Value) -> Value:
    if isinstance(value, bool):
        return "1" if value else "0"
    return escape(value) if isinstance(value, str) else value


def _jsonl(records: Iterable[Record], _language: str) -> Iterator[bytes]:
    lines: list[str] = []
    size = 0
    for record in records:
        lines.append(json.dumps(record, ensure_ascii=False) + "\n")
        size += len(lines[-1])
        if size >= _CHUNK:
            yield "".join(lines).encode()
            lines, size = [], 0
    yield "".join(lines).encode()


def _xlsx(records: Iterable[Record], language: str) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        _fill_workbook(file, records, language)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _fill_workbook(file: IO[bytes], records: Iterable[Record], language: str) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as workbook:
        sheet = workbook.add_worksheet("意見一覧")
        head = workbook.add_format({"bold": True, "bg_color": "#E8F1FE", "bottom": 1, "valign": "top"})
        plain = workbook.add_format({"valign": "top"})
        wrapped = workbook.add_format({"valign": "top", "text_wrap": True})
        for number, name in enumerate(COLUMNS):
            sheet.set_column(number, number, _width(name), plain)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for number, heading in enumerate(headings(language)):
            sheet.write_string(0, number, heading, head)
        last = 0
        for last, record in enumerate(records, start=1):
            # Without a height of its own a row would grow to the whole text; the text is read in the cell.
            sheet.set_row(last, 34)
            for number, name in enumerate(COLUMNS):
                _write_cell(sheet, last, number, record[name], wrapped if name in _WRAPPED else plain)
        sheet.autofilter(0, 0, last, len(COLUMNS) - 1)


def _width(name: str) -> int:
    return _WIDTHS.get(name, 22 if name.endswith("_at") else 14)


def _write_cell(sheet: "xlsxwriter.Workbook.Worksheet", row: int, column: int, value: Value, look: object) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_number(row, column, int(value), look)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, look)
    else:
        sheet.write_string(row, column, _fitting(value), look)


def _fitting(text: str) -> str:
    return text if len(text) <= _CELL_LIMIT else text[: _CELL_LIMIT - len(_CUT)] + _CUT
