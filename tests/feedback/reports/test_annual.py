"""The annual report from raw rows. What is real and what is only shaped like it is said at each test.

Real, from cities' own pages (collected in the design notes): 川崎 2,160通 became 3,783件 in one year, 枚方 204通 247件.
How these spread over kinds, channels and areas is not published there; the spread below is ours.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from feedback.db import Database
from feedback.opinions.rules import Channel, MatterStatus
from feedback.reports.building import Wanted, build
from feedback.reports.figures import shown
from feedback.reports.tables import Report, ReportKind, Table, from_json, to_json
from tests.feedback.reports.rows import Rows, answered

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""What is pure work on counts need not be counted twice."""
NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
Build = Callable[..., Report]


def lines(table: Table) -> list[list[str]]:
    return [[shown(cell) for cell in row.cells] for row in table.rows]


def table(report: Report, key: str) -> Table:
    return next(one for _, one in report.tables() if one.key == key)


@pytest.fixture
def rows(database: Database) -> Rows:
    return Rows(database)


@pytest.fixture
def built(database: Database) -> Build:
    def make(kind: ReportKind = ReportKind.ANNUAL, year: int = 2025, month: int | None = None, **more: Any) -> Report:
        return build(database, Wanted(kind, year, month, **more), city="見本市", now=NOW)

    return make


@on_sqlite
def test_submissions_and_matters_of_a_real_city(rows: Rows, built: Build) -> None:
    """Real: 2,160通 with 3,783件 (川崎), against 204通 with 247件 (枚方) as the year before. The days are ours."""
    rows.add(date(2025, 7, 1), times=1623, matters=[{}, {"kind": "complaint"}])
    rows.add(date(2025, 8, 1), times=537, channel=Channel.WEB)
    rows.add(date(2024, 7, 1), times=43, matters=[{}, {}])
    rows.add(date(2024, 8, 1), times=161, channel=Channel.PHONE)
    rows.write()
    report = built()
    assert report.adds_up
    assert lines(table(report, "totals")) == [
        ["受付通数", "2,160", "204", "1,956", "958.8"],
        ["受付件数", "3,783", "247", "3,536", "1,431.6"],
        ["うちインターネット（件）", "3,783", "86", "3,697", "4,298.8"],
        ["1通当たりの件数", "1.8", "1.2", "", ""],
    ]
    assert lines(table(report, "reconciliation"))[-1] == ["受け付けた総数", "2,160", "3,783"]


@on_sqlite
def test_kinds_by_year_with_decreases_and_shares(rows: Rows, built: Build) -> None:
    """Shaped like 種別 × 3年 of real reports; the figures are ours."""
    for year, kinds in (
        (2023, {"request": 402, "complaint": 131, "proposal": 88, "thanks": 9}),
        (2024, {"request": 377, "complaint": 160, "proposal": 61, "thanks": 12}),
        (2025, {"request": 331, "complaint": 174, "proposal": 74, "thanks": 12, "question": 1, None: 2}),
    ):
        for kind, number in kinds.items():
            rows.add(date(year, 5, 9), times=number, matters=[{"kind": kind}])
    rows.write()
    assert lines(table(built(), "kinds")) == [
        ["要望", "402", "63.8", "377", "61.8", "331", "55.7", "△46"],
        ["苦情", "131", "20.8", "160", "26.2", "174", "29.3", "14"],
        ["提案・提言", "88", "14.0", "61", "10.0", "74", "12.5", "13"],
        ["問合せ", "0", "-", "0", "-", "1", "0.2", "1"],
        ["感謝", "9", "1.4", "12", "2.0", "12", "2.0", "0"],
        ["未分類", "0", "-", "0", "-", "2", "0.3", "2"],
        ["合計", "630", "100.0", "610", "100.0", "594", "100.0", "△16"],
    ]


@on_sqlite
def test_areas_with_ties_and_totals_of_rows_and_columns(rows: Rows, built: Build) -> None:
    """Shaped like 四半期 × 分野 and 分野別構成比; the figures are ours."""
    quarters = {
        "roads": (31, 28, 40, 52),
        "parks": (12, 20, 11, 3),
        "environment": (15, 15, 10, 6),
        "water": (0, 1, 0, 0),
    }
    for area, numbers in quarters.items():
        for month, number in zip((4, 9, 10, 3), numbers, strict=True):
            year = 2026 if month == 3 else 2025
            day = date(year, month, 31 if month == 3 else 1)
            rows.add(day, times=number, matters=[{"area_key": area}])
    rows.write()
    report = built()
    assert lines(table(report, "quarters")) == [
        ["道路・橋・街路灯・除雪", "31", "28", "40", "52", "151", "61.9"],
        ["公園・緑地・街路樹", "12", "20", "11", "3", "46", "18.9"],
        ["上下水道・河川・浸水", "0", "1", "0", "0", "1", "0.4"],
        ["ごみ・リサイクル・騒音・悪臭・動物・喫煙", "15", "15", "10", "6", "46", "18.9"],
        ["合計", "58", "64", "61", "61", "244", "100.0"],
        ["構成比（％）", "23.8", "26.2", "25.0", "25.0", "100.0", ""],
    ]
    places = [(line[1], line[2], line[3]) for line in lines(table(report, "areas"))]
    assert places == [
        ("1", "151", "61.9"),
        ("2", "46", "18.9"),
        ("2", "46", "18.9"),
        ("4", "1", "0.4"),
        ("", "244", "100.0"),
    ]
    assert "同数は同順位です。" in table(report, "areas").notes


