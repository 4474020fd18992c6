"""Whole conversations through the processor and a real database: status, profile, privacy."""

from collections.abc import Callable

from feedback.citizens.models import Consent
from feedback.opinions.rules import MatterStatus
from tests.bot.conftest import Phone, citizen_of, labels, words


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
    citizen = citizen_of(friend)
    assert (citizen.age_band, citizen.district) == ("30s", "中央町")
    friend.says("道路に穴があいています")
    assert friend.submissions()[0].age_band == "30s"
    asked = friend.says("プロフィール")
    assert "30代" in words(asked)
    assert "中央町" in words(asked)
    friend.presses("登録を消す", asked)
    assert citizen_of(friend).age_band is None
    assert citizen_of(friend).district is None


def test_age_typed_and_an_opinion_in_place_of_a_district(friend: Phone) -> None:
    friend.says("プロフィール")
    friend.says("７")
    assert citizen_of(friend).age_band == "70s"
    friend.says("道路に穴があいていて危ないので直してください")
    assert citizen_of(friend).district is None
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
    assert citizen_of(friend).line_user_id_sealed is None
    assert citizen_of(friend).consent is Consent.UNASKED
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
