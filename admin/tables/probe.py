"""Reads a spreadsheet once in a process of its own, with little memory, so that a bomb harms nobody else.

One cell far out makes a reader lay out the whole sheet in memory and end its process; no length of the file tells.
Run as a script: `probe.py FILE SHEET` ends with 0 when the sheet can be read, or one of the numbers below.
"""

import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

MOST_CELLS = 5_000_000
TOO_LARGE, UNREADABLE, LOCKED = 3, 4, 5
_MEMORY_BYTES = 2 << 30
_SECONDS = 60


def probe(path: Path, sheet: str | None) -> int:
    """0, or why the sheet had better not be read here. ``sheet``: its name or number; None means the first."""
    command = [sys.executable, "-I", __file__, str(path.resolve()), *([sheet] if sheet is not None else [])]
    try:
        ended = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False).returncode  # noqa: S603 (our own script)
    except subprocess.TimeoutExpired:
        return TOO_LARGE
    return ended if ended in {0, UNREADABLE, LOCKED} else TOO_LARGE


def _main(path: str, sheet: str | None) -> int:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            read = book.get_sheet_by_name(chosen(book.sheet_names, sheet) or book.sheet_names[0])
            return TOO_LARGE if read.total_height * read.total_width > MOST_CELLS else 0
    except calamine.PasswordError:
        return LOCKED
    except (calamine.CalamineError, IndexError):
        return UNREADABLE


def chosen(names: Sequence[str], wanted: str | None) -> str | None:
    """The sheet of a name or number (from 1), the first when nothing is wanted; None when there is none."""
    if not wanted or wanted in names:
        return wanted or names[0]
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 5 else 0
    return names[number - 1] if 1 <= number <= len(names) else None


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))
