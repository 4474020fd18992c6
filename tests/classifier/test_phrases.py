import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import safety
from classifier.normalise import normalise
from classifier.personal_data import names
from classifier.phrases import Phrases


def possible(expression: str, text: str, flags: int = 0) -> bool:
    return Phrases([re.compile(expression, flags)]).possible(text) == [0]


@pytest.mark.parametrize(
    ("expression", "ruled_out"),
    [
        ("火事", "火を見た事"),
        ("(?:殴|なぐ)られ", "けられ"),
        ("倒れ(?:て|た)", "倒す"),
        ("(?=.*職員).*知って", "知っている"),
        ("[火炎]が見え", "煙が見え"),
        ("(?:死){2}", "生"),
    ],
)
def test_a_text_without_the_characters_is_ruled_out(expression: str, ruled_out: str) -> None:
    assert not possible(expression, ruled_out)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("火事?", "火"),
        ("(?:火事)?だ", "だ"),
        ("火(?!災)", "火の車"),
        (r"\d+円|[^あ]", "い"),
        ("(?i)line", "LINE"),
        ("(?i:line)の", "LINEの"),
        ("", "x"),
        ("a|", "b"),
        ("(あ)\\1", "ああ"),
        (".", "x"),
    ],
)
def test_what_may_match_is_never_ruled_out(expression: str, text: str) -> None:
    assert re.search(expression, text)
    assert possible(expression, text)


def test_capitals_count_where_they_are_ignored() -> None:
    assert possible("line", "LINE", re.IGNORECASE)
    assert not possible("line", "LINE")


# Texts made of pieces of the expressions themselves come close to matching.
_PIECES = sorted({piece for one in safety._SAID for piece in re.findall(r"[ぁ-んァ-ヶ一-龥々]{1,4}", one[1].pattern)})


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_shipped_expressions_that_match_are_always_possible(text: str) -> None:
    spelled = normalise(text)
    found = set(safety._PHRASES.possible(spelled))
    assert {n for n, (_, one) in enumerate(safety._SAID) if one.search(spelled)} <= found
    named = set(names._PHRASES.possible(text))
    assert {n for n, one in enumerate(names._CUED) if one.search(text)} <= named
