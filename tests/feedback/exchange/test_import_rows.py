from datetime import UTC, datetime
from typing import Any

import pytest

from feedback.clock import TOKYO
from feedback.exchange.import_columns import Field
from feedback.exchange.import_rows import Candidate, Names, RowProblem, as_text, candidate, plain
from feedback.opinions.rules import Channel, Kind, MatterStatus, Outcome

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NAMES = Names(areas={plain("道路・橋"): "roads", "roads": "roads"}, departments={"道路管理課": 7, "roads": 7})


def a_row(**cells: Any) -> Candidate:
    cells = {"text": "道路の穴", "received_at": "令和7年4月1日", **cells}
    columns = {Field(name): number for number, name in enumerate(cells)}
    return candidate(2, list(cells.values()), columns=columns, channel=Channel.PHONE, names=NAMES, now=NOW)


def test_a_full_row() -> None:
    found = a_row(
        source_id=12.0,
        channel="はがき",
        kind="問い合わせ",
        area="道路橋",
        department="道路管理課",
        status="回答済み",
        outcome="検討中",
        answered_at="R7.4.10",
        closed_at="2025/4/11",
        age_band="４５歳",
        district="みどり町",
        name="山田太郎",
        contact="090-1234-5678",
        wants_reply="不要",
    )

    assert found == Candidate(
        row=2,
        channel=Channel.LETTER,
        source_id="12",
        text="道路の穴",
        received_at=datetime(2025, 4, 1, tzinfo=TOKYO),
        kind=Kind.QUESTION,
        area_key="roads",
        department_id=7,
        status=MatterStatus.ANSWERED,
        outcome=Outcome.CONSIDERING,
        answered_at=datetime(2025, 4, 10, tzinfo=TOKYO),
        closed_at=datetime(2025, 4, 11, tzinfo=TOKYO),
        age_band="40s",
        district="みどり町",
        name="山田太郎",
        contact="090-1234-5678",
        wants_reply=False,
    )


def test_empty_cells_say_nothing() -> None:
    found = a_row(kind="", area="不明", age_band="無回答", channel=None, answered_at="-")

    assert (found.kind, found.area_key, found.age_band, found.answered_at) == (None, None, None, None)
    assert found.channel is Channel.PHONE


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"text": " "}, "内容がありません"),
        ({"received_at": ""}, "受付日がありません"),
        ({"received_at": "春ごろ"}, "受付日「春ごろ」が日付として読めません"),
        ({"received_at": "2027/1/1"}, "未来"),
        ({"received_at": "昭和50年4月1日"}, "古すぎます"),
        ({"kind": "ぼやき"}, "種別「ぼやき」が登録されていません"),
        ({"department": "宇宙課"}, "担当課「宇宙課」"),
        ({"channel": "のろし"}, "受付方法「のろし」"),
        ({"answered_at": "2025/3/1"}, "回答日が受付日より前"),
        ({"age_band": "若い"}, "年代「若い」"),
        ({"name": "あ" * 101}, "長すぎます"),
        ({"text": "あ" * 50_001}, "長すぎます"),
        ({"source_id": "1" * 81}, "受付番号が長すぎます"),
    ],
)
def test_why_a_row_is_not_taken(cells: dict[str, Any], reason: str) -> None:
    with pytest.raises(RowProblem, match=reason):
        a_row(**cells)


def test_a_title_joins_the_text_once() -> None:
    assert a_row(title="側溝").text == "件名：側溝\n道路の穴"
    assert a_row(title="道路").text == "道路の穴"
    assert a_row(title="道路", text="").text == "道路"


def test_rows_without_a_number_are_known_by_their_content() -> None:
    assert a_row().source_id == a_row().source_id != a_row(name="別の人").source_id
    assert a_row().source_id.startswith("sha256:")


def test_further_matters_of_a_submission_differ() -> None:
    assert a_row(source_id="R8-000001", matter_number="1").source_id == "R8-000001"
    assert a_row(source_id="R8-000001", matter_number="2").source_id == "R8-000001#2"


@pytest.mark.parametrize(
    ("words", "band"), [("10代以下", "10s"), ("9歳", "10s"), ("40～49歳", "40s"), ("92", "80s"), ("60s", "60s")]
)
def test_ages(words: str, band: str) -> None:
    assert a_row(age_band=words).age_band == band


def test_cells_as_people_read_them() -> None:
    assert [as_text(cell) for cell in (None, 3.0, 3.5, True, "x", datetime(2025, 4, 1, 9))] == [  # noqa: DTZ001
        "", "3", "3.5", "True", "x", "2025-04-01 09:00:00",
    ]  # fmt: skip
