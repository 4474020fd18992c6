import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from admin.tables.reading import SheetTable, TextTable, open_table
from admin.tables.writing import Format, write
from feedback.errors import Invalid
from feedback.exchange.export_columns import COLUMNS

TEXT = '受付番号,受付日,内容\r\n1,R7.4.1,髙﨑①㈱ の\r\n2,R7.4.2,"改行\r\nあり"\r\n'


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def written(content: bytes) -> Path:
        (tmp_path / "表").write_bytes(content)
        return tmp_path / "表"

    return written


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "BOM付き"),
        ("cp932", "CP932"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
    ],
)
def test_encodings_are_found(file: Callable[[bytes], Path], encoding: str, named: str) -> None:
    table = open_table(file(TEXT.encode(encoding)))

    assert named in table.description
    assert table.headings == ("受付番号", "受付日", "内容")
    assert list(table.rows()) == [(2, ["1", "R7.4.1", "髙﨑①㈱ の"]), (3, ["2", "R7.4.2", "改行\r\nあり"])]
    assert list(table.rows()) == list(table.rows())


def test_tabs_titles_and_blank_rows(file: Callable[[bytes], Path]) -> None:
    table = open_table(file("市民の声\n\n番号\t受付日\t内容\n\n1\tR7.4.1\tA,B\n".encode()))

    assert isinstance(table, TextTable)
    assert (table.delimiter, table.heading_row) == ("\t", 3)
    assert list(table.rows()) == [(5, ["1", "R7.4.1", "A,B"])]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空です"),
        (b"\xff\x81\xff\xfe\x80", "文字コード"),
        (b"PK\x03\x04 no zip", "表計算ファイルとして読めません"),
        (b'"' + b"x" * 1_100_000, "引用符"),
    ],
)
def test_files_that_cannot_be_read_are_explained(file: Callable[[bytes], Path], content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        list(open_table(file(content)).rows())


def test_a_missing_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="開けません"):
        open_table(tmp_path / "nothing.csv")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "4月"
    sheet.append(["令和7年度 市民の声"])
    sheet.append([])
    sheet.append(["No", "受付日", "内容"])
    sheet.append([1, datetime(2025, 4, 1), "穴"])  # noqa: DTZ001
    made.create_sheet("5月").append(["No", "受付日", "内容"])
    made.save(tmp_path / "book.xlsx")
    made.close()
    return tmp_path / "book.xlsx"


def test_spreadsheets(book: Path) -> None:
    table = open_table(book)

    assert isinstance(table, SheetTable)
    assert (table.sheet, table.sheets, table.headings) == ("4月", ("4月", "5月"), ("No", "受付日", "内容"))
    [(number, [source_id, received, text])] = table.rows()
    assert (number, source_id, text) == (4, 1.0, "穴")
    assert str(received).startswith("2025-04-01")


@pytest.mark.parametrize("wanted", ["5月", "2"])
def test_a_sheet_is_chosen_by_name_or_number(book: Path, wanted: str) -> None:
    assert list(open_table(book, sheet=wanted).rows()) == []


def test_an_unknown_sheet_is_explained(book: Path) -> None:
    with pytest.raises(Invalid, match="4月、5月"):
        open_table(book, sheet="6月")


@pytest.mark.parametrize(("row", "column"), [(1_048_576, 16_384), (1_048_576, 6)])
def test_one_cell_far_out_does_not_end_the_process(tmp_path: Path, row: int, column: int) -> None:
    path = tmp_path / "sparse.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(["内容"])
    sheet.cell(row, column, "x")
    book.save(path)
    with pytest.raises(Invalid, match="大きすぎ"):
        open_table(path)


_CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@given(_CELLS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_text_of_an_own_csv_is_read_back(tmp_path: Path, text: str) -> None:
    record = dict.fromkeys(COLUMNS) | {"receipt_number": "R8-000001", "text": text}
    (tmp_path / "own.csv").write_bytes(b"".join(write([record], file_format=Format.CSV)))

    [(_, cells)] = open_table(tmp_path / "own.csv").rows()

    assert cells[list(COLUMNS).index("text")] == text


def test_plain_csv_of_the_standard_library(file: Callable[[bytes], Path]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["内容", "受付日"], ['引用"符', "R7.4.1"]])

    assert [cells for _, cells in open_table(file(buffer.getvalue().encode())).rows()] == [['引用"符', "R7.4.1"]]
