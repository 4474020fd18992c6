"""Each limit at its edge: the last good value and the first bad one."""

from collections.abc import Callable
from typing import Any

import pytest

from app.simulator.validation.messages import check_messages, check_push, check_reply

Json = dict[str, Any]
IMAGE = "https://example.jp/a.png"


def text(words: object = "a", **more: object) -> Json:
    return {"type": "text", "text": words, **more}


def say(label: str = "はい", **more: object) -> Json:
    return {"type": "message", "label": label, "text": "はい", **more}


def quick(*actions: Json) -> Json:
    return text(quickReply={"items": [{"type": "action", "action": action} for action in actions]})


def template(**body: object) -> Json:
    return {"type": "template", "altText": "alt", "template": body}


def buttons(**changes: object) -> Json:
    return template(**({"type": "buttons", "text": "t", "actions": [say()]} | changes))


def carousel(*columns: Json) -> Json:
    return template(type="carousel", columns=list(columns))


def column(**changes: object) -> Json:
    return {"text": "t", "actions": [say()]} | changes


def flex(*contents: Json, **box: object) -> Json:
    body = {"type": "box", "layout": "vertical", "contents": list(contents), **box}
    return {"type": "flex", "altText": "alt", "contents": {"type": "bubble", "body": body}}


def words(**changes: object) -> Json:
    return {"type": "text", "text": "t"} | changes


def bubbles(count: int) -> Json:
    bubble = flex(words())["contents"]
    return {"type": "flex", "altText": "alt", "contents": {"type": "carousel", "contents": [bubble] * count}}


def button(label: str) -> Json:
    return {"type": "button", "action": say(label)}


def picture(**changes: object) -> Json:
    return {"type": "image", "url": IMAGE} | changes


def imagemap(**changes: object) -> Json:
    area = {"x": 0, "y": 0, "width": 10, "height": 10}
    action = {"type": "message", "text": "t", "area": area}
    size = {"width": 1040, "height": 520}
    body = {"type": "imagemap", "baseUrl": IMAGE, "altText": "alt", "baseSize": size, "actions": [action]}
    return body | changes


def place(**changes: object) -> Json:
    return {"type": "location", "title": "t", "address": "a", "latitude": 35.0, "longitude": 139.0} | changes


def postback(**changes: object) -> Json:
    return {"type": "postback", "label": "l", "data": "d"} | changes


GOOD = [
    text("あ" * 5000),
    text("👍🏽" * 1250),
    quick(*[say()] * 13),
    quick(say("あ" * 20)),
    quick(
        {"type": "camera", "label": "c"},
        {"type": "cameraRoll", "label": "r"},
        {"type": "location", "label": "l"},
    ),
    quick(postback(data="d" * 300, displayText="t" * 300)),
    quick(postback(inputOption="openKeyboard", fillInText="t")),
    quick({"type": "datetimepicker", "label": "l", "data": "d", "mode": "date", "min": "2026-01-01"}),
    quick({"type": "clipboard", "label": "l", "clipboardText": "c" * 1000}),
    quick({"type": "uri", "label": "l", "uri": "tel:0312345678"}),
    text(sender={"name": "あ" * 20, "iconUrl": IMAGE}),
    text(emojis=[{"index": 0, "productId": "p", "emojiId": "e"}]),
    {"type": "textV2", "text": "こんにちは {name}", "substitution": {}},
    {"type": "sticker", "packageId": "446", "stickerId": "1988"},
    {"type": "image", "originalContentUrl": IMAGE, "previewImageUrl": "http://127.0.0.1:8400/a.png"},
    {"type": "video", "originalContentUrl": IMAGE, "previewImageUrl": IMAGE, "trackingId": "t"},
    {"type": "audio", "originalContentUrl": IMAGE, "duration": 60_000},
    place(title="あ" * 100, address="あ" * 100, latitude=-90, longitude=180),
    imagemap(),
    buttons(text="あ" * 160, actions=[say()] * 4),
    buttons(title="あ" * 40, text="あ" * 60, thumbnailImageUrl=IMAGE, imageSize="cover", defaultAction=say()),
    template(type="confirm", text="あ" * 240, actions=[say(), say()]),
    carousel(*[column(text="あ" * 120, actions=[say()] * 3)] * 10),
    template(type="image_carousel", columns=[{"imageUrl": IMAGE, "action": say("あ" * 12)}]),
    flex(button("あ" * 40), words(size="xl", color="#FF0000", margin="-3px", wrap=True), {"type": "separator"}),
    flex({"type": "text", "contents": [{"type": "span", "text": "s", "weight": "bold"}]}),
    flex(picture(size="full", aspectRatio="20:13", aspectMode="cover"), {"type": "filler"}),
    flex(words(), paddingAll="10px", cornerRadius="md", background={"type": "linearGradient", "angle": "0deg"}),
    bubbles(12),
    {"type": "flex", "altText": "あ" * 1500, "contents": flex(words())["contents"]},
]

