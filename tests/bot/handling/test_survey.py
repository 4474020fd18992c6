"""Surveys on the phone: found, answered by taps and words, left and resumed, changed, sent once."""

from typing import Any

import pytest
from sqlalchemy import func, select

from feedback.outbox.models import OutboundMessage
from feedback.outbox.service import BODY
from feedback.surveys import service
from feedback.surveys.documents import definition_of
from feedback.surveys.models import SurveyDraft, SurveyParticipation, SurveyResponse
from tests.bot.conftest import Message, Phone, actions, labels, state_of, words
from tests.feedback.surveys.definitions import EVERY_TYPE

TITLE = str(EVERY_TYPE["title"])
POLL: dict[str, Any] = {
    "key": "poll",
    "title": "広報についてのアンケート",
    "questions": [
        {
            "key": "read",
            "type": "single",
            "text": "広報紙を読みますか。",
            "required": True,
            "choices": [{"key": "yes", "text": "読む"}, {"key": "no", "text": "読まない"}],
            "next": {"no": "why"},
        },
        {"key": "score", "type": "scale", "text": "満足度は。", "points": 5, "next": "end"},
        {"key": "why", "type": "long_text", "text": "読まないのはなぜですか。"},
    ],
}


def publish(phone: Phone, document: dict[str, Any]) -> None:
    with phone.database.write() as session:
        service.save(session, definition_of(document), actor=None, at=phone.clock())
        service.publish(session, str(document["key"]), actor=None, at=phone.clock())


def responses(phone: Phone) -> list[SurveyResponse]:
    with phone.database.read() as session:
        found = list(session.scalars(select(SurveyResponse)))
        session.expunge_all()
        return found


def count(phone: Phone, table: Any) -> int:
    with phone.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def taps(phone: Phone, text: str, messages: list[Message]) -> list[Message]:
    """Tap the box of a card that shows this as what the citizen says."""
    found: list[str] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("displayText") == text:
                found.append(value["data"])
            for inner in value.values():
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    look(messages)
    return phone.sends(phone.event("postback", postback={"data": found[0]}))


def test_without_a_survey_it_is_said_plainly(friend: Phone) -> None:
    assert "アンケートはありません" in words(friend.says("アンケート"))
    assert friend.submissions() == []


def test_a_short_survey_from_the_first_word_to_the_thanks(friend: Phone) -> None:
    publish(friend, POLL)
    intro = friend.says("アンケート")
    assert POLL["title"] in words(intro)
    asked = friend.presses("はじめる", intro)
    assert "1/2問（必須）" in words(asked)
    why = taps(friend, "読まない", asked)
    assert "2/2問" in words(why)
    check = friend.says("時間がない")
    assert "→ 読まない" in words(check)
    assert "→ 時間がない" in words(check)
    assert responses(friend) == []
    assert "回答を送信しました" in words(friend.presses("送信する", check))
    (response,) = responses(friend)
    assert response.answers == {"read": {"c": ["no"]}, "why": {"t": "時間がない"}}
    assert "すでにお答えいただいています" in words(friend.presses("送信する", check))
    assert "アンケートはありません" in words(friend.says("アンケート"))
    assert "すでにお答えいただいています" in words(friend.says("広報についてのアンケート"))
    assert friend.submissions() == []
    assert all(event.payload is None for event in friend.events())