def test_channels_offices_people_outcomes_and_days(rows: Rows, built: Build) -> None:
    roads, parks = rows.departments["roads"], rows.departments["parks"]
    rows.add(
        date(2025, 6, 2), times=2, channel=Channel.PHONE, sender_name="市民", matters=[answered(1, date(2025, 6, 2))]
    )
    rows.add(
        date(2025, 6, 2),
        channel=Channel.LETTER,
        age_band="70s",
        district="中央",
        matters=[
            {"department_id": parks, "outcome": "reflected", "reflected_on": date(2025, 7, 1)}
            | answered(14, date(2025, 6, 2))
        ],
    )
    rows.add(date(2025, 6, 30), channel=Channel.MEETING, matters=[{"status": MatterStatus.IN_PROGRESS}])
    rows.add(date(2025, 6, 30), channel=Channel.MONITOR, age_band="70s", matters=[{"outcome": "difficult"}])
    rows.write()
    report = built()
    assert [line[:4] for line in lines(table(report, "system"))] == [
        ["個別広聴 計", "3", "3", "60.0＊"],
        ["　電話", "2", "2", "40.0＊"],
        ["　手紙・はがき", "1", "1", "20.0＊"],
        ["調査広聴 計", "1", "1", "20.0＊"],
        ["　モニター・アンケート", "1", "1", "20.0＊"],
        ["集団広聴 計", "1", "1", "20.0＊"],
        ["　懇談会", "1", "1", "20.0＊"],
        ["合計", "5", "5", "100.0＊"],
    ]
    assert [(line[1], line[2], line[4]) for line in lines(table(report, "departments"))] == [
        ("道路管理課", "4", "2"),
        ("公園緑地課", "1", "1"),
        ("", "5", "3"),
    ]
    assert [line[:2] for line in lines(table(report, "ages"))] == [["70代", "2"], ["不明", "3"], ["合計", "5"]]
    assert [line[:2] for line in lines(table(report, "districts"))] == [["中央", "1"], ["不明", "4"], ["合計", "5"]]
    decided = {line[0]: line[1] for line in lines(table(report, "outcomes"))}
    assert (decided["反映済"], decided["困難"], decided["対応中"], decided["区分未設定（回答済・完了）"]) == (
        "1",
        "1",
        "1",
        "2",
    )
    assert [line[:2] for line in lines(table(report, "days"))][:4] == [
        ["2日以内", "2"],
        ["3～5日", "0"],
        ["6～10日", "1"],
        ["11～14日", "0"],
    ]
    assert lines(table(report, "cases"))[0][3:] == ["反映済\n令和7年7月1日", ""]
    assert roads != parks


def test_what_left_the_city_is_told_apart(rows: Rows, built: Build) -> None:
    day = date(2025, 9, 1)
    rows.add(day, matters=[{}, {"status": MatterStatus.TRANSFERRED}])
    for status in (MatterStatus.TRANSFERRED, MatterStatus.OUT_OF_SCOPE, MatterStatus.WITHDRAWN, MatterStatus.SPAM):
        rows.add(day, matters=[{"status": status}])
    rows.write()
    report = built()
    assert lines(table(report, "reconciliation")) == [
        ["集計対象", "1", "1"],
        ["移送", "1", "2"],
        ["対象外", "1", "1"],
        ["取り下げ・送信取消", "1", "1"],
        ["営業・いたずら", "1", "1"],
        ["処理待ち", "0", "0"],
        ["受け付けた総数", "5", "6"],
    ]
    assert report.adds_up


def test_days_are_those_of_japan_and_a_year_that_goes_on_says_so(rows: Rows, built: Build) -> None:
    rows.add(date(2026, 3, 31), times=2)
    rows.add(date(2026, 4, 1), times=3)
    rows.add(date(2025, 4, 1), times=4)
    rows.add(date(2025, 12, 1), times=7)
    rows.write()
    report = built(year=2026)
    assert not report.complete
    assert lines(table(report, "totals"))[1] == ["受付件数", "3", "4", "△1", "△25.0＊"]
    assert table(report, "totals").columns[2].title == "前年同期"
    months = lines(table(report, "months"))
    assert months[0] == ["4月", "3", "3", "3", "4", "△1", "△25.0＊"]
    assert months[-1] == ["合計", "3", "3", "3", "4", "△1", "△25.0＊"]
    assert built(year=2025).complete


@on_sqlite
def test_nothing_at_all_is_a_report_too(built: Build) -> None:
    report = built()
    assert report.adds_up
    assert lines(table(report, "trend")) == [["令和7年度", "…", "…", "…", "…", "…"]]
    assert table(report, "publication").absence
    assert from_json(to_json(report)) == report


@on_sqlite
@pytest.mark.parametrize("kind", list(ReportKind))
def test_a_second_run_is_the_same_report(rows: Rows, built: Build, kind: ReportKind) -> None:
    rows.add(date(2025, 9, 1), times=3, matters=[{"outcome": "reflected", "outcome_reason": "看板を直しました。"}])
    rows.write()
    more: dict[str, Any] = {"month": 9} if kind is ReportKind.MONTHLY else {}
    if kind is ReportKind.DEPARTMENT:
        more["department_id"] = rows.departments["roads"]
    if kind is ReportKind.COUNCIL:
        more["area"] = "roads"
    first = built(kind, **more)
    assert to_json(first) == to_json(built(kind, **more))
    assert first.adds_up
    assert from_json(to_json(first)) == first


def test_few_statements_however_much_there_is(rows: Rows, built: Build, count_queries: Callable[..., Any]) -> None:
    rows.add(date(2025, 9, 1), times=30)
    rows.write()
    with count_queries() as counted:
        built()
    assert len(counted) < 45
