"""A report as a designed PDF: front page, contents, charts and tables, set by Typst."""

from typing import Any

from admin.documents import charts, pdf
from admin.documents.reports import drawing, wording
from admin.documents.reports.files import Edition
from feedback.reports.tables import Report, Section, Table

_TEMPLATE = "report"


def as_pdf(report: Report, edition: Edition) -> bytes:
    """The PDF, tagged."""
    data, images = typeset(report, edition)
    return pdf.render(_TEMPLATE, data, images=images)


def as_pages(report: Report, edition: Edition, *, ppi: float = 96) -> list[bytes]:
    """The same as one PNG a page, to look at."""
    data, images = typeset(report, edition)
    return pdf.pages(_TEMPLATE, data, images=images, ppi=ppi)


def typeset(report: Report, edition: Edition) -> tuple[dict[str, object], dict[str, bytes]]:
    """What the template is filled in with."""
    images: dict[str, bytes] = {}
    numbers = {id(table): number for number, table in report.tables()}
    data: dict[str, object] = {
        "title": report.title,
        "period": report.period_name,
        "whom": report.subtitle,
        "city": report.city,
        "heading": wording.heading(report),
        "edition": edition.words,
        "final": edition.final,
        "cut_off": wording.cut_off(report),
        "figures": [{"name": one.name, "value": one.value, "note": one.note} for one in report.figures],
        "differences": [list(one) for one in wording.differences(report)],
        "notes": list(report.notes),
        "stamp": [list(one) for one in wording.stamp(report, edition)],
        "sections": [_section(one, numbers, images) for one in report.sections],
    }
    return data, images


def _section(section: Section, numbers: dict[int, int], images: dict[str, bytes]) -> dict[str, object]:
    return {
        "title": section.title,
        "lead": section.lead,
        "commentary": section.commentary,
        "tables": [_table(table, numbers[id(table)], images) for table in section.tables],
    }


def _table(table: Table, number: int, images: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "caption": wording.caption(number, table),
        "absence": table.absence,
        "notes": list(table.notes),
        "columns": [
            {"title": one.title, "group": one.group, "wide": one.wide, "number": wording.is_number(table, place)}
            for place, one in enumerate(table.columns)
        ],
        "groups": [{"name": name, "span": span} for name, span in wording.groups(table)],
        "widths": wording.widths(table),
        "rows": [{"cells": wording.cells(row), "total": row.total} for row in table.rows],
        "chart": "",
        "alt": "",
    }
    if table.chart is not None and table.rows:
        name = f"chart-{number}.svg"
        images[name] = charts.svg(drawing.option(table, table.chart), *drawing.size(table, table.chart)).encode()
        found |= {"chart": name, "alt": f"{table.chart.description}数値は次の表にあります。"}
    return found
