import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.personal_data import TYPES, find_personal_data
from classifier.personal_data.checks import is_credit_card, is_my_number


def found(text: str) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.type) for span in find_personal_data(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("電話は０９０－００００－１２３４です", [("０９０－００００－１２３４", "mobile")]),
        ("09000001234まで", [("09000001234", "mobile")]),
        ("090 0000 1234", [("090 0000 1234", "mobile")]),
        ("+81 90-0000-1234", [("+81 90-0000-1234", "mobile")]),
        ("03(1234)5678まで", [("03(1234)5678", "phone")]),
        ("(03)1234-5678", [("(03)1234-5678", "phone")]),
        ("0312345678にください", [("0312345678", "phone")]),
        ("自宅は0798‐12‐3456", [("0798‐12‐3456", "phone")]),
        ("TEL 23-4567", [("23-4567", "phone")]),
        ("〒１２３－４５６７", [("〒１２３－４５６７", "postal_code")]),
        ("郵便番号は123-4567です", [("123-4567", "postal_code")]),
        ("住所は桜ヶ丘2-14です。", [("桜ヶ丘2-14", "address")]),
        ("みどり町3丁目5番12号", [("みどり町3丁目5番12号", "address")]),
        ("ひばり台1-2-3 コーポ川北203号室", [("ひばり台1-2-3 コーポ川北203号室", "address")]),
        ("東京都千代田区千代田1-1", [("東京都千代田区千代田1-1", "address")]),
        ("メールはtaro.yamada@example.co.jpへ", [("taro.yamada@example.co.jp", "email")]),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", [("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "email")]),
        ("山田太郎と申します", [("山田太郎", "person_name")]),
        ("ｻﾄｳ ﾀﾛｳと申します", [("ｻﾄｳ ﾀﾛｳ", "person_name")]),
        ("名前：鈴木 花子", [("鈴木 花子", "person_name")]),
        ("隣の山田さんが", [("山田", "person_name")]),
        ("山田です。お願いします", [("山田", "person_name")]),
        ("マイナンバー123456789018です", [("123456789018", "my_number")]),
        ("１２３４　５６７８　９０１８", [("１２３４　５６７８　９０１８", "my_number")]),
        ("4111-1111-1111-1111", [("4111-1111-1111-1111", "credit_card")]),
        ("昭和60年4月3日生まれ", [("昭和60年4月3日", "birth_date")]),
        ("生年月日：1985/04/03", [("1985/04/03", "birth_date")]),
        ("S60.4.3生まれです", [("S60.4.3", "birth_date")]),
        ("品川 300 あ 12-34の車", [("品川 300 あ 12-34", "licence_plate")]),
        ("横浜500さ・・12", [("横浜500さ・・12", "licence_plate")]),
        ("普通1234567に振込", [("1234567", "bank_account")]),
        ("口座番号は7654321", [("7654321", "bank_account")]),
        ("記号12345番号12345671", [("12345番号12345671", "bank_account")]),
        ("ＬＩＮＥ　ＩＤはtaro_123です", [("taro_123", "line_id")]),
        ("U0123456789abcdef0123456789abcdef", [("U0123456789abcdef0123456789abcdef", "line_id")]),
    ],
)
def test_finds_the_span(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "みどり町3丁目の空き家",
        "工事は2-3日かかる",
        "午前9-12時の間",
        "0120-123-456に電話した",
        "予算は1,234,567円",
        "国道16号の渋滞",
        "第3-5回の会議",
        "令和7年4月1日に引っ越しました",
        "119番と110番",
        "#7119に電話",
        "受付番号はR8-000123です",
        "123456789012という番号",
        "1234567890123456",
        "市長さん、お母さん、お巡りさん、皆さん",
        "バスは7時30分、45番系統",
        "給食費4,500円が2か月分",
        "2026/11/22の広報",
        "市道1-23号線",
        "人口は12万3456人",
        "",
    ],
)
def test_leaves_other_numbers_alone(text: str) -> None:
    assert found(text) == []


def test_several_in_one_text_come_in_order_without_overlap() -> None:
    text = "山田太郎と申します。〒123-4567 みどり町1-2-3、090-0000-1234、taro@example.jp"
    assert [kind for _, kind in found(text)] == ["person_name", "postal_code", "address", "mobile", "email"]


@given(st.text(alphabet="０1２3-ー－〒@ｶﾞ山田さん丁目番地 あA.\n", max_size=60))
def test_spans_lie_in_the_text_and_apart(text: str) -> None:
    spans = find_personal_data(text)
    assert all(0 <= span.start < span.end <= len(text) and span.type in TYPES for span in spans)
    assert all(left.end <= right.start for left, right in itertools.pairwise(spans))


def test_check_digits() -> None:
    assert is_my_number("123456789018")
    assert not is_my_number("123456789012")
    assert not is_my_number("000000000000")
    assert not is_my_number("1234")
    assert is_credit_card("4111111111111111")
    assert is_credit_card("378282246310005")
    assert not is_credit_card("4111111111111112")
    assert not is_credit_card("9111111111111111")
