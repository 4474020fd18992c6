"""The file of rows that an import did not take: each with its number, the reason, and its own cells."""

import csv
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from admin.tables.cells import escape
from feedback.exchange.import_rows import Cell, as_text

ROW, REASON = "行番号", "取り込めなかった理由"


class RejectsFile:
    """Written only when there is something to write; corrected, it can be imported again as it is."""

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        self._path = path
        self._headings = headings
        self._file: TextIO | None = None
        self.count = 0

    def __enter__(self) -> Self:
        """Take away the file of an earlier run."""
        self._path.unlink(missing_ok=True)
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def add(self, row: int, cells: Sequence[Cell], reason: str) -> None:
        """Keep one row and why it was not taken."""
        if self._file is None:
            self._path.touch(mode=0o600)
            self._file = self._path.open("w", encoding="utf-8-sig", newline="")
            self._write([*self._headings, ROW, REASON])
        self.count += 1
        padded = [*(as_text(cell) for cell in cells), *[""] * (len(self._headings) - len(cells))]
        self._write([*padded[: len(self._headings)], str(row), reason])

    def _write(self, cells: Sequence[str]) -> None:
        if self._file is not None:
            csv.writer(self._file, lineterminator="\r\n").writerow([escape(cell) for cell in cells])
