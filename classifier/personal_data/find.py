"""All personal data of a text, without overlaps, as offsets into the text as it was written."""

from collections.abc import Iterable, Iterator

from classifier.normalise import unify_width
from classifier.personal_data.addresses import address_spans
from classifier.personal_data.names import name_spans
from classifier.personal_data.numbers import PATTERNS
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
_LONGEST_TEXT = 20_000


def _all(text: str) -> Iterator[tuple[int, int, str]]:
    if any(character.isdigit() or character in "@〒" for character in text) or "ID" in text.upper():
        for pattern in PATTERNS:
            yield from pattern.spans(text)
        yield from address_spans(text)
    yield from name_spans(text)


def _without_overlaps(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in spans:
        if all(end <= other_start or start >= other_end for other_start, other_end, _ in kept):
            kept.append((start, end, kind))
    return sorted(kept)


def find_personal_data(text: str) -> tuple[PersonalDataSpan, ...]:
    """Spans over the original text, in order and apart from each other.

    Only the first ``_LONGEST_TEXT`` characters are searched. Numbers that are nobody's (amounts, dates, bus
    lines, free-call numbers) are left alone.
    """
    unified, offsets = unify_width(text[:_LONGEST_TEXT])
    return tuple(
        PersonalDataSpan(offsets[start], offsets[end], kind) for start, end, kind in _without_overlaps(_all(unified))
    )
