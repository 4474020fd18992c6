"""Actions behind buttons, areas and quick replies."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from app.simulator import limits
from app.simulator.validation.checks import Node

_URI_SCHEMES = {"http", "https", "line", "tel"}
_DATETIME_PATTERNS = {
    "date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "time": re.compile(r"\d{2}:\d{2}"),
    "datetime": re.compile(r"\d{4}-\d{2}-\d{2}[tT]\d{2}:\d{2}"),
}
_INPUT_OPTIONS = {"closeRichMenu", "openRichMenu", "openKeyboard", "openVoice"}


def check_action(
    action: Node,
    *,
    label_limit: int = limits.ACTION_LABEL,
    label_required: bool = True,
    quick_reply: bool = False,
) -> None:
    """Check one action object; ``label_limit`` depends on where it stands."""
    kind = action.choice("type", _CHECKS.keys(), required=True)
    if kind is None:
        return
    if kind in {"camera", "cameraRoll", "location"} and not quick_reply:
        action.wrong("type", "can be used in quick replies only")
    if kind == "richmenuswitch" and label_limit != limits.ACTION_LABEL:
        action.wrong("type", "can be used in rich menus only")
    action.text("label", label_limit, required=label_required)
    _CHECKS[kind](action)


def _postback(action: Node) -> None:
    action.text("data", limits.POSTBACK_DATA)
    action.text("displayText", limits.ACTION_TEXT, required=False)
    action.text("text", limits.ACTION_TEXT, required=False)
    if "displayText" in action.value and "text" in action.value:
        action.wrong("text", "displayText and text cannot be used together")
    option = action.choice("inputOption", _INPUT_OPTIONS)
    if "fillInText" in action.value:
        action.text("fillInText", limits.ACTION_TEXT)
        if option != "openKeyboard":
            action.wrong("fillInText", "requires inputOption openKeyboard")


def _message(action: Node) -> None:
    action.text("text", limits.ACTION_TEXT)


def _uri(action: Node) -> None:
    uri = action.text("uri", limits.ACTION_URI)
    if uri is not None and _scheme(uri) not in _URI_SCHEMES:
        action.wrong("uri", "invalid uri scheme")


def _scheme(uri: str) -> str:
    try:
        return urlsplit(uri).scheme.lower()
    except ValueError:
        return ""


def _datetimepicker(action: Node) -> None:
    action.text("data", limits.POSTBACK_DATA)
    mode = action.choice("mode", _DATETIME_PATTERNS.keys(), required=True)
    if mode is not None:
        for key in ("initial", "max", "min"):
            action.pattern(key, _DATETIME_PATTERNS[mode], f"must be a {mode}")


def _clipboard(action: Node) -> None:
    action.text("clipboardText", limits.CLIPBOARD_TEXT)


def _rich_menu_switch(action: Node) -> None:
    action.text("richMenuAliasId", limits.RICH_MENU_ALIAS)
    action.text("data", limits.POSTBACK_DATA)


def _label_only(_action: Node) -> None:
    return None


_CHECKS: dict[str, Callable[[Node], None]] = {
    "postback": _postback,
    "message": _message,
    "uri": _uri,
    "datetimepicker": _datetimepicker,
    "clipboard": _clipboard,
    "richmenuswitch": _rich_menu_switch,
    "camera": _label_only,
    "cameraRoll": _label_only,
    "location": _label_only,
}
