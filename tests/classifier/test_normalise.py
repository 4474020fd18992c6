import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.normalise import MAX_CHARACTERS, normalise, unify_width


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ｶﾞｰﾄﾞﾚｰﾙ", "ガードレール"),
        ("ＡＢＣ１２３", "abc123"),
        ("すごーーーい", "すごーい"),
        ("やったーーー!!!!!!", "やったー!!"),
        ("ラ―メン", "ラーメン"),
        ("わ～い〜", "わーいー"),
        ("a  b\n\nc", "a b c"),
        ("見て https://example.net/x?y=1 です", "見て url です"),
        ("3‐2−1", "3-2-1"),
        ("ｶﾞｲﾄｳｶﾞ ｷｴﾃｲﾏｽ", "がいとうが きえています"),
        ("カーブミラー", "カーブミラー"),
        ("", ""),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_very_long_texts_are_cut() -> None:
    assert len(normalise("道路" * 10_000)) <= MAX_CHARACTERS


@pytest.mark.parametrize("text", ["ｶﾞｯｺｳ", "㈱みどり", "か\u3099", "０９０", "普通の文", "①②", "ﾟ", ""])
def test_offsets_point_into_the_original(text: str) -> None:
    unified, offsets = unify_width(text)
    assert unified == unicodedata.normalize("NFKC", text)
    assert len(offsets) == len(unified) + 1
    assert offsets[-1] == len(text)


@given(st.text(max_size=40))
def test_offsets_never_go_back(text: str) -> None:
    unified, offsets = unify_width(text)
    assert len(offsets) == len(unified) + 1
    assert offsets == sorted(offsets)
    assert offsets[-1] == len(text)
