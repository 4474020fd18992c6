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


def test_the_graver_share_of_its_point_wins() -> None:
    assert decide_safety("x", {"hazard": 0.6, "emergency": 0.15}, POINTS) == "hazard"
    assert decide_safety("x", {"hazard": 0.3, "emergency": 0.35}, POINTS) == "emergency"


def test_urgency_follows_danger() -> None:
    reading = load().read(["もう死にたいです"])[0]
    assert (reading.safety, reading.urgency) == ("self_harm", "high")
