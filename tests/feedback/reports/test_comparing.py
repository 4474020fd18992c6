from dataclasses import replace
from datetime import UTC, date, datetime

from feedback.reports.breakdowns import compared
from feedback.reports.comparing import Change, compare
from feedback.reports.figures import quote, text
from feedback.reports.tables import Column, Report, ReportKind, Row, Section, Stamp, Table

NAMES = [("a", "道路"), ("b", "公園"), ("c", "水道")]


def a_report(**now: int) -> Report:
    table = compared("areas", "分野", "分野", NAMES, now=now, before=None, names=("今", "前"))
    quoted = Table("cases", "声", (Column("番号"), Column("声")), (Row((text("R1"), quote(str(now), matter_id=1))),))
    return Report(
        ReportKind.ANNUAL,
        "広聴年報",
        "",
        "市",
        "令和7年度",
        date(2025, 4, 1),
        date(2026, 3, 31),
        complete=True,
        figures=(),
        sections=(Section("s", "章", "", (table, quoted)),),
        stamp=Stamp(datetime(2026, 4, 1, tzinfo=UTC), "", "", "", ""),
    )


def test_changed_cells_new_rows_and_rows_that_went() -> None:
    (found,) = compare(a_report(a=40, b=60), a_report(a=40, c=70))
    assert found.title == "分野"
    assert Change("道路", "今 構成比（％）", "40.0", "36.4") in found.changes
    assert Change("水道", "今 件数", "", "70") in found.changes
    assert Change("公園", "", "（行あり）", "（なし）") in found.changes
    assert not [one for one in found.changes if one.row == "道路" and one.column == "今 件数"]


def test_nothing_changed() -> None:
    report = a_report(a=40)
    assert compare(report, replace(report)) == ()
