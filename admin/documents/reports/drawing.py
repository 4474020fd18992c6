"""Options of ECharts for the charts of reports, the same for paper, pages and the screen."""

from decimal import Decimal
from typing import Any

from admin import charts
from admin.documents.reports.wording import plain_rows
from feedback.reports.figures import Cell, shown
from feedback.reports.tables import Chart, ChartKind, Table

COLOURS = ("#0017c1", "#f1a42b", "#2e8b72", "#b3398f", "#6b7a90", "#7fb2ff", "#8a5a2b", "#1a1a1c")
_PAIR = (charts.BLUE, charts.PALE)
_WIDTH = 640
_LINE, _FRAME, _LEAST = 17, 84, 220
_LONGEST_NAME = 14


def option(table: Table, chart: Chart) -> dict[str, Any]:
    """ECharts' option of a table's chart."""
    rows = plain_rows(table)
    lying = chart.kind in {ChartKind.BARS, ChartKind.STACKED}
    names = [_short(shown(row.cells[0])) for row in rows]
    series = [_series(table, chart, place, colour) for colour, place in enumerate(chart.series)]
    categories = {"type": "category", "data": names, "axisLabel": {"interval": 0, "fontSize": 10}}
    if not lying and len(names) > 8:
        categories["axisLabel"] = {"interval": 0, "fontSize": 10, "rotate": 35}
    values = {"type": "value", "minInterval": 1, "axisLabel": {"fontSize": 10}}
    found = charts.base(chart.description) | {
        "legend": {"top": 0, "left": "center", "textStyle": {"fontSize": 10}, "itemHeight": 10, "itemWidth": 16},
        "grid": {"left": 8, "right": 36, "top": 34, "bottom": 8, "containLabel": True},
        "xAxis": values if lying else categories,
        "yAxis": categories | {"inverse": True} if lying else values,
        "series": series,
    }
    if len(series) == 1:
        found["legend"] = {"show": False}
        found["grid"]["top"] = 14
    return found


def size(table: Table, chart: Chart) -> tuple[int, int]:
    """Width and height in pixels that the chart needs."""
    if chart.kind not in {ChartKind.BARS, ChartKind.STACKED}:
        return _WIDTH, 260
    lines = len(plain_rows(table)) * (len(chart.series) if chart.kind is ChartKind.BARS else 1.15)
    return _WIDTH, int(min(760, max(_LEAST, _FRAME + _LINE * lines)))


def _series(table: Table, chart: Chart, place: int, number: int) -> dict[str, Any]:
    few = len(chart.series) <= 2
    found: dict[str, Any] = {
        "name": series_name(table, chart, place),
        "type": "line" if chart.kind is ChartKind.LINES else "bar",
        "data": [_value(row.cells[place]) for row in plain_rows(table)],
        "itemStyle": {"color": (_PAIR if few else COLOURS)[number % len(COLOURS)]},
    }
    if chart.kind is ChartKind.STACKED:
        found["stack"] = "all"
    elif few and chart.kind is not ChartKind.LINES:
        side = "right" if chart.kind is ChartKind.BARS else "top"
        found["label"] = {"show": True, "position": side, "fontSize": 9, "color": charts.INK}
    return found


def series_name(table: Table, chart: Chart, place: int) -> str:
    """What a series is called in the legend."""
    column = table.columns[place]
    titles = [table.columns[one].title for one in chart.series]
    if column.group and len(set(titles)) < len(titles):
        return column.group
    if column.group and len({table.columns[one].group for one in chart.series}) > 1:
        return column.group
    return column.title


def _value(cell: Cell) -> float | int | None:
    return float(cell.value) if isinstance(cell.value, Decimal) else cell.value if isinstance(cell.value, int) else None


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
