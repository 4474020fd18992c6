"""Flex messages: bubbles, carousels and their components."""

import json
import re
from collections.abc import Callable

from app.simulator import limits
from app.simulator.validation.actions import check_action
from app.simulator.validation.checks import Node

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}(?:[0-9a-fA-F]{2})?")
_KEYWORD = r"none|xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl|full"
_SPACE = re.compile(r"none|xs|sm|md|lg|xl|xxl|-?\d+(?:\.\d+)?(?:px|%)")
_SIZE = re.compile(rf"{_KEYWORD}|\d+(?:\.\d+)?(?:px|%)")
_LENGTH = re.compile(r"\d+(?:\.\d+)?(?:px|%)")
_BORDER = re.compile(r"none|light|normal|medium|semi-bold|bold|\d+(?:\.\d+)?px")
_RATIO = re.compile(r"\d{1,6}(?:\.\d+)?:\d{1,6}(?:\.\d+)?")

_PLACED = {"type", "margin", "position", "offsetTop", "offsetBottom", "offsetStart", "offsetEnd"}
_SPAN = {"type", "text", "size", "color", "weight", "style", "decoration"}
_FIELDS = {
    "box": _PLACED
    | {
        "layout",
        "contents",
        "flex",
        "spacing",
        "backgroundColor",
        "borderColor",
        "borderWidth",
        "cornerRadius",
    }
    | {
        "width",
        "maxWidth",
        "height",
        "maxHeight",
        "paddingAll",
        "paddingTop",
        "paddingBottom",
        "paddingStart",
    }
    | {"paddingEnd", "action", "justifyContent", "alignItems", "background"},
    "button": _PLACED | {"flex", "color", "style", "action", "gravity", "height", "adjustMode", "scaling"},
    "image": _PLACED
    | {"url", "flex", "align", "gravity", "size", "aspectRatio", "aspectMode", "backgroundColor"}
    | {"action", "animated"},
    "video": {"type", "url", "previewUrl", "altContent", "aspectRatio", "action"},
    "icon": _PLACED | {"url", "size", "aspectRatio", "scaling"},
    "text": _PLACED
    | _SPAN
    | {"flex", "align", "gravity", "wrap", "lineSpacing", "action", "maxLines", "contents"}
    | {"adjustMode", "scaling"},
    "span": _SPAN,
    "separator": {"type", "margin", "color"},
    "filler": {"type", "flex"},
}
_IN_BOX = {"box", "button", "image", "text", "separator", "filler", "video"}
_IN_BASELINE = {"icon", "text", "filler"}
_BUBBLE_SIZES = {"nano", "micro", "deca", "hecto", "kilo", "mega", "giga"}
_BLOCKS = ("header", "hero", "body", "footer")


def check_flex(container: Node) -> None:
    """Check the ``contents`` of a Flex message."""
    kind = container.choice("type", {"bubble", "carousel"}, required=True)
    if kind == "bubble":
        _bubble(container)
    elif kind == "carousel":
        container.only({"type", "contents"})
        for bubble in container.children("contents", 1, limits.FLEX_CAROUSEL_BUBBLES):
            if bubble.choice("type", {"bubble"}, required=True):
                _bubble(bubble)
        _weigh(container, limits.FLEX_CAROUSEL_BYTES)


def _bubble(bubble: Node) -> None:
    bubble.only({"type", "size", "direction", "styles", "action", *_BLOCKS})
    bubble.choice("size", _BUBBLE_SIZES)
    bubble.choice("direction", {"ltr", "rtl"})
    _optional_action(bubble)
    for block in _BLOCKS:
        node = bubble.child(block)
        if node is not None:
            _component(node, {"box", "image", "video"} if block == "hero" else {"box"})
    if not any(block in bubble.value for block in _BLOCKS):
        bubble.wrong("", "At least one block must be specified")
    _styles(bubble)
    _weigh(bubble, limits.FLEX_BUBBLE_BYTES)


def _styles(bubble: Node) -> None:
    styles = bubble.child("styles")
    if styles is None:
        return
    styles.only(_BLOCKS)
    for block in _BLOCKS:
        style = styles.child(block)
        if style is not None:
            style.only({"backgroundColor", "separator", "separatorColor"})
            _colours(style, "backgroundColor", "separatorColor")
            style.boolean("separator")


def _weigh(node: Node, limit: int) -> None:
    if len(json.dumps(node.value, ensure_ascii=False, separators=(",", ":")).encode()) > limit:
        node.wrong("", f"must be smaller than {limit // 1024} KB")


def _component(node: Node, allowed: set[str]) -> None:
    kind = node.choice("type", allowed, required=True)
    if kind is None:
        return
    node.only(_FIELDS[kind])
    _placing(node)
    _CHECKS[kind](node)


