from collections import defaultdict
from pathlib import Path

import pytest

from classifier import load
from classifier.safety import decide_safety

POINTS = {"emergency": 0.1, "self_harm": 0.1, "abuse": 0.3, "threat": 0.3, "hazard": 0.3}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("火事です", "emergency"),
        ("ﾄﾅﾘﾉｲｴｶﾞ ﾓｴﾃｲﾏｽ", "emergency"),
        ("父が倒れています", "emergency"),
        ("もう死にたい", "self_harm"),
        ("しにたい", "self_harm"),
        ("消えてしまいたい", "self_harm"),
        ("道路が陥没しました", "emergency"),
        ("橋が崩落しています", "emergency"),
        ("窓口の職員を殺しに行く", "threat"),
        ("帰り道、背後に気をつけろよ", "threat"),
        ("妹が父に何度も殴られました", "abuse"),
        ("夫の暴力から逃げたいです", "abuse"),
    ],
)
def test_plain_phrases_count_whatever_the_model_thinks(text: str, label: str) -> None:
    assert decide_safety(text, {}, POINTS) == label


@pytest.mark.parametrize(
    "text",
    ["死ぬほど暑い", "火事のときの避難場所はどこですか", "自殺対策の講演会の申込方法", "消防訓練で煙が出ていました"],
)
def test_what_only_sounds_dangerous_does_not_count(text: str) -> None:
    assert decide_safety(text, {"emergency": 0.2, "self_harm": 0.2}, POINTS) is None


@pytest.mark.parametrize("text", ["すべて消す", "緊急", "終わりにする", "電気を消す", "続けられません"])
def test_a_faint_suspicion_needs_a_sign(text: str) -> None:
    assert decide_safety(text, {"emergency": 0.25, "self_harm": 0.25, "threat": 0.1}, POINTS) is None
    assert decide_safety(text, {"self_harm": 0.6}, POINTS) == "self_harm"


@pytest.mark.parametrize(
    "text", ["県道が20センチくらい陥没していて危ない", "白線が消えてた", "サルを殺すのはかわいそう"]
)
def test_no_plain_phrase(text: str) -> None:
    assert decide_safety(text, {}, POINTS) is None


def test_other_languages_need_no_sign() -> None:
    assert decide_safety("tem uma pessoa caída", {"emergency": 0.15}, POINTS) == "emergency"


def test_the_graver_share_of_its_point_wins() -> None:
    assert decide_safety("x", {"hazard": 0.6, "emergency": 0.15}, POINTS) == "hazard"
    assert decide_safety("x", {"hazard": 0.3, "emergency": 0.35}, POINTS) == "emergency"


def test_urgency_follows_danger() -> None:
    reading = load().read(["もう死にたいです"])[0]
    assert (reading.safety, reading.urgency) == ("self_harm", "high")


def test_a_hole_in_the_road_is_a_hazard_and_a_fallen_road_an_emergency() -> None:
    texts = ["家の前の道路に大きな穴があいていて危ないです", "県道が陥没しました", "裏の道が崩落した"]
    assert [reading.safety for reading in load().read(texts)] == ["hazard", "emergency", "emergency"]


def test_commands_and_harmless_words_raise_no_alarm() -> None:
    texts = [
        "すべて消す",
        "全部消して",
        "緊急",
        "緊急連絡先",
        "終わりにする",
        "消えたい文字",
        "電気を消す",
        "はい",
        "いいえ",
    ]
    assert [reading.safety for reading in load().read(texts)] == [None] * len(texts)


def test_sentences_written_before_the_phrases() -> None:
    """``safety_checks.tsv`` was written before the rules it judges; nothing was learnt from it."""
    lines = (Path(__file__).parent / "safety_checks.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    flagged = defaultdict(list)
    for (label, _), reading in zip(rows, load().read([text for _, text in rows]), strict=True):
        flagged[label].append(reading.safety)
    found = {label: sum(name is not None for name in names) / len(names) for label, names in flagged.items()}
    assert min(found[label] for label in ("emergency", "self_harm")) == 1
    assert min(found[label] for label in ("threat", "abuse", "hazard")) >= 0.85
    assert found["none"] <= 0.2
