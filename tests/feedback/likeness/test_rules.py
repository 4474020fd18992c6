import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.likeness import rules

CAMPAIGN = (
    "市立中央図書館の夜間開館を続けてください。仕事帰りに寄れる場所がなくなると困ります。市民の声を聞いてください。"
)
japanese = st.text(alphabet="あいうえお市道公園図書館を直して下さい。、ー１2AbＡ👍🏽", min_size=0, max_size=80)


@given(japanese)
def test_equal_texts_meet_under_every_key(text: str) -> None:
    found = rules.shingles(text)
    assert rules.bands(found) == rules.bands(frozenset(sorted(found)))
    assert rules.overlap(found, found) == (1.0 if found else 0.0)


@given(japanese, japanese)
def test_overlap_is_the_same_both_ways_and_a_share(one: str, other: str) -> None:
    a, b = rules.shingles(one), rules.shingles(other)
    assert rules.overlap(a, b) == rules.overlap(b, a)
    assert 0.0 <= rules.overlap(a, b) <= 1.0


@pytest.mark.parametrize(
    "copy",
    [
        CAMPAIGN,
        CAMPAIGN.replace("。", "！！\n"),
        "　" + CAMPAIGN + "😢😢",
        CAMPAIGN + "田中です。",
        CAMPAIGN.replace("市立", ""),
        CAMPAIGN.replace("仕事帰り", "学校の帰り"),
    ],
)
def test_a_text_that_was_hardly_changed_is_the_same(copy: str) -> None:
    mine, other = rules.shingles(CAMPAIGN), rules.shingles(copy)
    assert rules.overlap(mine, other) >= rules.SAME
    assert set(rules.bands(mine)) & set(rules.bands(other))


@pytest.mark.parametrize(
    "other",
    [
        "市立中央図書館の自習席を増やしてください。土曜日はいつも満席で、遠くから来ても座れません。",
        "中央公園の夜間照明を続けてください。仕事帰りに走る人が困ります。",
        "",
    ],
)
def test_another_text_is_not_the_same(other: str) -> None:
    assert rules.overlap(rules.shingles(CAMPAIGN), rules.shingles(other)) < rules.SAME


def test_short_words_are_not_compared() -> None:
    assert rules.shingles("ありがとうございます") == frozenset()
    assert rules.bands(rules.shingles("ありがとうございます")) == []


def test_another_process_makes_the_same_keys() -> None:
    code = f"from feedback.likeness import rules; print(rules.bands(rules.shingles({CAMPAIGN!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(rules.bands(rules.shingles(CAMPAIGN)))


def test_words_decide_among_texts_equally_close_in_meaning() -> None:
    text = "ひばり台公園のブランコが壊れています"
    others = [("道路に穴があいています", 0.6), ("公園のブランコの板が割れて危ない", 0.6), ("ごみの日を知りたい", 0.6)]
    assert rules.rank(text, others)[0] == 1


def test_what_is_far_in_meaning_is_not_called_similar() -> None:
    assert rules.rank("公園のブランコ", [("公園のブランコ", rules.NEAR - 0.01)]) == []
