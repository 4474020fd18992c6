"""Checks a structured answer and brings it into its one form. Pure."""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from feedback.clock import tokyo_date
from feedback.exchange.written_dates import parse_moment
from feedback.surveys.definition import Question, QuestionType
from feedback.surveys.faults import Fault, FaultKind
from feedback.surveys.given import Answer, Place

_LONGEST_ADDRESS: Final = 200
_LARGEST: Final = 1e12


def check_answer(question: Question, answer: Answer) -> Answer | Fault:
    """A structured answer in its one form (choices in order, words trimmed), or what is wrong with it."""
    if question.type is QuestionType.SECTION:
        return Fault(FaultKind.UNREADABLE)
    answer = replace(answer, text=clean(answer.text))
    if answer.is_empty:
        return Fault(FaultKind.REQUIRED) if question.required else Answer()
    return _CHECKS[question.type](question, answer)


def clean(text: str) -> str:
    """Words without what no screen can show, and without blank ends. Line breaks stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (one for one in text if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cs"})
    return "".join(kept).strip()


def read_day(words: str) -> str | None:
    """A day as people write it, in ISO; None when it is none."""
    plain = unicodedata.normalize("NFKC", words).strip()
    if plain.isdigit() and len(plain) != 8:
        return None  # a spreadsheet's serial number is nothing people write
    try:
        at = parse_moment(plain)
    except (ValueError, OverflowError):
        return None
    return tokyo_date(at).isoformat() if at else None


def _one_choice(question: Question, answer: Answer) -> Answer | Fault:
    if not question.choices:
        return _district(answer)
    if len(answer.choices) != 1:
        return Fault(FaultKind.ONE_ONLY if answer.choices else FaultKind.NOT_A_CHOICE)
    return _choices(question, answer)


def _several(question: Question, answer: Answer) -> Answer | Fault:
    checked = _choices(question, answer)
    if isinstance(checked, Fault):
        return checked
    chosen = [one for one in question.choices if one.key in answer.choices]
    exclusive = next((one for one in chosen if one.exclusive), None)
    if exclusive is not None:
        return checked if len(chosen) == 1 else Fault(FaultKind.EXCLUSIVE, words=exclusive.text)
    return _number_of(question, checked)


def _ranking(question: Question, answer: Answer) -> Answer | Fault:
    checked = _choices(question, answer)
    if isinstance(checked, Fault):
        return checked
    limited = _number_of(question, checked)
    return limited if isinstance(limited, Fault) else replace(limited, choices=answer.choices)


def _number_of(question: Question, answer: Answer) -> Answer | Fault:
    least = question.min if question.min is not None else (1 if question.required else 0)
    if len(answer.choices) < least:
        return Fault(FaultKind.TOO_FEW, limit=least)
    if question.max is not None and len(answer.choices) > question.max:
        return Fault(FaultKind.TOO_MANY, limit=question.max)
    return answer


def _choices(question: Question, answer: Answer) -> Answer | Fault:
    """Known choices, each once, in the order of their keys' definition; words only beside その他."""
    keys = answer.choices
    if not keys or any(question.choice(key) is None for key in keys):
        return Fault(FaultKind.NOT_A_CHOICE)
    if len(set(keys)) != len(keys):
        return Fault(FaultKind.TWICE)
    other = next((one for one in question.choices if one.other and one.key in keys), None)
    text = answer.text if other is not None else ""
    if len(text) > question.longest:
        return Fault(FaultKind.TOO_LONG, limit=question.longest)
    # Sorted by key, not as shown: two people who chose the same give the same record.
    return Answer(choices=tuple(sorted(keys)), text=text)


def _matrix(question: Question, answer: Answer) -> Answer | Fault:
    given = dict(answer.cells)
    rows = {one.key for one in question.rows}
    if len(given) != len(answer.cells):
        return Fault(FaultKind.TWICE)
    if any(row not in rows or question.choice(column) is None for row, column in answer.cells):
        return Fault(FaultKind.NOT_A_CHOICE)
    missing = next((one for one in question.rows if one.key not in given), None)
    if missing is not None and question.required:
        return Fault(FaultKind.ROWS_MISSING, words=missing.text)
    return Answer(cells=tuple((one.key, given[one.key]) for one in question.rows if one.key in given))


def _written(question: Question, answer: Answer) -> Answer | Fault:
    if not answer.text:
        return Fault(FaultKind.UNREADABLE)
    if len(answer.text) > question.longest:
        return Fault(FaultKind.TOO_LONG, limit=question.longest)
    return Answer(text=answer.text)


def _number(question: Question, answer: Answer) -> Answer | Fault:
    number = answer.number
    if number is None or not math.isfinite(number) or abs(number) > _LARGEST:
        return Fault(FaultKind.NOT_A_NUMBER)
    if question.min is not None and number < question.min:
        return Fault(FaultKind.TOO_SMALL, limit=question.min)
    if question.max is not None and number > question.max:
        return Fault(FaultKind.TOO_LARGE, limit=question.max)
    return Answer(number=float(number))


def _date(question: Question, answer: Answer) -> Answer | Fault:
    del question
    day = read_day(answer.text)
    return Answer(text=day) if day else Fault(FaultKind.NOT_A_DATE)


def _district(answer: Answer) -> Answer | Fault:
    """A name, or a postal code in its one form 123-4567."""
    if not answer.text:
        return Fault(FaultKind.UNREADABLE)
    code = re.fullmatch(r"〒?\s*(\d{3})\s*[-‐ー−]?\s*(\d{4})", unicodedata.normalize("NFKC", answer.text))
    text = f"{code[1]}-{code[2]}" if code else answer.text
    return Answer(text=text) if len(text) <= _LONGEST_ADDRESS else Fault(FaultKind.TOO_LONG, limit=_LONGEST_ADDRESS)


def _location(question: Question, answer: Answer) -> Answer | Fault:
    del question
    place = answer.place or Place(None, None, answer.text)
    address = clean(place.address) or answer.text
    if len(address) > _LONGEST_ADDRESS:
        return Fault(FaultKind.TOO_LONG, limit=_LONGEST_ADDRESS)
    if place.latitude is None or place.longitude is None:
        return Answer(place=Place(None, None, address)) if address else Fault(FaultKind.UNREADABLE)
    if not (_within(place.latitude, 90) and _within(place.longitude, 180)):
        return Fault(FaultKind.UNREADABLE)
    return Answer(place=Place(place.latitude, place.longitude, address))


def _within(degrees: float, most: int) -> bool:
    return math.isfinite(degrees) and abs(degrees) <= most


def _photo(question: Question, answer: Answer) -> Answer | Fault:
    del question
    return Answer(photo=answer.photo) if answer.photo else Fault(FaultKind.PHOTO_NEEDED)


_CHECKS: Final[dict[QuestionType, Callable[[Question, Answer], Answer | Fault]]] = {
    QuestionType.SINGLE: _one_choice,
    QuestionType.SCALE: _one_choice,
    QuestionType.NPS: _one_choice,
    QuestionType.DISTRICT: _one_choice,
    QuestionType.MULTIPLE: _several,
    QuestionType.RANKING: _ranking,
    QuestionType.MATRIX: _matrix,
    QuestionType.TEXT: _written,
    QuestionType.LONG_TEXT: _written,
    QuestionType.NUMBER: _number,
    QuestionType.DATE: _date,
    QuestionType.LOCATION: _location,
    QuestionType.PHOTO: _photo,
}
