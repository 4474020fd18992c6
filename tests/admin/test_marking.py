from hypothesis import given
from hypothesis import strategies as st

from admin.marking import excerpt, segments, spans_of
from feedback.ports import PersonalDataSpan


@given(st.text(max_size=60), st.lists(st.text(max_size=4), max_size=3), st.lists(st.text(max_size=4), max_size=3))
def test_segments_join_to_the_text(text: str, evidence: list[str], found: list[str]) -> None:
    assert "".join(one.text for one in segments(text, evidence=evidence, found=found)) == text


def test_words_are_found_in_any_width_and_case() -> None:
    assert spans_of("ﾊﾞｽ停とＢＵＳ stop", ["バス停", "bus stop"]) == [(0, 4), (5, 13)]


def test_marks_overlap() -> None:
    marked = segments(
        "山田さんの公園", personal=[PersonalDataSpan(0, 2, "person_name")], evidence=["公園"], found=["園"]
    )
    assert [(one.text, one.personal, one.evidence, one.found) for one in marked] == [
        ("山田", True, False, False),
        ("さんの", False, False, False),
        ("公", False, True, False),
        ("園", False, True, True),
    ]


def test_spans_beyond_the_text_are_ignored() -> None:
    assert segments("短い", personal=[PersonalDataSpan(-3, 99, "x")])[0].personal


def test_an_excerpt_begins_where_the_words_are() -> None:
    text = "あ" * 200 + "目印" + "い" * 200
    cut = excerpt(text, words=["目印"])
    joined = "".join(one.text for one in cut)
    assert [one.text for one in cut if one.found] == ["目印"]
    assert joined.startswith("…")
    assert joined.endswith("…")
    assert len(joined) <= 112


def test_an_excerpt_is_one_line() -> None:
    assert [one.text for one in excerpt("一行目\n\n二行目")] == ["一行目 二行目"]
    assert excerpt("") == []
