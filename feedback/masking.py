"""Masks personal data in a text: what a reading found, and what plain patterns find without any model.

Pure. The original words stay as they are; a masked text is made each time somebody is shown it.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from feedback.ports import PersonalDataSpan

_NAMES = {
    "phone": "電話番号",
    "mobile": "電話番号",
    "postal_code": "郵便番号",
    "address": "住所",
    "email": "メールアドレス",
    "person_name": "氏名",
    "my_number": "マイナンバー",
    "credit_card": "カード番号",
    "birth_date": "生年月日",
    "licence_plate": "車両番号",
    "bank_account": "口座番号",
    "line_id": "LINE ID",
}
_UNKNOWN = "個人情報"
_HYPHEN = r"[-‐‑‒–—―−ー]"
_KANJI = "[一二三四五六七八九十]"
_LATIN = r"A-Za-z0-9._%+-"  # not \w, which matches kanji and would swallow the sentence around an address
_PATTERNS: tuple[tuple[str, re.Pattern[str] | None, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(needed) if needed else None, re.compile(expression))
    for kind, needed, expression in (
        ("email", "@", rf"[{_LATIN}]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
        ("credit_card", r"\d{4}", rf"(?<!\d)\d{{4}}(?:(?:{_HYPHEN}|\s)?\d{{4}}){{3}}(?!\d)"),
        (
            "phone",
            r"0\d",
            rf"(?<![\d-])0\d{{1,4}}[\s(]{{0,2}}{_HYPHEN}?\d{{1,4}}[\s)]{{0,2}}{_HYPHEN}?\d{{3,4}}(?![\d-])",
        ),
        ("phone", r"\+81", rf"\+81[\s-]?\(?0?\)?\d{{1,4}}{_HYPHEN}?\d{{1,4}}{_HYPHEN}?\d{{3,4}}(?!\d)"),
        ("my_number", r"\d{4}", r"(?<![\d-])\d{4}[\s-]?\d{4}[\s-]?\d{4}(?![\d-])"),
        ("postal_code", r"\d{4}", rf"〒\s?\d{{3}}{_HYPHEN}?\d{{4}}|(?<![\d-])\d{{3}}{_HYPHEN}\d{{4}}(?![\d-])"),
        (
            "address",
            "丁目",
            rf"(?:[0-9]+|{_KANJI}+)丁目\s?(?:[0-9]+|{_KANJI}+)(?:番地?|-|の)\s?(?:[0-9]|{_KANJI})*(?:号|-[0-9]+)?",
        ),
        ("person_name", "氏名", r"(?<=氏名[:は])\s?[^\s、。,]{2,12}(?:[ 　][^\s、。,]{1,6})?"),
        ("person_name", "申しま", r"[一-龥々]{2,6}(?=と申しま)"),
        ("birth_date", "生年月日", r"(?<=生年月日[:は])\s?[0-9A-Z一-龥./-]{6,14}"),
    )
)
"""Type, what a text must contain at all (so that most texts cost little), and the pattern itself."""
_FREE_CALL = re.compile(r"0(?:120|570|800)")


def find(text: str) -> list[PersonalDataSpan]:
    """Personal data that plain patterns recognise, as offsets into the text as written."""
    unified = text.translate(_ONE_WIDTH)
    return [
        PersonalDataSpan(match.start(), match.end(), kind)
        for kind, needed, pattern in _PATTERNS
        if needed is None or needed.search(unified)
        for match in pattern.finditer(unified)
        if not (kind == "phone" and _FREE_CALL.match(match[0]))
    ]


def mask(text: str, spans: Iterable[PersonalDataSpan] = ()) -> str:
    """The text with personal data replaced by what it was, such as 〔電話番号〕.

    ``spans`` of a reading are added to what `find` sees; offsets beyond the text are ignored, overlaps are joined.
    """
    masked: list[str] = []
    position = 0
    for start, end, kind in _joined([*find(text), *spans], length=len(text)):
        masked += [text[position:start], f"〔{_NAMES.get(kind, _UNKNOWN)}〕"]
        position = end
    return "".join([*masked, text[position:]])


def spans_from(stored: Sequence[Sequence[object]]) -> list[PersonalDataSpan]:
    """Spans as a stored reading keeps them: ``[start, end, type]`` each."""
    return [PersonalDataSpan(int(str(start)), int(str(end)), str(kind)) for start, end, kind in stored]


def _joined(spans: Iterable[PersonalDataSpan], *, length: int) -> list[tuple[int, int, str]]:
    inside = sorted(
        (max(span.start, 0), min(span.end, length), span.type)
        for span in spans
        if max(span.start, 0) < min(span.end, length)
    )
    joined: list[tuple[int, int, str]] = []
    for start, end, kind in inside:
        if joined and start < joined[-1][1]:
            first, last, name = joined[-1]
            widest = name if last - first >= end - start else kind
            joined[-1] = (first, max(last, end), widest)
        else:
            joined.append((start, end, kind))
    return joined


class _OneWidth(dict[int, int]):
    """NFKC character by character, keeping the length, so that offsets stay true. Learns as it meets them."""

    def __missing__(self, code: int) -> int:
        folded = unicodedata.normalize("NFKC", chr(code))
        self[code] = ord(folded) if len(folded) == 1 else code
        return self[code]


_ONE_WIDTH = _OneWidth()
