import csv
import io
import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.tables.cells import unescape
from admin.tables.writing import Format, write
from feedback.clock import TOKYO
from feedback.exchange.export_columns import COLUMNS
from feedback.exchange.exporting import Record

_WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


def a_record(text: str = "道路の穴", **more: Any) -> Record:
    return dict.fromkeys(COLUMNS) | {"receipt_number": "R8-000001", "matter_number": 1, "text": text} | more


def written(records: list[Record], file_format: Format, **options: Any) -> bytes:
    return b"".join(write(iter(records), file_format=file_format, **options))


def test_csv_opens_in_excel_on_windows() -> None:
    content = written([a_record("髙﨑①㈱😀\n二行目")], Format.CSV)

    assert content.startswith(b"\xef\xbb\xbfreceipt_number,")
    [row] = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert row["text"] == "髙﨑①㈱😀\n二行目"


def test_csv_cells_do_not_run() -> None:
    content = written([a_record('=HYPERLINK("http://x","y")', district="-1", score=0.5)], Format.CSV)

    [row] = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert row["text"].startswith("'=")
    assert row["district"] == "'-1"
    assert row["score"] == "0.5"


@given(_WORDS)
def test_csv_gives_back_every_text(text: str) -> None:
    [row] = csv.DictReader(io.StringIO(written([a_record(text)], Format.CSV).decode("utf-8-sig"), newline=""))

    assert unescape(row["text"]) == text


@given(_WORDS)
def test_jsonl_gives_back_every_text(text: str) -> None:
    [line] = written([a_record(text, masked=True)], Format.JSONL).decode().split("\n")[:-1]

    assert json.loads(line)["text"] == text
    assert json.loads(line)["masked"] is True


def test_moments_and_days_are_written_in_iso() -> None:
    record = a_record(received_at=datetime(2026, 5, 11, 10, 30, tzinfo=TOKYO), due_on=date(2026, 5, 25))

    [row] = csv.DictReader(io.StringIO(written([record], Format.CSV).decode("utf-8-sig"), newline=""))
    line = json.loads(written([record], Format.JSONL))

    for found in (row, line):
        assert (found["received_at"], found["due_on"]) == ("2026-05-11T10:30:00+09:00", "2026-05-25")


def test_files_come_in_pieces() -> None:
    records = (a_record("あ" * 1000) for _ in range(200))

    assert len(list(write(records, file_format=Format.CSV))) > 3


@pytest.mark.parametrize("file_format", list(Format))
def test_no_rows_give_a_whole_file(file_format: Format) -> None:
    content = written([], file_format)

    assert (content == b"") == (file_format is Format.JSONL)
