"""Whole conversations through the processor and a real database: photos, places, stickers."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from feedback.opinions.models import Attachment, Part
from tests.bot.conftest import Phone, words


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
    friend.sends(friend.message(type="location", latitude=35.6, longitude=139.7, title="公園", address="みどり町" * 99))
    friend.sends(friend.message(type="sticker", stickerId="1", packageId="1"))
    with friend.database.read() as session:
        parts = session.scalars(select(Part).order_by(Part.id)).all()
    assert [(part.kind.value, part.latitude, part.place_title) for part in parts] == [
        ("text", None, None),
        ("location", 35.6, "公園"),
        ("sticker", None, None),
    ]
    assert len(parts[1].place_address or "") == 200
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
