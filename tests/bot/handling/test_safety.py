"""Whole conversations through the processor and a real database: emergencies."""

import pytest

from bot.conversation.state import from_json
from tests.bot.conftest import Phone, labels, state_of, words


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("もう死にたいです", "0120-279-338"),
        ("となりの家が火事です", "119"),
        ("父になぐられています", "189"),
        ("道路が陥没しています", "#9910"),
        ("市役所を爆破する", "110"),
    ],
)
def test_an_emergency_is_answered_first_and_recorded(friend: Phone, text: str, number: str) -> None:
    answer = friend.says(text)
    assert number in answer[0]["text"]
    (submission,) = friend.submissions()
    assert submission.receipt_number in answer[-1]["text"]
    assert friend.matters()[0].urgent
    assert "土日" not in words(answer)


def test_an_emergency_before_consent(phone: Phone) -> None:
    answer = phone.says("もう死にたいです")
    assert "0120-279-338" in answer[0]["text"]
    assert "同意して送る" in labels(answer)
    assert len(answer) <= 5
    phone.says("同意する")
    assert len(phone.submissions()) == 1


def test_the_state_never_holds_words(friend: Phone) -> None:
    friend.says("どこに言えばよいか迷うことです")
    assert from_json(state_of(friend)).offered == ("roads", "parks", "water")
    assert "迷う" not in str(state_of(friend))
