"""The same report in five formats, read back and compared cell by cell, and twice the same bytes."""

import csv
import io
import unicodedata
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser

import docx
import openpyxl
import pytest
from pypdf import PdfReader

from admin.documents.reports import workbook
from admin.documents.reports.csv_files import table_file
from admin.documents.reports.files import CONTENT_TYPES, Edition, Format, file_name, render
from feedback.reports import breakdowns, figures
from feedback.reports.figures import REFERENCE, Cell, CellKind, quote, shown, text
from feedback.reports.tables import (
    Chart,
    ChartKind,
    Column,
    Difference,
    Figure,
    Report,
    ReportKind,
    Row,
    Section,
    Stamp,
    Table,
)

DRAFT = Edition.draft()
NASTY = '=1+1「ﾊﾝｶｸ」①㈱髙﨑 <b>太字</b> & "引用" #set *星* $x$\n二行目'
YEARS = ("令和7年度", "令和6年度")


def a_report() -> Report:
    """Every kind of cell, ties, decreases, nobody, unknown, small bases, long names, hostile words, no rows."""
    kinds = breakdowns.compared(
        "kinds",
        "種別の件数",
        "種別",
        [("a", "要望"), ("b", "苦情"), ("c", "提案・提言"), (None, "未分類")],
        now={"a": 12_345, "b": 678, "c": 678, None: 1},
        before={"a": 13_000, "b": 0, "c": 12},
        names=YEARS,
        ranked=True,
    )
    crossed = breakdowns.crossed(
        "ways",
        "受付方法別・種別の件数",
        "受付方法",
        [(n, f"とても長い名前の受付方法・その{n}番目") for n in range(14)],
        [(n, f"種別{n}") for n in range(8)],
        {(row, column): (row * 7 + column * 3) % 11 * 100 for row in range(14) for column in range(8)},
    )
    years = breakdowns.over_years(
        "years",
        "推移",
        "分野",
        [("a", "道路"), ("b", "公園")],
        {("a", 2024): 5, ("a", 2025): 3, ("b", 2025): 9},
        [(2023, "令和5年度"), (2024, "令和6年度"), (2025, "令和7年度")],
        since=2024,
    )
    cases = Table(
        key="cases",
        title="反映した意見",
        columns=(Column("受付番号"), Column("声", wide=True), Column("市が変えたこと", wide=True)),
        rows=(
            Row((text("R7-000001"), quote(NASTY, matter_id=1), text("看板を直しました。"))),
            Row((text("R7-000002"), quote(None, matter_id=2), text("@危険\tタブ"))),
        ),
    )
    lines = Table(
        key="trend",
        title="月別",
        unit="件",
        columns=(Column("月"), Column("件数"), Column("平均")),
        rows=tuple(Row((text(f"{n}月"), figures.count(n * 10), figures.amount(Decimal(n) / 3))) for n in range(1, 13)),
        chart=Chart(ChartKind.LINES, (1,), "月別の件数。"),
    )
    return Report(
        kind=ReportKind.ANNUAL,
        title="広聴年報",
        subtitle="",
        city="見本市",
        period_name="令和7年度",
        first=date(2025, 4, 1),
        last=date(2026, 3, 31),
        complete=True,
        figures=(Figure("受け付けた意見", "13,702件", "9,999通"),),
        sections=(
            Section("one", "概要", "前書き", (kinds, crossed), commentary="所見の一行目\n二行目 *星*"),
            Section("two", "内容", "", (years, cases, lines, breakdowns.absent("none", "公表", "まだありません。"))),
        ),
        stamp=Stamp(datetime(2026, 4, 2, 3, 4, 5, tzinfo=UTC), "第3版", "付属のモデル", "使用なし", "machikoe 0.1.0"),
        notes=("注意書き",),
    )


@pytest.fixture(scope="module")
def report() -> Report:
    return a_report()


@pytest.fixture(scope="module")
def made(report: Report) -> dict[Format, bytes]:
    return {one: render(report, one, edition=DRAFT) for one in Format}


def printed(report: Report) -> dict[str, list[list[str]]]:
    return {
        table.key: [[shown(cell) for cell in row.cells] for row in table.rows]
        for _, table in report.tables()
        if table.rows
    }


def test_html_prints_the_cells(report: Report, made: dict[Format, bytes]) -> None:
    parser = _Tables()
    parser.feed(made[Format.HTML].decode())
    assert parser.found == printed(report)


