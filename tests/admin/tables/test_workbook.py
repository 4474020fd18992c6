import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin.tables.reading import open_table
from admin.tables.workbook import ORDER, PRINTED, fill
from feedback.clock import TOKYO
from feedback.exchange.export_columns import COLUMNS, headings
from feedback.exchange.exporting import Record
from feedback.exchange.import_columns import guess
from feedback.exchange.import_rows import Names, candidate
from feedback.opinions.rules import Channel, Kind, MatterStatus, Outcome

RECEIVED = datetime(2026, 5, 11, 23, 30, 59, tzinfo=TOKYO)


def a_record(text: str = "道路の穴", **more: Any) -> Record:
    return dict.fromkeys(COLUMNS) | {"receipt_number": "R8-000001", "matter_number": 1, "text": text} | more


def workbook(*records: Record, language: str = "ja") -> bytes:
    file = io.BytesIO()
    fill(file, iter(records), language)
    return file.getvalue()


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=40))
@settings(max_examples=25, deadline=None)
def test_every_text_stays_text(text: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(a_record(text))), data_only=False)

    cell = book.worksheets[0].cell(2, ORDER.index("text") + 1)
    assert (cell.value, cell.data_type) == (text, "s")
    book.close()


@pytest.fixture
def book() -> Iterator[Any]:
    rows = [
        a_record("=1+1", score=0.25, masked=True, received_at=RECEIVED, due_on=date(2026, 5, 25)),
        a_record("https://example.jp/", area_name="市政運営・議会・財政・職員・人権・多文化・市民活動"),
        a_record("あ" * 40_000),
    ]
    loaded = openpyxl.load_workbook(io.BytesIO(workbook(*rows)))
    yield loaded
    loaded.close()


def cell(sheet: Any, row: int, name: str) -> Any:
    return sheet.cell(row, ORDER.index(name) + 1)


def test_the_sheet_is_ready_to_read(book: Any) -> None:
    sheet = book.worksheets[0]

    assert [one.value for one in sheet[1]] == headings("ja", ORDER)
    assert sorted(ORDER) == sorted(COLUMNS)
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == f"A1:{cell(sheet, 4, ORDER[-1]).coordinate}"
    assert cell(sheet, 2, "text").data_type == "s"
    assert cell(sheet, 3, "text").hyperlink is None
    assert cell(sheet, 2, "score").value == 0.25


def test_times_are_dates_of_excel_on_the_clocks_of_japan(book: Any) -> None:
    received, due = cell(book.worksheets[0], 2, "received_at"), cell(book.worksheets[0], 2, "due_on")

    assert (received.is_date, received.value) == (True, datetime(2026, 5, 11, 23, 30, 59))  # noqa: DTZ001 (Excel knows no zones)
    assert received.number_format == "yyyy/mm/dd hh:mm"
    assert (due.is_date, due.value.date(), due.number_format) == (True, date(2026, 5, 25), "yyyy/mm/dd")


def test_rows_are_as_high_as_their_words_need_up_to_a_limit(book: Any) -> None:
    sheet = book.worksheets[0]
    one, three, most = (sheet.row_dimensions[row].height for row in (2, 3, 4))

    assert one < three < most < 409
    assert cell(sheet, 3, "area_name").alignment.wrap_text
    assert cell(sheet, 3, "text").alignment.wrap_text


def test_the_main_columns_are_printed_on_landscape_pages(book: Any) -> None:
    sheet = book.worksheets[0]

    assert sheet.print_area == f"'意見一覧'!$A$1:${cell(sheet, 1, PRINTED[-1]).column_letter}$4"
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
    assert sheet.print_title_rows == "$1:$1"
    assert sum(sheet.column_dimensions[cell(sheet, 1, name).column_letter].width for name in PRINTED) < 210


def test_a_sheet_says_what_the_columns_mean(book: Any) -> None:
    rows = list(book["項目の説明"].iter_rows(min_row=2, values_only=True))

    assert [row[:2] for row in rows] == list(zip(headings("ja", ORDER), ORDER, strict=True))
    assert all(row[2] for row in rows)


def test_a_text_too_long_for_a_cell_says_so(book: Any) -> None:
    text = cell(book.worksheets[0], 4, "text").value

    assert len(text) == 32_767
    assert "CSV" in text[-30:]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_own_workbook_is_imported_with_all_it_says(tmp_path: Path, language: str) -> None:
    record = a_record(
        received_at=RECEIVED,
        answered_at=datetime(2026, 5, 20, 9, 0, 1, tzinfo=TOKYO),
        channel="phone",
        channel_name="電話",
        kind="request",
        kind_name="要望",
        area="roads",
        area_name="道路・橋",
        department="道路管理課",
        status="answered",
        status_name="回答済",
        outcome="planned",
        outcome_name="反映予定",
        age_band="40s",
        age_band_name="40代",
        district="みどり町",
        wants_reply=False,
    )
    (tmp_path / "own.xlsx").write_bytes(workbook(record, language=language))
    table = open_table(tmp_path / "own.xlsx")
    [(number, cells)] = table.rows()

    read = candidate(
        number,
        cells,
        columns=guess(table.headings),
        channel=Channel.LETTER,
        names=Names(areas={"道路橋": "roads"}, departments={"道路管理課": 7}),
        now=datetime(2026, 11, 22, tzinfo=UTC),
    )

    assert (read.source_id, read.text, read.channel, read.kind) == (
        "R8-000001",
        "道路の穴",
        Channel.PHONE,
        Kind.REQUEST,
    )
    assert (read.received_at, read.answered_at) == (RECEIVED, record["answered_at"])
    assert (read.area_key, read.department_id) == ("roads", 7)
    assert (read.status, read.outcome) == (MatterStatus.ANSWERED, Outcome.PLANNED)
    assert (read.age_band, read.district, read.wants_reply) == ("40s", "みどり町", False)