def test_every_type_of_question_by_typing(friend: Phone) -> None:
    publish(friend, EVERY_TYPE)
    assert "はじめにお読みください" in words(friend.says(f"「{TITLE}」") and friend.says("はい"))
    for typed in ("１", "1、3", "駅前の掲示板", "普通", "10", "1", "わるい", "悪い", "2", "1"):
        last = friend.says(typed)
    assert "ひとことで" in words(last)
    for typed in ("駅前", "もっと\n早く。", "３人", "令和2年4月1日", "〒１２３－４５６７", "市役所前", "とばす"):
        last = friend.says(typed)
    assert "13. 写真は。" in words(last)
    friend.says("送信する")
    (response,) = responses(friend)
    assert response.answers == {
        "use": {"c": ["yes"]},
        "how": {"c": ["garbage", "other"], "t": "駅前の掲示板"},
        "why": {"c": ["2"]},
        "tell": {"c": ["10"]},
        "parts": {"m": {"a": "good", "b": "bad"}},
        "order": {"c": ["y", "x"]},
        "word": {"t": "駅前"},
        "free": {"t": "もっと\n早く。"},
        "family": {"n": 3.0},
        "since": {"t": "2020-04-01"},
        "where": {"t": "123-4567"},
        "spot": {"p": [None, None, "市役所前"]},
        "photo": {},
    }
    assert friend.submissions() == []


def test_every_type_of_question_by_tapping(friend: Phone) -> None:
    publish(friend, EVERY_TYPE)
    how = taps(friend, "はい", friend.presses("はじめる", friend.says("アンケート")))
    taps(friend, "ごみの日", how)
    picked = taps(friend, "防災情報", how)
    assert "選んだもの：ごみの日、防災情報" in words(picked)
    assert "選べるのは2つまでです" in words(taps(friend, "その他", how))
    assert "ごみの日" not in words(taps(friend, "ごみの日", how))
    why = friend.presses("決定", picked)
    assert "「はい」とのこと" in words(why)
    tell = taps(friend, "満足", why)
    matrix = taps(friend, "9", tell)
    assert "（1/2）見やすさ" in words(matrix)
    second = taps(friend, "悪い", matrix)
    assert "（2/2）早さ" in words(second)
    order = taps(friend, "良い", second)
    taps(friend, "防災", order)
    asked = taps(friend, "道路", order)
    assert "ひとことで" in words(asked)
    for _ in range(3):
        asked = friend.presses("とばす", asked)
    assert "日付を選ぶ" in labels(asked)
    data = f"v1:survey-date::{survey_id(friend)}/since"
    where = friend.sends(friend.event("postback", postback={"data": data, "params": {"date": "2020-04-01"}}))
    spot = friend.presses("とばす", where)
    assert "場所を送る" in labels(spot)
    place = friend.message(type="location", latitude=35.5, longitude=139.25, address="まちこえ市1-1")
    check = friend.presses("とばす", friend.sends(place))
    friend.presses("送信する", check)
    (response,) = responses(friend)
    assert response.answers["how"] == {"c": ["disaster"]}
    assert response.answers["parts"] == {"m": {"a": "bad", "b": "good"}}
    assert response.answers["order"] == {"c": ["z", "x"]}
    assert response.answers["since"] == {"t": "2020-04-01"}
    assert response.answers["spot"] == {"p": [35.5, 139.25, "まちこえ市1-1"]}


def survey_id(phone: Phone) -> int:
    with phone.database.read() as session:
        return service.survey_of(session, "every").id


def begin(phone: Phone, document: dict[str, Any] | None = None) -> list[Message]:
    publish(phone, document or POLL)
    return phone.presses("はじめる", phone.says("アンケート"))


def test_a_wrong_answer_is_explained_and_asked_again(friend: Phone) -> None:
    begin(friend)
    again = friend.says("たぶん")
    assert "選択肢の番号か言葉で" in words(again)
    assert "広報紙を読みますか" in words(again)
    assert "お答えが必要です" in words(friend.says("とばす"))
    assert friend.submissions() == []


def test_back_changes_an_answer_and_what_no_longer_counts_is_left_out(friend: Phone) -> None:
    begin(friend)
    friend.says("読む")
    asked = friend.says("戻る")
    assert "今の回答：読む" in words(asked)
    assert "ここが最初の質問です" in words(friend.says("もどる"))
    friend.says("読まない")
    check = friend.says("忙しい")
    changed = friend.says("1")
    assert "今の回答：読まない" in words(changed)
    friend.presses("このまま", changed)
    friend.says("2")
    friend.says("字が小さい")
    friend.presses("送信する", check)
    (response,) = responses(friend)
    assert response.answers == {"read": {"c": ["no"]}, "why": {"t": "字が小さい"}}


