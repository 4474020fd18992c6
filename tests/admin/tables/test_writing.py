import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin.tables.cells import unescape
from admin.tables.writing import Format, write
from feedback.opinions.exporting import COLUMNS, Record

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


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=40))
@settings(max_examples=25, deadline=None)
def test_xlsx_gives_back_every_text_as_text(text: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(written([a_record(text)], Format.XLSX)), data_only=False)

    cell = book.worksheets[0].cell(2, list(COLUMNS).index("text") + 1)
    assert (cell.value, cell.data_type) == (text, "s")
    book.close()


@pytest.fixture
def sheet() -> Iterator[Any]:
    rows = [a_record("=1+1", score=0.25, masked=True), a_record("https://example.jp/"), a_record("あ" * 40_000)]
    book = openpyxl.load_workbook(io.BytesIO(written(rows, Format.XLSX, language="ja")))
    yield book.worksheets[0]
    book.close()


def test_xlsx_is_ready_to_read(sheet: Any) -> None:
    headings = [cell.value for cell in sheet[1]]

    assert headings == list(COLUMNS.values())
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert sheet.column_dimensions["F"].width > 60
    assert sheet["F2"].data_type == "s"
    assert sheet["F3"].hyperlink is None
    assert sheet.cell(2, headings.index("モデルの確信度") + 1).value == 0.25


def test_xlsx_says_when_a_text_is_too_long_for_a_cell(sheet: Any) -> None:
    assert len(sheet["F4"].value) == 32_767
    assert "CSV" in sheet["F4"].value[-30:]


def test_files_come_in_pieces() -> None:
    records = (a_record("あ" * 1000) for _ in range(200))

    assert len(list(write(records, file_format=Format.CSV))) > 3


@pytest.mark.parametrize("file_format", list(Format))
def test_no_rows_give_a_whole_file(file_format: Format) -> None:
    content = written([], file_format)

    assert (content == b"") == (file_format is Format.JSONL)
