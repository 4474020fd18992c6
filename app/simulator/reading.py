"""What a citizen can read in a message and what there is to tap."""

from collections.abc import Iterator

from app.simulator.wire import Json


def visible_text(message: Json) -> str:
    """Give all words of a message, also those inside templates and Flex boxes, joined by line breaks."""
    return "\n".join(_words(message))


def quick_replies(message: Json) -> list[Json]:
    """Give the actions of a message's quick replies."""
    return [item["action"] for item in message.get("quickReply", {}).get("items", [])]


def buttons(message: Json) -> list[Json]:
    """Give the actions inside a template, Flex or imagemap message, in reading order."""
    body = {key: value for key, value in message.items() if key != "quickReply"}
    return list(_actions(body))


_WORD_KEYS = ("title", "text", "address", "label")


def _words(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _words(item)
    elif isinstance(node, dict):
        for key in _WORD_KEYS:
            if isinstance(node.get(key), str) and _is_shown(node, key):
                yield node[key]
        for key, value in node.items():
            if key != "quickReply" and isinstance(value, dict | list):
                yield from _words(value)


def _is_shown(node: Json, key: str) -> bool:
    # An action shows its label; its ``text`` is what it would send.
    return key == "label" or node.get("type") not in {"message", "postback", "uri"}


def _actions(node: object) -> Iterator[Json]:
    if isinstance(node, list):
        for item in node:
            yield from _actions(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in {"action", "defaultAction"} and isinstance(value, dict):
                yield value
            elif key == "actions" and isinstance(value, list):
                yield from value
            else:
                yield from _actions(value)
