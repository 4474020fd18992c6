"""Whole conversations through the processor and a real database: friends, groups, standby."""

from sqlalchemy import select

from feedback.citizens.models import Consent
from feedback.outbox.models import OutboundMessage
from tests.bot.conftest import Phone, citizen_of, labels, words


def test_a_new_friend_is_greeted_and_asked(phone: Phone) -> None:
    greeting = phone.sends(phone.event("follow", follow={"isUnblocked": False}))
    assert 1 < len(greeting) <= 5
    assert "119" in words(greeting)
    assert "同意する" in labels(greeting)
    assert "ひとつだけ確認" in words(phone.says("道路に穴があいています"))
    assert "まとめて" in words(phone.says("駅前の道路です"))
    phone.presses("同意する", greeting)
    assert citizen_of(phone).consent is Consent.GIVEN


def test_a_returning_friend_is_greeted_shortly(friend: Phone) -> None:
    friend.sends(friend.event("unfollow"))
    assert citizen_of(friend).reachable is False
    back = friend.sends(friend.event("follow", follow={"isUnblocked": True}))
    assert citizen_of(friend).reachable is True
    assert len(back) == 1
    assert "おかえりなさい" in words(back)


def test_a_group_is_left_politely(phone: Phone) -> None:
    source = {"type": "group", "groupId": "C" + "1" * 32, "userId": phone.user_id}
    answers = phone.sends(phone.event("join", source=source))
    assert "1対1のトーク" in words(answers)
    with phone.database.read() as session:
        drafts = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)).all()
    assert [draft.purpose for draft in drafts] == ["group", "leave"]
    phone.sends(phone.event("message", source=source, message={"type": "text", "id": "1", "text": "道路に穴が"}))
    assert phone.submissions() == []
    assert phone.events()[-1].payload is None


def test_in_standby_nothing_is_sent(friend: Phone) -> None:
    message = friend.message(type="text", text="道路に穴があいています")
    assert friend.sends(message | {"mode": "standby"}) == []
    assert len(friend.submissions()) == 1