class _Tables(HTMLParser):
    """Bodies of the tables with a key."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self._key: str | None = None
        self._body = self._cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._key = dict(attrs).get("data-key")
        elif tag == "tbody":
            self._body = True
        elif self._key and self._body and tag == "tr":
            self.found.setdefault(self._key, []).append([])
        elif self._key and self._body and tag in {"th", "td"}:
            self.found[self._key][-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "tbody":
            self._body, self._key = False, None
        elif tag in {"th", "td"}:
            self._cell = False

    def handle_data(self, data: str) -> None:
        if self._key and self._cell:
            self.found[self._key][-1][-1] += data


def test_excel_prints_the_cells(report: Report, made: dict[Format, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made[Format.XLSX]))
    sheets = book.worksheets[1:]
    found = {}
    for (_, table), sheet in zip(report.tables(), sheets, strict=True):
        if not table.rows:
            assert sheet.cell(workbook.FIRST_ROW + 1, 1).value == table.absence
            continue
        first = workbook.FIRST_ROW + (3 if any(column.group for column in table.columns) else 2)
        found[table.key] = [
            [_as_excel_shows(sheet.cell(first + row, 1 + column)) for column in range(len(table.columns))]
            for row in range(len(table.rows))
        ]
        assert bool(sheet._charts) == (table.chart is not None)  # type: ignore[attr-defined]
        assert sheet.page_setup.paperSize == 9
    assert found == printed(report)
    assert "まだありません。" not in found


def _as_excel_shows(cell: object) -> str:
    value, shape = cell.value, cell.number_format  # type: ignore[attr-defined]
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    mark = REFERENCE if REFERENCE in shape else ""
    plain = shape.replace(f'"{REFERENCE}"', "")
    for kind, known in figures.NUMBER_FORMATS.items():
        if known == plain:
            exact = value if kind in {CellKind.COUNT, CellKind.DIFFERENCE, CellKind.RANK} else Decimal(str(value))
            return shown(Cell(kind, exact)) + mark
    raise AssertionError(shape)


def test_word_prints_the_cells(report: Report, made: dict[Format, bytes]) -> None:
    document = docx.Document(io.BytesIO(made[Format.DOCX]))
    heads = {tuple(column.full for column in table.columns): table.key for _, table in report.tables()}
    found = {}
    for table in document.tables:
        cells = [[cell.text for cell in row.cells] for row in table.rows]
        if tuple(cells[0]) in heads:
            found[heads[tuple(cells[0])]] = cells[1:]
    assert found == printed(report)
    assert len(document.inline_shapes) == 4
    assert any("所見の一行目" in paragraph.text for paragraph in document.paragraphs)


def test_csv_holds_the_same_figures(report: Report, made: dict[Format, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(made[Format.CSV])) as files:
        assert all(name.isascii() for name in files.namelist())
        for number, table in report.tables():
            content = files.read(table_file(number, table.key))
            assert content.startswith(b"\xef\xbb\xbf")
            head, *rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
            if not table.rows:
                assert rows == [[table.absence]]
                continue
            assert head == [column.full for column in table.columns]
            assert rows == [[_raw(cell) for cell in row.cells] for row in table.rows]
        dictionary = files.read("00_dictionary.csv").decode("utf-8-sig")
        assert dictionary.count("\r\n") == 1 + sum(len(table.columns) for _, table in report.tables())
        assert "二行目 *星*" in files.read("00_commentary.csv").decode("utf-8-sig")


def _raw(cell: Cell) -> str:
    if cell.value is None:
        return cell.absent
    words = str(cell.value)
    return f"'{words}" if words.startswith(("=", "@")) else words


def test_pdf_prints_the_cells(report: Report, made: dict[Format, bytes]) -> None:
    reader = PdfReader(io.BytesIO(made[Format.PDF]))
    whole = _squeezed("".join(page.extract_text() for page in reader.pages))
    at = 0
    for line in (row for rows in printed(report).values() for row in rows):
        words = _squeezed("".join(line))
        assert words in whole, words
        at = whole.index(words, at) if words in whole[at:] else at
    assert at
    assert reader.metadata is not None
    assert reader.metadata.title == "広聴年報 令和7年度"
    assert _squeezed("所見の一行目二行目*星*") in whole


def _squeezed(words: str) -> str:
    return "".join(unicodedata.normalize("NFKC", words).split())


def test_the_same_report_gives_the_same_bytes(report: Report, made: dict[Format, bytes]) -> None:
    again = a_report()
    assert [one for one in Format if render(again, one, edition=DRAFT) != made[one]] == []


def test_what_does_not_add_up_is_printed_and_drafts_say_so(report: Report) -> None:
    odd = replace(report, differences=(Difference("通が件になっていません。", 2, ("R7-000009", "R7-000010")),))
    for one in (Format.HTML, Format.PDF):
        words = _words(render(odd, one, edition=DRAFT), one)
        assert "照合が合っていません" in words
        assert "R7-000010" in words
        assert "案(承認前)" in words


def _words(content: bytes, file_format: Format) -> str:
    if file_format is Format.HTML:
        return unicodedata.normalize("NFKC", content.decode())
    return _squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def test_names_and_types() -> None:
    assert file_name(a_report(), Format.PDF) == "machikoe-annual-2025.pdf"
    assert file_name(a_report(), Format.CSV) == "machikoe-annual-2025.zip"
    assert set(CONTENT_TYPES) == set(Format)
