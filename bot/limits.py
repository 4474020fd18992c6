"""LINE's limits, each in one place. Source: LINE Messaging API reference (developers.line.biz), read 2026-11."""

MESSAGES_PER_REQUEST = 5
TEXT_UNITS = 5000
ALT_TEXT_UNITS = 1500
QUICK_REPLIES = 13
LABEL_UNITS = 20
CARD_LABEL_UNITS = 40
CARD_TEXT_UNITS = 2000
POSTBACK_DATA_UNITS = 300
DISPLAY_TEXT_UNITS = 300
CAROUSEL_BUBBLES = 12
BUBBLE_BYTES = 30_000
CAROUSEL_BYTES = 50_000
URI_UNITS = 1000
CHAT_BAR_UNITS = 14
RICH_MENU_NAME_UNITS = 300
RICH_MENU_BYTES = 1_000_000

_ELLIPSIS = "…"


def units(text: str) -> int:
    """Length as LINE counts it: UTF-16 code units, so that 👍 is 2."""
    return len(text) + sum(char > "\uffff" for char in text)


def fitted(text: str, limit: int) -> str:
    """The text, cut at a whole character and ended with … when it is longer than ``limit`` UTF-16 units."""
    if len(text) * 2 <= limit or units(text) <= limit:
        return text
    room = limit - 1
    for end, char in enumerate(text):
        room -= 2 if char > "\uffff" else 1
        if room < 0:
            return text[:end] + _ELLIPSIS
    return text
