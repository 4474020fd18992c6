"""Whole conversations through the processor and a real database: unsend."""

from feedback.inbox.models import EventState
from feedback.opinions.rules import MatterStatus
from tests.bot.conftest import Phone, words


def test_unsending_erases(friend: Phone) -> None:
    message = friend.message(type="text", text="道路に穴があいています")
    friend.sends(message)
    answer = friend.sends(friend.event("unsend", unsend={"messageId": message["message"]["id"]}))
    assert answer == []
    (matter,) = friend.matters()
    assert (matter.text, matter.status) == ("", MatterStatus.WITHDRAWN)
    assert "R8" not in words(friend.says("状況"))


def test_unsending_words_that_wait_for_consent(phone: Phone) -> None:
    message = phone.message(type="text", text="道路に穴があいています")
    phone.sends(message)
    phone.sends(phone.event("unsend", unsend={"messageId": message["message"]["id"]}))
    assert phone.events()[0].payload is None
    phone.says("同意する")
    assert phone.submissions() == []


def test_unsending_in_the_same_batch(phone: Phone) -> None:
    message = phone.message(type="text", text="道路に穴があいています")
    phone.store(message, phone.event("unsend", unsend={"messageId": message["message"]["id"]}))
    phone.work()
    assert [(event.held_until, event.payload) for event in phone.events()] == [(None, None)] * 2


def test_a_message_unsent_before_it_arrives_is_dropped(friend: Phone) -> None:
    message = friend.message(type="text", text="道路に穴があいています")
    friend.sends(friend.event("unsend", unsend={"messageId": message["message"]["id"]}))
    assert friend.sends(message) == []
    assert friend.submissions() == []
    assert friend.events()[-1].state is EventState.IGNORED
    assert friend.events()[-1].payload is None
