"""All personal data of a text, without overlaps, as offsets into the text as it was written."""

import re
from collections.abc import Iterable, Iterator

from classifier.normalise import unify_width
from classifier.personal_data.addresses import address_spans
from classifier.personal_data.names import name_spans
from classifier.personal_data.numbers import PATTERNS, is_offices
from classifier.reading import PersonalDataSpan

TYPES = (
    "phone",
    "mobile",
    "postal_code",
    "address",
    "email",
    "person_name",
    "my_number",
    "credit_card",
    "birth_date",
    "licence_plate",
    "bank_account",
    "line_id",
)
_OFFICES_HAVE = frozenset({"phone", "postal_code", "address", "email"})
_WORTH_A_LOOK = re.compile(r"[\d@〒〠]|番地|丁目|[元一二三四五六七八九十]年|[Ll][Ii][Nn][Ee]|ライン|らいん")
_LONGEST_TEXT = 20_000


def _all(text: str, named: bool) -> Iterator[tuple[int, int, str]]:
    if _WORTH_A_LOOK.search(text):
        for pattern in PATTERNS:
            yield from pattern.spans(text)
        yield from address_spans(text)
    yield from name_spans(text, named=named)


def _without_overlaps(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in spans:
        if all(end <= other_start or start >= other_end for other_start, other_end, _ in kept):
            kept.append((start, end, kind))
    return sorted(kept)


def find_personal_data(text: str, *, named: bool = True) -> tuple[PersonalDataSpan, ...]:
    """Spans over the original text, in order and apart from each other.

    Only the first ``_LONGEST_TEXT`` characters are searched. Numbers that are nobody's (amounts, dates, bus
    lines, free-call numbers, public offices) are left alone. ``named``: False when the text's words are known and
    none is a name.
    """
    unified, offsets = unify_width(text[:_LONGEST_TEXT])
    return tuple(
        PersonalDataSpan(offsets[start], offsets[end], kind)
        for start, end, kind in _without_overlaps(_all(unified, named))
        if kind not in _OFFICES_HAVE or not is_offices(unified, start, end)
    )