def test_a_tap_on_an_earlier_question_changes_that_answer(friend: Phone) -> None:
    asked = begin(friend)
    taps(friend, "読む", asked)
    assert "満足度は" in words(taps(friend, "読む", asked))
    changed = taps(friend, "読まない", asked)
    assert "前の質問の回答を変えました" in words(changed)
    assert "なぜですか" in words(changed)


def test_left_for_later_and_gone_on_with_after_days(friend: Phone) -> None:
    asked = begin(friend)
    taps(friend, "読む", asked)
    assert "保存しました" in words(friend.says("あとで"))
    friend.clock.advance(days=3)
    friend.says("道路に穴があいています")
    assert len(friend.submissions()) == 1
    intro = friend.says("アンケート")
    assert "前回は1問まで" in words(intro)
    assert "満足度は" in words(friend.presses("続きから答える", intro))
    # The button of an old message resumes as well.
    friend.clock.advance(days=1)
    assert "満足度は" in words(taps(friend, "読む", asked))
    friend.says("5")
    friend.says("送信する")
    assert responses(friend)[0].answers == {"read": {"c": ["yes"]}, "score": {"c": ["5"]}}


def test_stopping_throws_the_answers_away_only_when_asked_to(friend: Phone) -> None:
    taps(friend, "読む", begin(friend))
    sure = friend.says("やめる")
    assert count(friend, SurveyDraft) == 1
    assert "満足度は" in words(friend.presses("続ける", sure))
    friend.presses("消してやめる", friend.says("やめる"))
    assert count(friend, SurveyDraft) == 0
    assert "はじめる" in labels(friend.says("アンケート"))


def test_typed_words_are_answers_for_an_hour_only(friend: Phone) -> None:
    begin(friend)
    friend.says("読まない")
    friend.clock.advance(seconds=3700)
    friend.says("公園の水道が出しっぱなしです")
    assert len(friend.submissions()) == 1


def test_a_command_in_between_pauses_and_says_so(friend: Phone) -> None:
    begin(friend)
    paused = friend.says("状況")
    assert "続きから答えられます" in words(paused)
    assert state_of(friend) == {}
    assert count(friend, SurveyDraft) == 1


def test_an_emergency_in_free_words_gets_the_numbers_first(friend: Phone) -> None:
    begin(friend)
    friend.says("読まない")
    answer = friend.says("近くで火事がありました")
    assert "119" in words(answer[:1])
    assert "アンケートの回答としてお預かりしました" in words(answer)
    assert "回答の確認" in words(answer)


def test_distress_in_free_words_is_answered_gently_and_nothing_more_is_asked(friend: Phone) -> None:
    begin(friend)
    friend.says("読まない")
    answer = friend.says("もう死にたい")
    assert "お話は確かに受け取りました" in words(answer)
    assert "回答の確認" not in words(answer)
    assert state_of(friend) == {}


def test_an_emergency_that_is_no_answer_becomes_an_opinion(friend: Phone) -> None:
    begin(friend)
    answer = friend.says("家の前で火事です")
    assert "119" in words(answer[:1])
    assert len(friend.submissions()) == 1
    assert "続きから答えられます" in words(answer)


def test_a_photo_in_the_middle_is_refused_with_the_way_to_send_it(friend: Phone) -> None:
    begin(friend)
    answer = friend.sends(friend.message(type="image"))
    assert "先に「あとで」" in words(answer)
    assert friend.submissions() == []


def test_consent_comes_first_and_the_survey_right_after(phone: Phone) -> None:
    publish(phone, POLL)
    asked = phone.says("アンケート")
    assert "取り扱い" in words(asked)
    assert count(phone, SurveyDraft) == 0
    intro = phone.presses("同意する", asked)
    assert "はじめる" in labels(intro)
    assert "広報紙を読みますか" in words(phone.presses("はじめる", intro))


