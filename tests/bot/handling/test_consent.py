"""Whole conversations through the processor and a real database: consent."""

import pytest
from sqlalchemy import select

from feedback.citizens.models import Citizen, Consent
from tests.bot.conftest import Phone, citizen_of, labels, words


def test_words_before_consent_wait_and_are_recorded_with_it(phone: Phone) -> None:
    asked = phone.says("市役所前の道路に穴があいています")
    assert "同意して送る" in labels(asked)
    assert phone.submissions() == []
    assert phone.events()[0].held_until is not None
    assert citizen_of(phone).line_user_id_sealed is None

    thanked = phone.presses("同意して送る", asked)

    (submission,) = phone.submissions()
    assert submission.receipt_number in words(thanked)
    assert "道路管理課" in words(thanked)
    assert phone.matters()[0].text == "市役所前の道路に穴があいています"
    assert phone.events()[0].held_until is None
    assert phone.events()[0].payload is not None
    assert citizen_of(phone).line_user_id_sealed is not None
    assert phone.dead() == []


@pytest.mark.parametrize("typed", ["同意", "同意する。", "はい", "１", "「同意」"])
def test_consent_can_be_typed(phone: Phone, typed: str) -> None:
    phone.says("道路に穴があいています")
    phone.says(typed)
    assert citizen_of(phone).consent is Consent.GIVEN
    assert len(phone.submissions()) == 1


@pytest.mark.parametrize("typed", ["同意しない", "いいえ", "2"])
def test_refusal_can_be_typed(phone: Phone, typed: str) -> None:
    phone.says("道路に穴があいています")
    phone.says(typed)
    assert citizen_of(phone).consent is Consent.REFUSED
    assert phone.submissions() == []


def test_refusal_clears_what_waited_and_says_how_else(phone: Phone) -> None:
    refused = phone.presses("同意しない", phone.says("道路に穴があいています"))
    assert phone.submissions() == []
    assert all(event.payload is None for event in phone.events())
    assert phone.settings.contact_phone in words(refused)
    again = phone.says("やはり道路の穴のことです")
    assert "保存していません" in words(again)
    assert phone.events()[-1].payload is None
    assert phone.events()[-1].held_until is None


def test_several_held_messages_join_by_the_quiet_window(phone: Phone) -> None:
    phone.pause = 10
    phone.says("道路に穴があいています")
    also = phone.says("場所は駅前です")
    assert "まとめて受け付けます" in words(also)
    phone.clock.advance(seconds=300)
    phone.says("べつのことですが公園も見てください")
    thanked = phone.says("同意する")
    assert [matter.text for matter in phone.matters()] == [
        "道路に穴があいています\n場所は駅前です",
        "べつのことですが公園も見てください",
    ]
    assert all(one.receipt_number in words(thanked) for one in phone.submissions())


def test_consent_in_the_same_batch_as_the_words(phone: Phone) -> None:
    phone.store(phone.message(type="text", text="道路に穴があいています"), phone.message(type="text", text="同意する"))
    answers = phone.work()
    assert phone.submissions()[0].receipt_number in words(answers)
    first = phone.events()[0]
    assert (first.held_until, first.payload is None) == (None, False)


def test_refusal_in_the_same_batch_as_the_words(phone: Phone) -> None:
    phone.store(phone.message(type="text", text="道路に穴が"), phone.message(type="text", text="同意しない"))
    phone.work()
    assert phone.submissions() == []
    assert [(event.held_until, event.payload) for event in phone.events()] == [(None, None)] * 2


def test_words_whose_time_ran_out_are_not_recorded(phone: Phone) -> None:
    phone.says("道路に穴があいています")
    phone.clock.advance(minutes=phone.settings.consent_hold_minutes + 1)
    assert "書いて送ってください" in words(phone.says("同意する"))
    assert phone.submissions() == []


def test_a_new_notice_asks_again_at_the_next_opinion(friend: Phone) -> None:
    with friend.database.write() as session:
        session.scalars(select(Citizen)).one().consent_version = "2020-01-01"
    asked = friend.says("道路に穴があいています")
    assert "新しくなりました" in words(asked)
    assert friend.submissions() == []
    friend.presses("同意して送る", asked)
    assert len(friend.submissions()) == 1


def test_an_old_notices_button_shows_the_new_one(phone: Phone) -> None:
    shown = phone.sends(phone.event("postback", postback={"data": "v1:agree::2020-01-01"}))
    assert "同意する" in labels(shown)
    assert citizen_of(phone).consent is Consent.UNASKED


def test_consent_can_be_taken_back(friend: Phone) -> None:
    assert "お預かりしません" in words(friend.says("同意しない"))
    assert citizen_of(friend).line_user_id_sealed is None
