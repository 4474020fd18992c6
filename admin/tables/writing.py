"""Writes an export as CSV, XLSX or JSON Lines: each takes rows one by one and gives bytes, in constant memory."""

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import StrEnum

from admin.tables.cells import escape
from admin.tables.workbook import fill
from feedback.exchange.export_columns import COLUMNS, headings
from feedback.exchange.exporting import Record, Value

_CHUNK = 64 * 1024


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
    if isinstance(value, date):
        return _written(value)
    return escape(value) if isinstance(value, str) else value


def _written(day_or_moment: object) -> str:
    """A day or a moment (a `datetime` is a `date` too) in ISO 8601."""
    if not isinstance(day_or_moment, date):
        raise TypeError(type(day_or_moment).__name__)
    return day_or_moment.isoformat()


def _jsonl(records: Iterable[Record], _language: str) -> Iterator[bytes]:
    lines: list[str] = []
    size = 0
    for record in records:
        lines.append(json.dumps(record, ensure_ascii=False, default=_written) + "\n")
        size += len(lines[-1])
        if size >= _CHUNK:
            yield "".join(lines).encode()
            lines, size = [], 0
    yield "".join(lines).encode()


def _xlsx(records: Iterable[Record], language: str) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        fill(file, records, language)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk
