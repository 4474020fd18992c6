"""A report as an Excel workbook: a sheet a table, with Excel's own charts, ready to print."""

import io
import math
import unicodedata
from datetime import UTC
from decimal import Decimal
from typing import Any

import xlsxwriter

from admin.documents.reports import drawing, wording
from admin.documents.reports.files import Edition
from feedback.reports.figures import Cell, CellKind, number_format, shown
from feedback.reports.tables import ChartKind, Report, Table

FIRST_ROW = 3
"""Where a table's head begins (0 is the first row)."""
_A4 = 9
_FONT = {"font_name": "游ゴシック", "font_size": 10}
_WORDS = frozenset({CellKind.TEXT, CellKind.QUOTE})
_LINE_HEIGHT, _MARGIN, _MOST_POINTS = 15.5, 3.0, 400
_WIDE, _NAMES, _FIGURES = 46, 24, 12
_LEAST = 9
_CHARTS = {
    ChartKind.COLUMNS: {"type": "column"},
    ChartKind.BARS: {"type": "bar"},
    ChartKind.LINES: {"type": "line"},
    ChartKind.STACKED: {"type": "bar", "subtype": "stacked"},
}


class _Looks:
    """The formats of a workbook, made once each."""

    def __init__(self, workbook: "xlsxwriter.Workbook") -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, **properties: Any) -> Any:
        """A format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]

    def cell(self, cell: Cell, *, total: bool) -> Any:
        """The format of a table's cell."""
        properties: dict[str, Any] = {"border": 1, "border_color": "#B8BFCA", "valign": "top"}
        if total:
            properties |= {"bold": True, "bg_color": "#F7F9FC"}
        if cell.kind in _WORDS:
            return self.of(**properties, text_wrap=True)
        if cell.value is None:
            return self.of(**properties, align="right")
        return self.of(**properties, num_format=number_format(cell))

    @property
    def head(self) -> Any:
        """The format of headings."""
        return self.of(
            bold=True,
            border=1,
            border_color="#B8BFCA",
            bg_color="#EEF1F6",
            align="center",
            valign="vcenter",
            text_wrap=True,
        )


def as_workbook(report: Report, edition: Edition) -> bytes:
    """The workbook."""
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_format_properties": dict(_FONT),
    }
    with xlsxwriter.Workbook(file, options) as workbook:
        made = report.stamp.cut_off.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        workbook.set_properties({"title": wording.heading(report), "author": report.city, "created": made})
        looks = _Looks(workbook)
        names = {number: _sheet_name(number, table) for number, table in report.tables()}
        _front(workbook.add_worksheet("表紙"), report, edition, looks, names)
        for number, table in report.tables():
            _table(workbook, workbook.add_worksheet(names[number]), report, number, table, looks)
    return file.getvalue()


def _sheet_name(number: int, table: Table) -> str:
    title = table.title.translate({ord(sign): "・" for sign in "[]:*?/\\'"})
    return f"表{number} {title}"[:31]


def _front(sheet: Any, report: Report, edition: Edition, looks: _Looks, names: dict[int, str]) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 70, looks.of(text_wrap=True, valign="top"))
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, wording.heading(report), looks.of(bold=True, font_size=16))
    sheet.write_string(1, 0, report.city, looks.of(font_size=11))
    row = 3
    plain, name = looks.of(text_wrap=True, valign="top"), looks.of(bold=True, valign="top", text_wrap=True)
    blocks = [
        [(one.name, f"{one.value}　{one.note}") for one in report.figures],
        wording.stamp(report, edition),
        [(f"照合の不一致（{count}件）", f"{what} {where}") for what, count, where in wording.differences(report)],
        [("注", note) for note in report.notes],
        [(f"所見　{one.title}", one.commentary) for one in report.sections if one.commentary],
    ]
    for block in filter(None, blocks):
        for title, words in block:
            sheet.write_string(row, 0, title, name)
            sheet.write_string(row, 1, words, plain)
            sheet.set_row(row, _points(max(_lines(words, 70), _lines(title, 24))))
            row += 1
        row += 1
    sheet.write_string(row, 0, "目次", name)
    for number, table in report.tables():
        row += 1
        sheet.write_url(row, 0, f"internal:'{names[number]}'!A1", string=f"表{number}")
        sheet.write_string(row, 1, table.title, plain)
    _print_set_up(sheet, report, landscape=False)


