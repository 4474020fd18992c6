"""Whole conversations through the processor and a real database: unsend."""

from sqlalchemy import func, select, update

from feedback.inbox.models import EventState, LineEvent
from feedback.opinions.models import MatterReading
from feedback.opinions.rules import MatterStatus
from feedback.outbox.models import OutboundMessage
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


def test_unsending_a_message_that_could_not_be_worked(friend: Phone) -> None:
    message = friend.message(type="text", text="道路に穴があいています")
    friend.store(message)
    with friend.database.write() as session:
        session.execute(update(LineEvent).where(LineEvent.state == EventState.PENDING).values(state=EventState.DEAD))
    friend.sends(friend.event("unsend", unsend={"messageId": message["message"]["id"]}))
    assert [event.payload for event in friend.events() if event.state is EventState.DEAD] == [None]


def test_unsending_takes_back_answers_that_quote_the_words(friend: Phone) -> None:
    message = friend.message(type="text", text="道路に穴があいています")
    friend.sends(message)
    friend.says("状況")
    friend.says("1")
    friend.sends(friend.event("unsend", unsend={"messageId": message["message"]["id"]}))
    with friend.database.read() as session:
        rows = session.execute(select(OutboundMessage.purpose, OutboundMessage.body_sealed)).all()
    assert {purpose for purpose, body in rows if body is None} == {"status"}


def test_what_is_left_after_unsending_is_read_again(friend: Phone) -> None:
    friend.pause = 5
    friend.says("道路に穴があいています")
    message = friend.message(type="text", text="早く直してください")
    friend.sends(message)
    friend.sends(friend.event("unsend", unsend={"messageId": message["message"]["id"]}))
    with friend.database.read() as session:
        assert session.scalar(select(func.count()).select_from(MatterReading)) == 1
    assert friend.matters()[0].text == "道路に穴があいています"