def _placing(node: Node) -> None:
    node.choice("position", {"relative", "absolute"})
    node.integer("flex", 0, 10_000, required=False)
    for key in ("margin", "offsetTop", "offsetBottom", "offsetStart", "offsetEnd"):
        node.pattern(key, _SPACE, "invalid property")


def _box(box: Node) -> None:
    layout = box.choice("layout", {"horizontal", "vertical", "baseline"}, required=True)
    for key in ("spacing", "paddingAll", "paddingTop", "paddingBottom", "paddingStart", "paddingEnd"):
        box.pattern(key, _SPACE, "invalid property")
    for key in ("width", "maxWidth", "height", "maxHeight"):
        box.pattern(key, _LENGTH, "invalid property")
    box.pattern("cornerRadius", _SPACE, "invalid property")
    box.pattern("borderWidth", _BORDER, "invalid property")
    _colours(box, "backgroundColor", "borderColor")
    box.choice(
        "justifyContent",
        {"center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"},
    )
    box.choice("alignItems", {"center", "flex-start", "flex-end"})
    _gradient(box)
    _optional_action(box)
    if not isinstance(box.value.get("contents"), list):
        box.wrong("contents", "May not be empty")
    for child in box.children("contents", 0, 1_000):
        _component(child, _IN_BASELINE if layout == "baseline" else _IN_BOX)


def _gradient(box: Node) -> None:
    background = box.child("background")
    if background is not None and background.choice("type", {"linearGradient"}, required=True):
        background.pattern("angle", re.compile(r"\d+(?:\.\d+)?deg"), "invalid property")
        _colours(background, "startColor", "endColor", "centerColor")


def _button(button: Node) -> None:
    action = button.child("action", required=True)
    if action is not None:
        check_action(action, label_limit=limits.ACTION_LABEL_FLEX)
    button.choice("style", {"primary", "secondary", "link"})
    button.choice("height", {"sm", "md"})
    button.choice("gravity", {"top", "bottom", "center"})
    button.choice("adjustMode", {"shrink-to-fit"})
    _colours(button, "color")


def _image(image: Node) -> None:
    image.media_url("url")
    image.pattern("size", _SIZE, "invalid property")
    _ratio(image)
    image.choice("aspectMode", {"cover", "fit"})
    image.choice("align", {"start", "end", "center"})
    image.choice("gravity", {"top", "bottom", "center"})
    image.boolean("animated")
    _colours(image, "backgroundColor")
    _optional_action(image)


def _video(video: Node) -> None:
    video.media_url("url")
    video.media_url("previewUrl")
    _ratio(video)
    alternative = video.child("altContent", required=True)
    if alternative is not None:
        _component(alternative, {"box", "image"})
    _optional_action(video)


def _icon(icon: Node) -> None:
    icon.media_url("url")
    icon.pattern("size", _SIZE, "invalid property")
    _ratio(icon)


def _text(text: Node) -> None:
    spans = text.children("contents", 0, 1_000)
    text.text("text", limits.FLEX_TEXT, required=not spans)
    for span in spans:
        _component(span, {"span"})
    _lettering(text)
    text.choice("align", {"start", "end", "center"})
    text.choice("gravity", {"top", "bottom", "center"})
    text.boolean("wrap")
    text.integer("maxLines", 0, 10_000, required=False)
    text.pattern("lineSpacing", re.compile(r"\d+(?:\.\d+)?px"), "invalid property")
    text.choice("adjustMode", {"shrink-to-fit"})
    _optional_action(text)


def _span(span: Node) -> None:
    span.text("text", limits.FLEX_TEXT)
    _lettering(span)


def _separator(separator: Node) -> None:
    _colours(separator, "color")


def _filler(_filler: Node) -> None:
    return None


def _lettering(node: Node) -> None:
    node.pattern("size", _SIZE, "invalid property")
    node.choice("weight", {"regular", "bold"})
    node.choice("style", {"normal", "italic"})
    node.choice("decoration", {"none", "underline", "line-through"})
    _colours(node, "color")


def _ratio(node: Node) -> None:
    node.pattern("aspectRatio", _RATIO, "invalid property")
    ratio = node.value.get("aspectRatio")
    if isinstance(ratio, str) and _RATIO.fullmatch(ratio):
        width, height = (float(part) for part in ratio.split(":"))
        if height > 3 * width:
            node.wrong("aspectRatio", "height must be at most three times the width")


def _colours(node: Node, *keys: str) -> None:
    for key in keys:
        node.pattern(key, _COLOUR, "invalid property")


def _optional_action(node: Node) -> None:
    action = node.child("action")
    if action is not None:
        check_action(action, label_limit=limits.ACTION_LABEL_FLEX, label_required=False)


_CHECKS: dict[str, Callable[[Node], None]] = {
    "box": _box,
    "button": _button,
    "image": _image,
    "video": _video,
    "icon": _icon,
    "text": _text,
    "span": _span,
    "separator": _separator,
    "filler": _filler,
}