def test_a_long_survey_is_offered_as_a_page_too(friend: Phone) -> None:
    publish(friend, EVERY_TYPE)
    links = [one["uri"] for one in actions(friend.says("アンケート")) if one.get("type") == "uri"]
    assert [link.startswith(f"{friend.settings.public_url}/s/p/") for link in links] == [True]
    assert "U000" not in links[0]
    publish(friend, POLL)
    assert "uri" not in words(friend.says(str(POLL["title"])))


def test_several_surveys_are_listed_and_chosen_by_number(friend: Phone) -> None:
    publish(friend, POLL)
    publish(friend, EVERY_TYPE)
    listed = friend.says("アンケート")
    assert "1. 広報についてのアンケート" in words(listed)
    assert TITLE in words(friend.says("2"))
    assert POLL["title"] in words(taps(friend, str(POLL["title"]), listed))


def test_an_anonymous_survey_says_so_first_and_leaves_nothing_that_joins(friend: Phone) -> None:
    publish(friend, POLL | {"anonymous": True})
    intro = friend.says("アンケート")
    assert "このアンケートは匿名です" in words(intro)
    assert "市の職員にも分かりません" in words(intro)
    friend.presses("はじめる", intro)
    friend.says("読まない")
    friend.says("字が小さい")
    assert "匿名で保存しました" in words(friend.says("送信する"))
    (response,) = responses(friend)
    assert (response.citizen_id, response.submitted_at, response.messages) == (None, None, None)
    assert count(friend, SurveyParticipation) == 1
    assert count(friend, SurveyDraft) == 0
    assert all(event.payload is None for event in friend.events())
    with friend.database.read() as session:
        kept = session.scalars(
            select(OutboundMessage.body_sealed).where(
                OutboundMessage.purpose == "survey", OutboundMessage.body_sealed.is_not(None)
            )
        ).all()
    (thanks,) = (friend.keys.decrypt(body or b"", purpose=BODY).decode() for body in kept)
    assert "字が小さい" not in thanks


def test_unsending_an_answer_asks_the_question_again(friend: Phone) -> None:
    begin(friend)
    friend.says("読まない")
    message = friend.message(type="text", text="字が小さい")
    friend.sends(message)
    friend.sends(friend.event("unsend", unsend={"messageId": message["message"]["id"]}))
    with friend.database.read() as session:
        (draft,) = session.scalars(select(SurveyDraft))
        assert list(draft.answers) == ["read"]
    assert "次の質問にお答えください" in words(friend.says("ほかの理由です"))
    assert "→ 忙しい" in words(friend.says("忙しい"))


def test_a_full_choice_is_told_before_the_end(friend: Phone, make_phone: Any) -> None:
    publish(friend, POLL | {"quotas": [{"question": "read", "choice": "yes", "limit": 1}]})
    friend.presses("はじめる", friend.says("アンケート"))
    for typed in ("読む", "3", "送信する"):
        friend.says(typed)
    other = make_phone(2)
    other.agrees()
    other.presses("はじめる", other.says("アンケート"))
    assert "定員に達しました" in words(other.says("読む"))


def test_a_survey_closed_meanwhile_takes_no_answer(friend: Phone) -> None:
    asked = begin(friend)
    with friend.database.write() as session:
        service.close(session, "poll", actor=None, at=friend.clock())
    assert "受付は終わりました" in words(friend.says("読む"))
    assert "受付は終わりました" in words(taps(friend, "読む", asked))
    assert responses(friend) == []


@pytest.mark.parametrize("argument", ["", "x", "0", "99", "1/read", "1/read/none", "1//", "1/read/yes/a/b/c"])
def test_odd_buttons_do_no_harm(friend: Phone, argument: str) -> None:
    publish(friend, POLL)
    for verb in ("survey", "survey-take", "survey-done", "survey-change", "survey-send", "survey-date"):
        friend.sends(friend.event("postback", postback={"data": f"v1:{verb}::{argument}"}))
    assert friend.dead() == []
    assert responses(friend) == []
