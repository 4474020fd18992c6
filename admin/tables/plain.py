"""Writes any rows as CSV, XLSX or JSON Lines, piece by piece, in constant memory."""

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import xlsxwriter

from admin.tables.cells import escape
from admin.tables.writing import Format

Cell = str | float | int | None
_CHUNK = 64 * 1024
_CELL_LIMIT = 32_767


def write_rows(
    rows: Iterable[Sequence[Cell]], *, names: Sequence[str], headings: Sequence[str], file_format: Format, sheet: str
) -> Iterator[bytes]:
    """The file: ``headings`` above the columns, ``names`` as keys of JSON Lines. ``sheet``: name of the worksheet."""
    if file_format is Format.JSONL:
        for row in rows:
            yield (json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n").encode()
    elif file_format is Format.XLSX:
        yield from _xlsx(rows, headings, sheet)
    else:
        yield from _csv(rows, headings)


def _csv(rows: Iterable[Sequence[Cell]], headings: Sequence[str]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([escape(one) for one in headings])
    yield b"\xef\xbb\xbf"  # without it, Excel on Windows reads UTF-8 as CP932
    for row in rows:
        writer.writerow([escape(one) if isinstance(one, str) else one for one in row])
        if buffer.tell() >= _CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _xlsx(rows: Iterable[Sequence[Cell]], headings: Sequence[str], sheet: str) -> Iterator[bytes]:
    options: dict[str, Any] = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    options |= {"default_format_properties": {"font_name": "游ゴシック", "font_size": 10}}
    with tempfile.TemporaryFile() as file:
        with xlsxwriter.Workbook(file, options) as workbook:
            head = workbook.add_format({"bold": True, "bg_color": "#E8F1FE", "bottom": 1, "text_wrap": True})
            page = workbook.add_worksheet(sheet)
            page.freeze_panes(1, 1)
            page.set_column(0, max(len(headings) - 1, 0), 18)
            for column, words in enumerate(headings):
                page.write_string(0, column, words[:_CELL_LIMIT], head)
            for number, row in enumerate(rows, 1):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        page.write_string(number, column, value[:_CELL_LIMIT])
                    elif value is not None:
                        page.write_number(number, column, value)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk
