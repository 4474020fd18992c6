import pytest

from classifier.terms import terms


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("中央図書館の夜間開館を続けて", {"図書館", "中央図書館", "夜間開館"}, {"図書", "中央図書"}),
        ("通学路の横断歩道が消えています", {"通学路", "横断歩道"}, {"通学", "路"}),
        ("お願いします。対応してください", set(), {"お願い", "対応"}),
        ("街路灯が３つ切れています", {"街路灯"}, {"3", "街路"}),
        ("", set(), set()),
    ],
)
def test_terms_are_whole_nouns(text: str, wanted: set[str], unwanted: set[str]) -> None:
    found = {one.written for one in terms(text)}
    assert wanted <= found
    assert not unwanted & found


def test_spellings_share_a_key() -> None:
    keys = [{one.written: one.key for one in terms(f"{word}の収集が来ない")}[word] for word in ("ごみ", "ゴミ")]
    assert keys[0] == keys[1]