BAD: list[tuple[Json, str]] = [
    (text("あ" * 5001), "text"),
    (text("👍🏽" * 1250 + "あ"), "text"),
    (text(""), "text"),
    (text(5), "text"),
    ({"type": "odour"}, "type"),
    ({}, "type"),
    (quick(*[say()] * 14), "quickReply.items"),
    (quick(), "quickReply.items"),
    (quick(say("あ" * 21)), "quickReply.items[0].action.label"),
    (quick(say(text="あ" * 301)), "quickReply.items[0].action.text"),
    (quick(postback(data="d" * 301)), "quickReply.items[0].action.data"),
    (quick(postback(displayText="t" * 301)), "quickReply.items[0].action.displayText"),
    (quick(postback(displayText="t", text="t")), "quickReply.items[0].action.text"),
    (quick(postback(fillInText="t")), "quickReply.items[0].action.fillInText"),
    (quick({"type": "uri", "label": "l", "uri": "javascript:1"}), "quickReply.items[0].action.uri"),
    (quick({"type": "uri", "label": "l", "uri": "http://[1"}), "quickReply.items[0].action.uri"),
    (
        quick({"type": "datetimepicker", "label": "l", "data": "d", "mode": "date", "max": "10:00"}),
        "quickReply.items[0].action.max",
    ),
    (text(quickReply=[]), "quickReply"),
    (text(sender={"name": "あ" * 21}), "sender.name"),
    (text(sender={"iconUrl": "http://example.jp/a.png"}), "sender.iconUrl"),
    (text(emojis=[{"index": 0, "productId": "p", "emojiId": "e"}] * 21), "emojis"),
    ({"type": "sticker", "packageId": "446"}, "stickerId"),
    (
        {"type": "image", "originalContentUrl": "http://example.jp/a.png", "previewImageUrl": IMAGE},
        "originalContentUrl",
    ),
    (
        {"type": "image", "originalContentUrl": IMAGE + "a" * 2000, "previewImageUrl": IMAGE},
        "originalContentUrl",
    ),
    ({"type": "audio", "originalContentUrl": IMAGE}, "duration"),
    (place(title="あ" * 101), "title"),
    (place(latitude=91), "latitude"),
    (place(longitude="139"), "longitude"),
    (imagemap(baseSize={"width": 1000, "height": 1}), "baseSize.width"),
    (imagemap(actions=[imagemap()["actions"][0]] * 51), "actions"),
    (imagemap(actions=[{"type": "uri", "area": {}}]), "actions[0].linkUri"),
    (imagemap(actions=[{"type": "clipboard"}]), "actions[0].area"),
    (buttons(text="あ" * 161), "template.text"),
    (buttons(title="t", text="あ" * 61), "template.text"),
    (buttons(title="あ" * 41), "template.title"),
    (buttons(actions=[say()] * 5), "template.actions"),
    (buttons(actions=[say("あ" * 21)]), "template.actions[0].label"),
    (buttons(actions=[{"type": "camera", "label": "c"}]), "template.actions[0].type"),
    (buttons(imageSize="huge"), "template.imageSize"),
    (buttons() | {"altText": "あ" * 401}, "altText"),
    (template(type="confirm", text="t", actions=[say()]), "template.actions"),
    (template(type="confirm", text="あ" * 241, actions=[say(), say()]), "template.text"),
    (carousel(*[column()] * 11), "template.columns"),
    (carousel(column(text="あ" * 121)), "template.columns[0].text"),
    (carousel(column(), column(title="t")), "template.columns"),
    (carousel(column(), column(actions=[say()] * 2)), "template.columns"),
    (
        template(type="image_carousel", columns=[{"imageUrl": IMAGE, "action": say("あ" * 13)}]),
        "template.columns[0].action.label",
    ),
    (flex(button("あ" * 41)), "contents.body.contents[0].action.label"),
    (flex(words(text="")), "contents.body.contents[0].text"),
    (flex(words(size="tiny")), "contents.body.contents[0].size"),
    (flex(words(color="red")), "contents.body.contents[0].color"),
    (flex(words(colour="#FF0000")), "contents.body.contents[0].colour"),
    (flex({"type": "span", "text": "s"}), "contents.body.contents[0].type"),
    (flex(picture(url="http://example.jp/a.png")), "contents.body.contents[0].url"),
    (flex(picture(aspectRatio="1:4")), "contents.body.contents[0].aspectRatio"),
    (flex(words(), layout="diagonal"), "contents.body.layout"),
    (flex(button("b"), layout="baseline"), "contents.body.contents[0].type"),
    (flex(words(), paddingAll="wide"), "contents.body.paddingAll"),
    (flex(words(), contents=None), "contents.body.contents"),
    (flex(words(text="あ" * 1900), *[words(text="い" * 1900)] * 6), "contents"),
    (bubbles(13), "contents.contents"),
    ({"type": "flex", "altText": "a", "contents": {"type": "bubble"}}, "contents"),
    ({"type": "flex", "altText": "a", "contents": {"type": "bubble", "size": "tera"}}, "contents.size"),
    ({"type": "flex", "altText": "あ" * 1501, "contents": flex(words())["contents"]}, "altText"),
    ({"type": "flex", "altText": "a"}, "contents"),
]


@pytest.mark.parametrize("message", GOOD)
def test_good(message: Json) -> None:
    assert check_messages({"messages": [message]}) == []


@pytest.mark.parametrize(("message", "where"), BAD)
def test_bad(message: Json, where: str) -> None:
    found = [problem.property for problem in check_messages({"messages": [message]})]
    assert f"messages[0].{where}" in found


@pytest.mark.parametrize(
    ("check", "body", "where"),
    [
        (check_messages, {"messages": [text()] * 6}, "messages"),
        (check_messages, {"messages": []}, "messages"),
        (check_messages, {}, "messages"),
        (check_messages, {"messages": "a"}, "messages"),
        (check_messages, {"messages": ["a"]}, "messages[0]"),
        (check_messages, {"messages": [text()], "notificationDisabled": 1}, "notificationDisabled"),
        (check_reply, {"messages": [text()]}, "replyToken"),
        (check_push, {"messages": [text()]}, "to"),
        (check_push, {"messages": [text()], "to": "tanaka"}, "to"),
        (check_push, {"messages": [text()], "to": "U" + "0" * 32, "customAggregationUnits": ["a", "b"]},
         "customAggregationUnits"),
    ],
)  # fmt: skip
def test_requests(check: Callable[[Json], list[Any]], body: Json, where: str) -> None:
    assert where in [problem.property for problem in check(body)]
