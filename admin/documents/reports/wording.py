"""What every format says around the tables: titles, the stamp, differences, notes."""

from collections.abc import Sequence

from admin.documents.reports.files import Edition
from feedback.clock import TOKYO, era_date
from feedback.reports.figures import shown
from feedback.reports.tables import Report, Row, Table


def heading(report: Report) -> str:
    """The title with the period, in one line."""
    whom = f"（{report.subtitle}）" if report.subtitle else ""
    return f"{report.title} {report.period_name}{whom}"


def caption(number: int, table: Table) -> str:
    """A table's number and title."""
    return f"表{number}　{table.title}" + (f"（単位：{table.unit}）" if table.unit and table.rows else "")


def cut_off(report: Report) -> str:
    """The moment of the data, in Japan."""
    at = report.stamp.cut_off.astimezone(TOKYO)
    return f"{era_date(at.date())} {at:%H時%M分%S秒}"


def stamp(report: Report, edition: Edition) -> list[tuple[str, str]]:
    """What makes the report reproducible, by name."""
    return [
        ("状態", edition.words),
        ("データの時点", f"{cut_off(report)}（最後の変更）"),
        ("分野の体系", report.stamp.taxonomy),
        ("分類モデル", report.stamp.model),
        ("乱数", report.stamp.seed),
        ("ソフトウェア", report.stamp.software),
        ("照合", "一致" if report.adds_up else f"不一致 {len(report.differences)}件（未確定）"),
    ]


def differences(report: Report) -> list[tuple[str, str, str]]:
    """What does not add up: what, how many, which receipt numbers."""
    return [
        (one.what, f"{one.count:,}", "、".join(one.where) + (" ほか" if one.count > len(one.where) > 0 else ""))
        for one in report.differences
    ]


def cells(row: Row) -> list[str]:
    """A row as printed."""
    return [shown(cell) for cell in row.cells]


def is_number(table: Table, column: int) -> bool:
    """Whether figures stand in a column."""
    cells = [row.cells[column] for row in plain_rows(table) or table.rows]
    kinds = [cell.kind for cell in cells if cell.value != ""]
    return bool(kinds) and all(kind not in {"text", "quote"} for kind in kinds)


def groups(table: Table) -> list[tuple[str, int]]:
    """Neighbouring columns of the same group: its name and how many; empty when no column has one."""
    if not any(column.group for column in table.columns):
        return []
    found: list[tuple[str, int]] = []
    for column in table.columns:
        if found and column.group and found[-1][0] == column.group:
            found[-1] = (column.group, found[-1][1] + 1)
        else:
            found.append((column.group, 1))
    return found


def widths(table: Table) -> list[float]:
    """Relative widths of the columns: sentences, names, figures."""
    return [
        4.6 if column.wide else 1.0 if is_number(table, place) else 2.2 for place, column in enumerate(table.columns)
    ]


def plain_rows(table: Table) -> Sequence[Row]:
    """The rows that charts draw."""
    return [row for row in table.rows if not row.total]
