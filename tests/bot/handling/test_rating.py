"""An answer on the phone: rated, commented on, asked again; old buttons and double taps are harmless."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from bot.messages.answers import AnswerMessages
from feedback.answers import service
from feedback.answers.models import Answer, AnswerRating
from feedback.answers.rules import Method
from feedback.answers.sending import Post
from feedback.opinions.models import HistoryEntry, Matter
from feedback.opinions.rules import MatterStatus, Source
from feedback.outbox.models import OutboundMessage
from feedback.outbox.service import BODY
from feedback.staff.rules import Role
from tests.bot.conftest import Phone, assert_line_takes, labels, words
from tests.conftest import load_cast
from tests.feedback.answers.desk import hire

Messages = list[dict[str, Any]]
LONG = "現地を確認しました。" * 290


def answered(friend: Phone, text: str = "道路に穴があいています", body: str = "12月にふさぎます。") -> Messages:
    """An opinion and its answer; the messages the citizen gets."""
    friend.says(text)
    matter = friend.matters()[-1]
    with friend.database.write() as session:
        tanaka = load_cast(session).tanaka
        chief = hire(session, "takahashi", Role.APPROVER, "roads", at=friend.clock())
        common: dict[str, Any] = {"at": friend.clock()}
        answer = service.begin(
            session, matter.id, actor=tanaka, version=matter.version, method=Method.LINE, body=body, **common
        )
        service.submit(session, answer.id, actor=tanaka, version=answer.version, reviewers=[chief.id], **common)
        post = Post(friend.keys, AnswerMessages(friend.settings))
        service.approve(session, answer.id, actor=chief, version=answer.version, post=post, **common)
    with friend.database.read() as session:
        sent = session.scalars(select(OutboundMessage).where(OutboundMessage.purpose == "answer")).one()
        messages: Messages = json.loads(friend.keys.decrypt(sent.body_sealed or b"", purpose=BODY))
    assert_line_takes(messages)
    return messages


def rating_of(friend: Phone) -> AnswerRating | None:
    with friend.database.read() as session:
        rating = session.scalars(select(AnswerRating)).one_or_none()
        session.expunge_all()
        return rating


@pytest.mark.parametrize("body", ["12月にふさぎます。", LONG])
def test_an_answer_carries_number_words_department_and_buttons(friend: Phone, body: str) -> None:
    messages = answered(friend, text="道路に穴があいています。" * 30, body=body)
    (submission,) = friend.submissions()
    assert submission.receipt_number in messages[0]["text"]
    assert "いただいたご意見：道路に穴が" in messages[0]["text"]
    assert body in messages[0]["text"]
    assert "道路管理課" in messages[0]["text"]
    assert labels(messages) == ["役に立った", "役に立たなかった"]


def test_it_helped(friend: Phone) -> None:
    messages = answered(friend)
    assert "ありがとうございます" in words(friend.presses("役に立った", messages))
    friend.presses("役に立った", messages)
    rating = rating_of(friend)
    assert rating is not None
    assert (rating.helpful, rating.comment) == (True, None)
    with friend.database.read() as session:
        steps = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "rated")).all()
    assert [(one.source, one.after) for one in steps] == [(Source.CITIZEN, "helpful")]


def test_it_did_not_help_and_why(friend: Phone) -> None:
    messages = answered(friend)
    asked = friend.presses("役に立たなかった", messages)
    assert {"もう一度相談する", "書かない"} <= set(labels(asked))
    friend.says("いつ直るのか、もう少しくわしく知りたいです。" * 3)
    rating = rating_of(friend)
    assert rating is not None
    assert (rating.helpful, (rating.comment or "")[:7]) == (False, "いつ直るのか、")
    assert len(friend.submissions()) == 1
    assert friend.events()[-1].payload is None


def test_words_after_half_an_hour_are_an_opinion_of_their_own(friend: Phone) -> None:
    friend.presses("役に立たなかった", answered(friend))
    friend.clock.advance(minutes=31)
    friend.says("公園のトイレのことです")
    rating = rating_of(friend)
    assert rating is not None
    assert rating.comment is None
    assert len(friend.submissions()) == 2


def test_asking_again_gives_the_matter_back_to_its_department(friend: Phone) -> None:
    messages = answered(friend)
    asked = friend.presses("役に立たなかった", messages)
    due_before = friend.matters()[0].due_on
    friend.clock.advance(days=20)
    again = friend.presses("もう一度相談する", asked)
    (matter,) = friend.matters()
    assert matter.status is MatterStatus.REOPENED
    assert matter.due_on is not None
    assert due_before is not None
    assert matter.due_on > due_before
    assert "もう一度担当課に届けました" in words(again)
    assert "今も担当課が対応しています" in words(friend.presses("もう一度相談する", asked))
    friend.says("まだ穴があいたままです")
    assert "まだ穴があいたまま" in friend.matters()[0].text
    assert len(friend.submissions()) == 1


def test_after_withdrawal_old_buttons_do_no_harm(friend: Phone) -> None:
    asked = friend.presses("役に立たなかった", answered(friend))
    with friend.database.write() as session:
        session.scalars(select(Matter)).one().status = MatterStatus.WITHDRAWN
    assert "取り下げられている" in words(friend.presses("もう一度相談する", asked))
    assert friend.matters()[0].status is MatterStatus.WITHDRAWN


def test_nobody_rates_what_others_were_answered(friend: Phone, make_phone: Any) -> None:
    messages = answered(friend)
    other = make_phone(2)
    other.agrees()
    for label in ("役に立った", "役に立たなかった"):
        assert "見つかりませんでした" in words(other.presses(label, messages))
    friend.says("公園のトイレのことです")
    (first, second) = friend.submissions()
    foreign = friend.event("postback", postback={"data": f"v1:helpful:{second.id}:1"})
    assert "見つかりませんでした" in words(friend.sends(foreign))
    assert rating_of(friend) is None
    assert first.id != second.id


def test_erasing_everything_erases_the_comment(friend: Phone) -> None:
    friend.presses("役に立たなかった", answered(friend))
    friend.says("直っていません")
    friend.says("すべて消す")
    friend.says("はい")
    friend.says("はい")
    rating = rating_of(friend)
    assert rating is not None
    assert (rating.helpful, rating.comment) == (False, None)
    assert rating.erased_at is not None
    with friend.database.read() as session:
        assert session.scalars(select(Answer)).one().body == "12月にふさぎます。"


def test_a_comment_that_is_unsent_is_forgotten(friend: Phone) -> None:
    friend.presses("役に立たなかった", answered(friend))
    said = friend.message(type="text", text="直っていません")
    friend.sends(said)
    rating = rating_of(friend)
    assert rating is not None
    assert rating.comment == "直っていません"
    friend.sends(friend.event("unsend", unsend={"messageId": said["message"]["id"]}))
    rating = rating_of(friend)
    assert rating is not None
    assert (rating.helpful, rating.comment, rating.line_message_key) == (False, None, None)
    assert rating.erased_at is not None
