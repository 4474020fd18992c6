"""Reads tables that cities have: CSV and TSV in any of the usual encodings, and spreadsheets."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import python_calamine as calamine

from admin.tables import probe
from admin.tables.cells import unescape
from feedback.errors import Invalid
from feedback.exchange.import_columns import find_headings
from feedback.exchange.import_rows import Cell, as_text

ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 (BOM付き)", "cp932": "Shift_JIS (CP932)", "utf-16": "UTF-16"}
_LEGACY_UTF16 = {"utf-16-le": "UTF-16 (BOMなし)", "utf-16-be": "UTF-16 (BOMなし)"}
_SPREADSHEET_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_TITLE_ROWS = 15
_LONGEST_CELL = 1_000_000
_REFUSED = {
    probe.TOO_LARGE: "表が大きすぎます。年度ごとなどに分けるか、表から離れた場所にある書き込みを消してください。",
    probe.UNREADABLE: "表計算ファイルとして読めません。xlsx 形式で保存し直してください。",
    probe.LOCKED: "パスワードのかかったファイルは読めません。パスワードを外して保存し直してください。",
}
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class TextTable:
    """A CSV or TSV file."""

    path: Path
    encoding: str
    delimiter: str
    headings: tuple[str, ...]
    heading_row: int

    @property
    def description(self) -> str:
        """What kind of file it is, as staff read it."""
        name = ENCODINGS.get(self.encoding) or _LEGACY_UTF16.get(self.encoding, self.encoding)
        return f"{'TSV' if self.delimiter == chr(9) else 'CSV'}・{name}"

    def rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Rows below the headings; blank rows are left out."""
        for number, cells in enumerate(_csv_rows(self.path, self.encoding, self.delimiter), start=1):
            if number > self.heading_row and any(cell.strip() for cell in cells):
                yield number, [unescape(cell) for cell in cells]


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A sheet of a spreadsheet file, in memory."""

    sheet: str
    sheets: tuple[str, ...]
    cells: Sequence[Sequence[Cell]]
    headings: tuple[str, ...]
    heading_row: int

    @property
    def description(self) -> str:
        """What kind of file it is, as staff read it."""
        return f"表計算ファイル・シート「{self.sheet}」"

    def rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Rows below the headings; blank rows are left out."""
        for number, cells in enumerate(self.cells[self.heading_row :], start=self.heading_row + 1):
            if any(as_text(cell).strip() for cell in cells):
                yield number, cells


def open_table(path: Path, *, sheet: str | None = None, encoding: str | None = None) -> TextTable | SheetTable:
    """The table in a file; what kind of file it is, its own bytes tell. Invalid when it cannot be read."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise Invalid(f"ファイルを開けません（{error.strerror}）。") from error
    if start in _SPREADSHEET_STARTS:
        return _open_sheet(path, sheet)
    return _open_text(path, encoding)


def _open_text(path: Path, encoding: str | None) -> TextTable:
    encoding = encoding or detect_encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(4096)
    if not sample.strip():
        raise Invalid("ファイルが空です。")
    delimiter = "\t" if sample.count("\t") > sample.count(",") else ","
    first = list(islice(_csv_rows(path, encoding, delimiter), _TITLE_ROWS))
    at = find_headings(first)
    return TextTable(path, encoding, delimiter, tuple(cell.strip() for cell in first[at]), at + 1)


def detect_encoding(path: Path) -> str:
    """The encoding of a text file, by its mark or by what all of it can be read as. Invalid when by nothing."""
    with path.open("rb") as file:
        start = file.read(1024)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in start:
        # Commas and line ends of UTF-16 have their NUL after them (little endian) or before them.
        return "utf-16-le" if start[1::2].count(0) >= start[::2].count(0) else "utf-16-be"
    for encoding in ("utf-8", "cp932"):
        if _reads_as(path, encoding):
            return encoding
    raise Invalid("文字コードを判別できません。UTF-8 か Shift_JIS で保存し直してください。")


def _reads_as(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield from csv.reader((line.replace("\0", "") for line in file), delimiter=delimiter)
    except csv.Error as error:
        raise Invalid('表として読めない行があります。引用符（"）が閉じているか確かめてください。') from error
    except UnicodeError as error:
        raise Invalid("文字コードが合わない文字があります。UTF-8 か Shift_JIS で保存し直してください。") from error


def _open_sheet(path: Path, sheet: str | None) -> SheetTable:
    if (reason := probe.probe(path, sheet)) != 0:
        raise Invalid(_REFUSED[reason])
    with calamine.CalamineWorkbook.from_path(str(path)) as book:
        names = tuple(book.sheet_names)
        name = probe.chosen(names, sheet)
        if name is None:
            raise Invalid(f"シート「{sheet}」がありません。シート: {'、'.join(names)}")
        cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    titles = [[as_text(cell).strip() for cell in row] for row in cells[:_TITLE_ROWS]]
    if not any(any(row) for row in titles):
        raise Invalid(f"シート「{name}」が空です。")
    at = find_headings(titles)
    return SheetTable(name, names, cells, tuple(titles[at]), at + 1)