def _table(workbook: Any, sheet: Any, report: Report, number: int, table: Table, looks: _Looks) -> None:
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, f"表{number}　{table.title}", looks.of(bold=True, font_size=13))
    sheet.write_string(1, 0, f"単位：{table.unit}" if table.unit else "", looks.of(font_color="#4A5160"))
    if not table.rows:
        sheet.write_string(FIRST_ROW, 0, table.absence)
        _print_set_up(sheet, report, landscape=False)
        return
    widths = [_width(table, place) for place in range(len(table.columns))]
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    first = _head(sheet, table, looks, widths)
    for row, line in enumerate(table.rows, start=first):
        for place, cell in enumerate(line.cells):
            _write(sheet, row, place, cell, looks.cell(cell, total=line.total))
        sheet.set_row(row, _points(max(_lines(shown(c), w) for c, w in zip(line.cells, widths, strict=True))))
    sheet.freeze_panes(first, 1)
    end = first + len(table.rows)
    small = looks.of(font_size=9, font_color="#4A5160", text_wrap=True, valign="top")
    for place, note in enumerate(table.notes, start=end):
        # Across the table: a long line beside it would make the whole page small in print.
        sheet.merge_range(place, 0, place, max(len(widths) - 1, 1), f"注　{note}", small)
        sheet.set_row(place, _points(_lines(f"注　{note}", sum(widths))))
    if table.chart is not None:
        _chart(workbook, sheet, table, first, at=end + len(table.notes) + 1)
    _print_set_up(sheet, report, landscape=sum(widths) > 110)
    sheet.repeat_rows(FIRST_ROW, first - 1)


def _head(sheet: Any, table: Table, looks: _Looks, widths: list[float]) -> int:
    """Write the head of one or two rows; returns the row after it."""
    groups = wording.groups(table)
    titles = FIRST_ROW + (1 if groups else 0)
    place = 0
    for name, span in groups:
        if name and span > 1:
            sheet.merge_range(FIRST_ROW, place, FIRST_ROW, place + span - 1, name, looks.head)
        elif name:
            sheet.write_string(FIRST_ROW, place, name, looks.head)
        else:
            sheet.merge_range(FIRST_ROW, place, titles, place, table.columns[place].title, looks.head)
        place += span
    for place, column in enumerate(table.columns):
        if column.group or not groups:
            sheet.write_string(titles, place, column.title, looks.head)
    most = max(_lines(column.title, width) for column, width in zip(table.columns, widths, strict=True))
    sheet.set_row(titles, _points(max(most, 1)))
    return titles + 1


def _write(sheet: Any, row: int, column: int, cell: Cell, look: Any) -> None:
    if isinstance(cell.value, int | Decimal):
        sheet.write_number(row, column, cell.value, look)
    else:
        sheet.write_string(row, column, shown(cell), look)


def _chart(workbook: Any, sheet: Any, table: Table, first: int, *, at: int) -> None:
    assert table.chart is not None  # noqa: S101 (the caller looked)
    chart = workbook.add_chart(_CHARTS[table.chart.kind])
    plain = [place for place, row in enumerate(table.rows) if not row.total]
    runs = _runs(plain, first)
    for number, place in enumerate(table.chart.series):
        colours = drawing.COLOURS if len(table.chart.series) > 2 else (drawing.COLOURS[0], "#9DB7F9")
        colour = colours[number % len(colours)]
        chart.add_series(
            {
                "name": drawing.series_name(table, table.chart, place),
                "categories": _reference(sheet.name, runs, 0),
                "values": _reference(sheet.name, runs, place),
                "fill": {"color": colour},
                "line": {"color": colour},
                "gap": 60,
            }
        )
    chart.set_title({"name": table.title, "name_font": {"size": 11}})
    lying = table.chart.kind in {ChartKind.BARS, ChartKind.STACKED}
    if lying:
        chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
        chart.set_x_axis({"major_gridlines": {"visible": True}})
    chart.set_legend({"position": "bottom"} if len(table.chart.series) > 1 else {"none": True})
    width, height = drawing.size(table, table.chart)
    chart.set_size({"width": width + 60, "height": height + 60})
    sheet.insert_chart(at, 0, chart, {"description": table.chart.description})


def _runs(places: list[int], first: int) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for place in places:
        row = first + place
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs


def _reference(name: str, runs: list[tuple[int, int]], column: int) -> str:
    letter = xlsxwriter.utility.xl_col_to_name(column)
    parts = [f"'{name}'!${letter}${begin + 1}:${letter}${end + 1}" for begin, end in runs]
    return f"=({','.join(parts)})" if len(parts) > 1 else f"={parts[0]}"


def _print_set_up(sheet: Any, report: Report, *, landscape: bool) -> None:
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L{wording.heading(report).replace('&', '&&')}")
    sheet.set_footer("&C&P / &N")


def _width(table: Table, place: int) -> float:
    column = table.columns[place]
    if column.wide:
        return _WIDE
    longest = max(_half_widths(line) for row in table.rows for line in shown(row.cells[place]).split("\n"))
    if wording.is_number(table, place):
        return max(_LEAST, min(_FIGURES, longest + 2))
    return max(_LEAST, min(_NAMES if place else 34, longest + 3))


def _points(lines: int) -> float:
    return min(_MARGIN + _LINE_HEIGHT * lines, _MOST_POINTS)


def _lines(words: str, width: float) -> int:
    usable = max(width - 2, 1)
    return sum(max(1, math.ceil(_half_widths(line) / usable)) for line in words.split("\n"))


def _half_widths(line: str) -> int:
    return len(line) + sum(unicodedata.east_asian_width(sign) in "FWA" for sign in line)
