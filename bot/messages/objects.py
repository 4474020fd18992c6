"""LINE message objects. Everything is cut to LINE's limits here, so that no reply is ever refused for length."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from bot.conversation.replies import Choice
from bot.limits import (
    ALT_TEXT_UNITS,
    DISPLAY_TEXT_UNITS,
    LABEL_UNITS,
    POSTBACK_DATA_UNITS,
    QUICK_REPLIES,
    TEXT_UNITS,
    fitted,
)
from bot.texts import NOTICE_VERSION, lines

Message = dict[str, Any]

POSTBACK_VERSION: Final = "v1"
_MAIN_COLOUR: Final = "#0B5FA5"
_TEXT_COLOUR: Final = "#1A1A1A"
_SOFT_COLOUR: Final = "#595959"


def text_message(text: str) -> Message:
    """Plain words."""
    return {"type": "text", "text": fitted(text, TEXT_UNITS)}


def with_choices(message: Message, choices: Sequence[Choice], about: int | None) -> Message:
    """A message with quick replies; buttons about a submission are left out when there is none."""
    items = [item for choice in choices[:QUICK_REPLIES] if (item := quick_reply(choice, about)) is not None]
    if items:
        message["quickReply"] = {"items": items}
    return message


def quick_reply(choice: Choice, about: int | None) -> dict[str, Any] | None:
    """One quick reply."""
    made = action(choice, about)
    return {"type": "action", "action": made} if made else None


def action(choice: Choice, about: int | None) -> dict[str, Any] | None:
    """The action of a button; None when it is about a submission and there is none."""
    if not choice.about:
        return _lasting_action(choice)
    return _postback(choice, str(about)) if about is not None else None


@lru_cache(maxsize=512)
def _lasting_action(choice: Choice) -> dict[str, Any]:
    if choice.opens == "date":
        data = f"{POSTBACK_VERSION}:{choice.verb}::{choice.argument}"
        return {"type": "datetimepicker", "label": _label(choice), "data": data, "mode": "date"}
    if choice.opens:
        return {"type": choice.opens, "label": _label(choice)}
    if not choice.verb:
        return {"type": "message", "label": _label(choice), "text": _label(choice)}
    return _postback(choice, "")


def _postback(choice: Choice, about: str) -> dict[str, Any]:
    argument = NOTICE_VERSION if choice.verb == "agree" else choice.argument
    label = _label(choice)
    return {
        "type": "postback",
        "label": label,
        "data": f"{POSTBACK_VERSION}:{choice.verb}:{about}:{argument}"[:POSTBACK_DATA_UNITS],
        "displayText": fitted(choice.shows or label, DISPLAY_TEXT_UNITS),
    }


@lru_cache(maxsize=512)
def _label(choice: Choice) -> str:
    return fitted(choice.label if choice.literal else lines((choice.label,)), LABEL_UNITS)


def call_action(label: str, number: str) -> dict[str, Any]:
    """A button that calls a number."""
    dialled = "".join(char for char in number if char in "0123456789#*+").replace("#", "%23")
    return {"type": "uri", "label": fitted(label, LABEL_UNITS), "uri": f"tel:{dialled}"}


def link_action(key: str, url: str) -> dict[str, Any]:
    """A button that opens a page."""
    return {"type": "uri", "label": fitted(lines((key,)), LABEL_UNITS), "uri": url}


def words(text: str, *, strong: bool = False, soft: bool = False) -> dict[str, Any]:
    """A text inside a card; LINE refuses empty ones."""
    return {
        "type": "text",
        "text": text or " ",
        "wrap": True,
        "size": "lg" if strong else "md",
        "weight": "bold" if strong else "regular",
        "color": _SOFT_COLOUR if soft else _TEXT_COLOUR,
    }


def button(made: dict[str, Any], *, main: bool = False) -> dict[str, Any]:
    """A button inside a card."""
    made = {"type": "button", "action": made, "height": "sm", "style": "primary" if main else "secondary"}
    if main:
        made["color"] = _MAIN_COLOUR
    return made


def tappable(made: dict[str, Any], contents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A framed box inside a card that can be tapped: words of any length, unlike a button."""
    return {
        "type": "box",
        "layout": "horizontal",
        "contents": list(contents),
        "action": made,
        "spacing": "md",
        "paddingAll": "10px",
        "borderWidth": "1px",
        "borderColor": "#8A99A8",
        "cornerRadius": "8px",
        "backgroundColor": "#FFFFFF",
    }


def bubble(body: Sequence[dict[str, Any]], footer: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """One card."""
    card: dict[str, Any] = {
        "type": "bubble",
        "body": {"type": "box", "layout": "vertical", "spacing": "md", "contents": list(body)},
    }
    if footer:
        card["footer"] = {"type": "box", "layout": "vertical", "spacing": "sm", "contents": list(footer)}
    return card


def card_message(alt: str, contents: dict[str, Any]) -> Message:
    """A card, or several, with the words that are read aloud or shown where cards are not."""
    return {"type": "flex", "altText": fitted(alt, ALT_TEXT_UNITS) or " ", "contents": contents}
