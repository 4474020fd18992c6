"""Whole conversations through the processor and a real database: opinions."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from feedback.opinions.models import Label
from feedback.opinions.rules import MatterStatus, Source
from tests.bot.conftest import Phone, WordReader, labels, words


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
    assert len(labels(offered)) == 6
    assert "道路" not in labels(offered)
    friend.presses(labels(offered)[0], offered)
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
