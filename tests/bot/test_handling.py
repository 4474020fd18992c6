"""Whole conversations through the processor and a real database."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.conversation.state import from_json
from feedback.citizens.models import Citizen, Consent, Conversation
from feedback.inbox.models import EventState
from feedback.opinions.models import Attachment, Label, Part
from feedback.opinions.rules import MatterStatus, Source
from feedback.outbox.models import OutboundMessage
from tests.bot.conftest import Phone, WordReader, labels, words


def _citizen(phone: Phone) -> Citizen:
    with phone.database.read() as session:
        return session.scalars(select(Citizen).where(Citizen.key == phone.key)).one()


def _state(phone: Phone) -> dict[str, object]:
    with phone.database.read() as session:
        statement = select(Conversation.state).join(Citizen).where(Citizen.key == phone.key)
        return dict(session.scalars(statement).one())


# Consent


def test_words_before_consent_wait_and_are_recorded_with_it(phone: Phone) -> None:
    asked = phone.says("市役所前の道路に穴があいています")
    assert "同意して送る" in labels(asked)
    assert phone.submissions() == []
    assert phone.events()[0].held_until is not None
    assert _citizen(phone).line_user_id_sealed is None

    thanked = phone.presses("同意して送る", asked)

    (submission,) = phone.submissions()
    assert submission.receipt_number in words(thanked)
    assert "道路管理課" in words(thanked)
    assert phone.matters()[0].text == "市役所前の道路に穴があいています"
    assert phone.events()[0].held_until is None
    assert phone.events()[0].payload is not None
    assert _citizen(phone).line_user_id_sealed is not None
    assert phone.dead() == []


@pytest.mark.parametrize("typed", ["同意", "同意する。", "はい", "１", "「同意」"])
def test_consent_can_be_typed(phone: Phone, typed: str) -> None:
    phone.says("道路に穴があいています")
    phone.says(typed)
    assert _citizen(phone).consent is Consent.GIVEN
    assert len(phone.submissions()) == 1


@pytest.mark.parametrize("typed", ["同意しない", "いいえ", "2"])
def test_refusal_can_be_typed(phone: Phone, typed: str) -> None:
    phone.says("道路に穴があいています")
    phone.says(typed)
    assert _citizen(phone).consent is Consent.REFUSED
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
    assert _citizen(phone).consent is Consent.UNASKED


def test_consent_can_be_taken_back(friend: Phone) -> None:
    assert "お預かりしません" in words(friend.says("同意しない"))
    assert _citizen(friend).line_user_id_sealed is None


# Opinions


def test_an_opinion_gets_its_receipt(friend: Phone) -> None:
    answer = friend.says("道路に穴があいています")
    (submission,) = friend.submissions()
    text = answer[0]["text"]
    assert submission.receipt_number in text
    assert "道路管理課" in text
    assert "10日" in text
    assert {"ちがう分野です", "追加する", "取り下げる"} <= set(labels(answer))
    assert friend.events()[-1].payload is not None


def test_words_in_the_quiet_window_join(friend: Phone, reader: WordReader) -> None:
    friend.pause = 20
    friend.says("道路に穴があいています")
    added = friend.says("駅の北口です")
    (submission,) = friend.submissions()
    assert added[0]["text"] == f"{submission.receipt_number}に追加しました。"
    assert friend.matters()[0].text == "道路に穴があいています\n駅の北口です"
    assert "道路に穴があいています\n駅の北口です" in reader.texts
    friend.clock.advance(seconds=61)
    friend.says("公園のトイレのことです")
    assert len(friend.submissions()) == 2


def test_words_of_one_batch_join(friend: Phone) -> None:
    friend.store(friend.message(type="text", text="道路に穴が"), friend.message(type="text", text="あいています"))
    answers = friend.work()
    assert len(friend.submissions()) == 1
    assert len(answers) == 2


def test_when_the_reader_is_unsure_areas_are_offered(friend: Phone) -> None:
    answer = friend.says("どこに言えばよいか迷うことです")
    assert "広聴担当が内容を確認" in words(answer)
    assert "その他の分野" in labels(answer)
    chosen = friend.says("２")
    assert "公園緑地課" in words(chosen)
    (matter,) = friend.matters()
    assert (matter.area_key, matter.area_source) == ("parks", Source.CITIZEN)
    with friend.database.read() as session:
        label = session.scalars(select(Label)).one()
    assert (label.source, label.value) == (Source.CITIZEN, "parks")


def test_an_opinion_outside_the_city_says_so(friend: Phone) -> None:
    assert "市のほかの所" in words(friend.says("国道のことです"))


@pytest.mark.parametrize("said", ["ちがう分野です", "違う分野です"])
def test_another_area_from_the_likely_ones(friend: Phone, said: str) -> None:
    friend.says("道路に穴があいています")
    offered = friend.says(said)
    assert len(labels(offered)) == 7
    friend.presses(labels(offered)[1], offered)
    assert friend.matters()[0].area_key == "parks"


def test_another_area_from_all_of_them_in_two_pages(friend: Phone) -> None:
    receipt = friend.says("道路に穴があいています")
    first = friend.presses("その他の分野", friend.presses("ちがう分野です", receipt))
    second = friend.presses("次へ", first)
    seen = [label for label in labels(first) + labels(second) if label not in ("次へ", "前へ")]
    assert len(set(seen)) == 21
    assert max(len(labels(first)), len(labels(second))) <= 13
    friend.says("15")
    chosen = friend.matters()[0].area_key
    assert chosen is not None
    assert chosen != "roads"


def test_an_area_can_be_typed_by_name(friend: Phone) -> None:
    friend.says("道路に穴があいています")
    friend.says("ちがう分野です")
    friend.says("子育て")
    assert friend.matters()[0].area_key == "childcare"


def test_an_opinion_while_areas_are_offered_is_an_opinion(friend: Phone) -> None:
    friend.says("道路に穴があいています")
    friend.says("ちがう分野です")
    friend.says("公園のベンチがこわれています")
    assert len(friend.submissions()) == 2


def test_withdrawing_asks_first(friend: Phone) -> None:
    sure = friend.presses("取り下げる", friend.says("道路に穴があいています"))
    assert friend.matters()[0].status is not MatterStatus.WITHDRAWN
    friend.presses("はい、取り下げます", sure)
    assert friend.matters()[0].status is MatterStatus.WITHDRAWN
    assert "すでに取り下げられています" in words(friend.says("取り下げる"))


def test_not_withdrawing_keeps_it(friend: Phone) -> None:
    friend.says("道路に穴があいています")
    friend.says("取り下げる")
    assert "取り下げませんでした" in words(friend.says("いいえ"))
    assert friend.matters()[0].status is MatterStatus.ROUTED


def test_adding_later_until_stopped(friend: Phone) -> None:
    receipt = friend.says("道路に穴があいています")
    friend.clock.advance(hours=3)
    friend.presses("追加する", receipt)
    added = friend.says("写真も送ります")
    friend.sends(friend.message(type="image", contentProvider={"type": "line"}))
    assert "やめる" in labels(added)
    friend.says("やめる")
    friend.says("公園のことです")
    assert len(friend.submissions()) == 2
    assert friend.matters()[0].text == "道路に穴があいています\n写真も送ります"


def test_adding_lapses_after_ten_minutes(friend: Phone) -> None:
    friend.presses("追加する", friend.says("道路に穴があいています"))
    friend.clock.advance(minutes=11)
    friend.says("公園のことです")
    assert len(friend.submissions()) == 2


def test_nobody_reaches_anothers_submission(friend: Phone, make_phone: Callable[..., Phone]) -> None:
    friend.says("道路に穴があいています")
    (submission,) = friend.submissions()
    other = make_phone(2)
    other.agrees()
    for data in (f"v1:{verb}:{submission.id}:roads" for verb in ("show", "area", "add", "withdraw-yes", "pick")):
        answer = other.sends(other.event("postback", postback={"data": data}))
        assert "見つかりませんでした" in words(answer)
    assert "見つかりませんでした" in words(other.says(submission.receipt_number))
    assert friend.matters()[0].status is MatterStatus.ROUTED


# Photos, places, stickers


def test_a_photo_alone_is_recorded_and_asked_about(friend: Phone) -> None:
    asked = friend.sends(friend.message(type="image", contentProvider={"type": "line"}))
    (submission,) = friend.submissions()
    assert "ひとこと教えてください" in words(asked)
    assert submission.receipt_number in words(asked)
    with friend.database.read() as session:
        attachment = session.scalars(select(Attachment)).one()
    assert attachment.state == "pending"
    assert attachment.line_message_id_sealed is not None
    told = friend.says("道路の穴の写真です")
    assert "道路管理課" in words(told)
    assert len(friend.submissions()) == 1
    assert friend.matters()[0].area_key == "roads"


def test_an_album_is_answered_once(friend: Phone) -> None:
    album = {"id": "A" * 20, "total": 3}
    answers = []
    for index in (2, 1, 3):
        photo = friend.message(type="image", imageSet={**album, "index": index}, contentProvider={"type": "line"})
        friend.pause = 0.1
        answers.append(friend.sends(photo))
    assert [bool(answer) for answer in answers] == [True, False, False]
    assert len(friend.submissions()) == 1


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"type": "location", "latitude": 35.6, "longitude": 139.7, "address": "東京都"}, "場所を受け取りました"),
        ({"type": "video"}, "動画を受け取りました"),
        ({"type": "audio", "duration": 3000}, "音声を受け取りました"),
        ({"type": "file", "fileName": "要望.pdf", "fileSize": 10}, "ファイルを受け取りました"),
    ],
)
def test_other_media_are_recorded_and_answered(friend: Phone, message: dict[str, object], said: str) -> None:
    assert said in words(friend.sends(friend.message(**message)))
    assert len(friend.submissions()) == 1


def test_a_place_joins_what_is_open(friend: Phone) -> None:
    friend.pause = 5
    friend.says("道路に穴があいています")
    friend.sends(friend.message(type="location", latitude=35.6, longitude=139.7))
    friend.sends(friend.message(type="sticker", stickerId="1", packageId="1"))
    with friend.database.read() as session:
        parts = session.scalars(select(Part).order_by(Part.id)).all()
    assert [(part.kind.value, part.latitude) for part in parts] == [
        ("text", None),
        ("location", 35.6),
        ("sticker", None),
    ]
    assert len(friend.submissions()) == 1


@pytest.mark.parametrize(
    "text", ["こんにちは", "ありがとうございます", "テスト", "副業で稼げます", "👍", "5", "はい", "メニュー"]
)
def test_small_talk_is_no_opinion_and_is_answered(friend: Phone, text: str) -> None:
    answer = friend.says(text)
    assert len(answer) == 1
    assert friend.submissions() == []
    assert friend.events()[-1].payload is None


def test_a_sticker_alone_is_no_opinion(friend: Phone, make_phone: Callable[..., Phone]) -> None:
    for phone in (friend, make_phone(9)):
        assert "スタンプ" in words(phone.sends(phone.message(type="sticker", keywords=["a"], text="やあ")))
    assert friend.submissions() == []


# Unsend


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


# Status, profile, privacy


def test_nothing_to_show_yet(phone: Phone) -> None:
    assert "まだ" in words(phone.says("状況"))


def test_status_list_and_detail(friend: Phone) -> None:
    for text in ("道路の穴", "公園のベンチ", "迷うこと"):
        friend.says(text + "について")
    listed = friend.says("状況")
    numbers = [one.receipt_number for one in friend.submissions()]
    assert all(number in words(listed) for number in numbers)
    assert "担当課に届いています" in words(listed)
    detail = friend.says("2")
    assert numbers[1] in words(detail)
    assert {"追加する", "取り下げる"} <= set(labels(detail))
    friend.says("追加する")
    friend.says("北口のほうです")
    assert friend.matters()[1].text == "公園のベンチについて\n北口のほうです"
    assert numbers[0] in words(friend.says(numbers[0].lower()))
    friend.says("取り下げる")
    friend.says("はい")
    assert friend.matters()[0].status is MatterStatus.WITHDRAWN


def test_the_list_shows_the_last_five(friend: Phone) -> None:
    for number in range(7):
        friend.says(f"道路の穴その{number}について")
    listed = friend.says("状況")
    numbers = [one.receipt_number for one in friend.submissions()]
    assert [number in words(listed) for number in numbers] == [False] * 2 + [True] * 5
    assert len(listed[1]["contents"]["contents"]) == 5


def test_adding_to_what_is_closed_is_explained(friend: Phone) -> None:
    friend.says("道路に穴があいています")
    with friend.database.write() as session:
        submission = friend.submissions()[0]
        session.merge(friend.matters()[0]).status = MatterStatus.CLOSED
    assert "対応を終えています" in words(friend.says("追加する"))
    detail = friend.says(submission.receipt_number)
    assert "取り下げる" not in labels(detail)


def test_profile(friend: Phone) -> None:
    asked = friend.says("プロフィール")
    assert "答えなくてもかまいません" in words(asked)
    friend.presses("30代", asked)
    friend.says("中央町")
    citizen = _citizen(friend)
    assert (citizen.age_band, citizen.district) == ("30s", "中央町")
    friend.says("道路に穴があいています")
    assert friend.submissions()[0].age_band == "30s"
    asked = friend.says("プロフィール")
    assert "30代" in words(asked)
    assert "中央町" in words(asked)
    friend.presses("登録を消す", asked)
    assert _citizen(friend).age_band is None
    assert _citizen(friend).district is None


def test_age_typed_and_an_opinion_in_place_of_a_district(friend: Phone) -> None:
    friend.says("プロフィール")
    friend.says("７")
    assert _citizen(friend).age_band == "70s"
    friend.says("道路に穴があいていて危ないので直してください")
    assert _citizen(friend).district is None
    assert len(friend.submissions()) == 1


def test_profile_needs_consent(phone: Phone) -> None:
    assert "同意が必要です" in words(phone.says("プロフィール"))


def test_privacy_shows_what_is_kept_and_erases_after_two_questions(friend: Phone) -> None:
    friend.says("道路に穴があいています")
    friend.says("公園のベンチのことです")
    kept = friend.says("個人情報")
    assert "ご意見：2件" in words(kept)
    first = friend.presses("すべて消す", kept)
    second = friend.presses("消す手続きに進む", first)
    assert friend.submissions()[0].erased_at is None
    done = friend.presses("はい、消します", second)
    assert "2件分" in words(done)
    assert all(matter.text == "" and matter.status is MatterStatus.WITHDRAWN for matter in friend.matters())
    assert _citizen(friend).line_user_id_sealed is None
    assert _citizen(friend).consent is Consent.UNASKED
    assert "まだ" in words(friend.says("状況"))
    assert "同意して送る" in labels(friend.says("道路に穴があいています"))


def test_an_old_button_alone_does_not_erase(friend: Phone) -> None:
    friend.says("道路に穴があいています")
    friend.sends(friend.event("postback", postback={"data": "v1:erase-yes::"}))
    assert friend.submissions()[0].erased_at is None


def test_erasing_is_answered_no(friend: Phone) -> None:
    friend.says("道路に穴があいています")
    friend.says("すべて消す")
    friend.says("はい")
    assert "消しませんでした" in words(friend.says("いいえ"))
    assert friend.submissions()[0].erased_at is None


def test_erasing_somebody_new_touches_nobody_else(phone: Phone, make_phone: Callable[..., Phone]) -> None:
    phone.agrees()
    phone.says("道路に穴があいています")
    other = make_phone(5)
    other.store(*(other.message(type="text", text=text) for text in ("すべて消す", "はい", "はい")))
    other.work()
    assert phone.submissions()[0].erased_at is None


# Friends, groups, standby


def test_a_new_friend_is_greeted_and_asked(phone: Phone) -> None:
    greeting = phone.sends(phone.event("follow", follow={"isUnblocked": False}))
    assert 1 < len(greeting) <= 5
    assert "119" in words(greeting)
    assert "同意する" in labels(greeting)
    phone.presses("同意する", greeting)
    assert _citizen(phone).consent is Consent.GIVEN


def test_a_returning_friend_is_greeted_shortly(friend: Phone) -> None:
    friend.sends(friend.event("unfollow"))
    assert _citizen(friend).reachable is False
    back = friend.sends(friend.event("follow", follow={"isUnblocked": True}))
    assert _citizen(friend).reachable is True
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


# Emergencies


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


def test_an_emergency_before_consent(phone: Phone) -> None:
    answer = phone.says("もう死にたいです")
    assert "0120-279-338" in answer[0]["text"]
    assert "同意して送る" in labels(answer)
    assert len(answer) <= 5
    phone.says("同意する")
    assert len(phone.submissions()) == 1


def test_the_state_never_holds_words(friend: Phone) -> None:
    friend.says("どこに言えばよいか迷うことです")
    assert from_json(_state(friend)).offered == ("roads", "parks", "water")
    assert "迷う" not in str(_state(friend))
