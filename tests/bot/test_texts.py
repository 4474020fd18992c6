"""Texts are complete: every key the code asks for is there, none is left over, placeholders are known."""

import ast
import re
import string
from pathlib import Path

import bot
from bot import emergency
from bot.conversation.replies import Choice
from bot.limits import LABEL_UNITS, TEXT_UNITS, units
from bot.texts import NOTICE_VERSION, lines, load

_ROOT = Path(bot.__file__).parent
_KNOWN = {
    "city", "desk", "phone", "url", "days", "receipt", "area", "department", "count", "date", "first", "last",
    "version", "age", "district", "number", "name", "note", "numbers", "status", "words", "body", "title",
}  # fmt: skip
_BUILT = {
    *(f"small.{kind}" for kind in ("greeting", "thanks", "test", "spam", "command")),
    *(f"media.{kind}_added" for kind in ("image", "video", "audio", "file", "location")),
    *(f"richmenu.{verb}" for verb in ("write", "status", "photo", "profile", "privacy", "contact")),
    "notice.version",
}
"""Keys that are put together from parts where they are used."""


def _strings() -> set[str]:
    """String constants of the modules that speak; log events of others look like keys."""
    speaking = [
        *_ROOT.glob("conversation/*.py"),
        *_ROOT.glob("messages/*.py"),
        _ROOT / "gathering.py",
        _ROOT / "richmenu.py",
    ]
    found: set[str] = set()
    for path in speaking:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_every_key_is_used_and_every_used_key_is_there() -> None:
    texts = load()
    sections = {key.split(".")[0] for key in texts}
    used = {one for one in _strings() if re.fullmatch(r"[a-z]+\.[a-z_]+", one) and one.split(".")[0] in sections}
    assert used - set(texts) == set()
    assert set(texts) - used - _BUILT == set()


def test_placeholders_are_known() -> None:
    for key, text in load().items():
        names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        assert names <= _KNOWN, key


def test_lengths() -> None:
    for key, text in load().items():
        limit = LABEL_UNITS if key.startswith(("button.", "richmenu.")) else TEXT_UNITS // 10
        assert 0 < units(text) <= limit, key


def test_another_language_falls_back_to_japanese() -> None:
    assert lines(("button.menu",), "xx") == "メニュー"


def test_the_notices_version_fits_its_column() -> None:
    assert 0 < len(NOTICE_VERSION) <= 16
    assert ":" not in NOTICE_VERSION


def test_consent_buttons_say_consent_first() -> None:
    assert "同意" in load()["button.agree"]
    assert "同意" in load()["button.agree_and_send"]
    assert Choice("button.agree").label == "button.agree"


def test_emergency_sections_are_complete() -> None:
    sections = emergency.load()
    assert set(sections) == set(emergency.SECTIONS)
    for section in sections.values():
        assert section.lead
        assert all(one.number and one.name for one in section.calls)
        names = {n for text in section.lead + section.tail for _, n, _, _ in string.Formatter().parse(text) if n}
        assert names <= {"city", "phone", "desk"}
