"""Whole conversations through the processor and a real database."""

from tests.bot.conftest import Phone, labels, words


def test_words_before_consent_wait_and_are_recorded_with_it(phone: Phone) -> None:
    asked = phone.says("市役所前の道路に穴があいています")
    assert "同意して送る" in labels(asked)
    assert phone.submissions() == []
    assert phone.events()[0].held_until is not None

    thanked = phone.presses("同意して送る", asked)

    (submission,) = phone.submissions()
    assert submission.receipt_number in words(thanked)
    assert "道路管理課" in words(thanked)
    assert phone.matters()[0].text == "市役所前の道路に穴があいています"
    assert phone.events()[0].held_until is None
    assert phone.events()[0].payload is not None
    assert phone.dead() == []


def test_refusal_clears_what_waited_and_says_how_else(phone: Phone) -> None:
    refused = phone.presses("同意しない", phone.says("道路に穴があいています"))
    assert phone.submissions() == []
    assert all(event.payload is None for event in phone.events())
    assert phone.settings.contact_phone in words(refused)
    again = phone.says("やはり道路の穴のことです")
    assert "保存していません" in words(again)
    assert phone.events()[-1].payload is None
    assert phone.events()[-1].held_until is None


def test_an_opinion_gets_its_receipt(friend: Phone) -> None:
    answer = friend.says("道路に穴があいています")
    (submission,) = friend.submissions()
    text = answer[0]["text"]
    assert submission.receipt_number in text
    assert "道路管理課" in text
    assert "10日" in text
    assert {"ちがう分野です", "追加する", "取り下げる"} <= set(labels(answer))
