import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import masking
from feedback.ports import PersonalDataSpan


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("電話は090-1234-5678です", "電話は〔電話番号〕です"),
        ("TEL 03(1234)5678 まで", "TEL 〔電話番号〕 まで"),
        ("０９０ー１２３４ー５６７８に連絡を", "〔電話番号〕に連絡を"),
        ("09012345678", "〔電話番号〕"),
        ("連絡先taro.yamada@example.co.jpまで", "連絡先〔メールアドレス〕まで"),
        ("〒123-4567 まちこえ市", "〔郵便番号〕 まちこえ市"),
        ("錦町2丁目7番3号です", "錦町〔住所〕です"),
        ("錦町二丁目七番地の前", "錦町〔住所〕の前"),
        ("氏名：山田太郎、困っています", "氏名：〔氏名〕、困っています"),
        ("田中花子と申します。", "〔氏名〕と申します。"),
        ("番号は1234-5678-9012です", "番号は〔マイナンバー〕です"),
        ("4111 1111 1111 1111", "〔カード番号〕"),
    ],
)
def test_plain_patterns_are_masked(text: str, masked: str) -> None:
    assert masking.mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "0120-123-456 の窓口がつながらない",
        "令和7年4月1日に届いた",
        "3丁目の公園",
        "予算は1,234,567円",
        "2025-04-01 から 2025-10-31",
        "119番",
        "",
    ],
)
def test_what_is_nobodys_stays(text: str) -> None:
    assert masking.mask(text) == text


def test_spans_of_a_reading_join_those_of_patterns() -> None:
    text = "みどり町の鈴木です。090-1234-5678"
    spans = [PersonalDataSpan(5, 7, "person_name"), PersonalDataSpan(10, 14, "phone")]

    assert masking.mask(text, spans) == "みどり町の〔氏名〕です。〔電話番号〕"


def test_spans_of_an_older_text_do_no_harm() -> None:
    assert masking.mask("短い", [PersonalDataSpan(1, 90, "x"), PersonalDataSpan(50, 60, "phone")]) == "短〔個人情報〕"


@given(st.text(), st.lists(st.tuples(st.integers(-5, 50), st.integers(-5, 50), st.text(max_size=5))))
def test_no_character_inside_a_span_is_left_and_those_outside_stay(
    text: str, marks: list[tuple[int, int, str]]
) -> None:
    spans = [PersonalDataSpan(*one) for one in marks]
    every = [*masking.find(text), *spans]
    inside = {n for span in every for n in range(max(span.start, 0), min(span.end, len(text)))}
    outside = "".join(one for n, one in enumerate(text) if n not in inside)

    masked = masking.mask(text, spans)

    rest = iter(masked)
    assert all(one in rest for one in outside)
    if not inside:
        assert masked == text


@given(st.text())
def test_masking_keeps_no_phone_number_whatever_stands_around(around: str) -> None:
    assert "090-1234-5678" not in masking.mask(f"{around}、090-1234-5678。{around}")


def test_stored_spans_are_read() -> None:
    assert masking.spans_from([[1, 2, "email"]]) == [PersonalDataSpan(1, 2, "email")]
