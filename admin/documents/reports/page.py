"""A report as one HTML file: nothing is loaded from elsewhere, and it prints as it stands."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from admin.documents import charts
from admin.documents.reports import drawing, wording
from admin.documents.reports.files import Edition
from feedback.reports.tables import Report, Table

_TEMPLATES = Path(__file__).parents[1] / "templates"


def as_page(report: Report, edition: Edition) -> bytes:
    """The page, as UTF-8."""
    numbered = {id(table): number for number, table in report.tables()}
    words: str = _template().render(
        report=report,
        edition=edition,
        wording=wording,
        number=lambda table: numbered[id(table)],
        picture=_picture,
    )
    return words.encode()


def _picture(table: Table) -> Markup:
    if table.chart is None:
        return Markup()
    drawn = charts.svg(drawing.option(table, table.chart), *drawing.size(table, table.chart))
    return Markup(drawn)  # noqa: S704 (drawn by ECharts, which writes names as text)


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")
