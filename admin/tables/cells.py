"""Cells that a spreadsheet program would take for formulas, and how they are made harmless and read back."""

import re

_DANGEROUS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def escape(text: str) -> str:
    """The text with ``'`` before it when a spreadsheet would run it; `unescape` gives back exactly this text."""
    return "'" + text if _DANGEROUS.match(text) else text


def unescape(text: str) -> str:
    """Undo `escape`; other texts stay as they are."""
    return text[1:] if _ESCAPED.match(text) else text
