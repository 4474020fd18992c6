"""Reads one answer: typed words, or what a button or form field gave. Pure.

「2」, 「２」, 「②」, 「2番」, 「そう思う」 and 「2 そう思う」 all mean the second choice shown.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from feedback.surveys.accepting import check_answer, clean, read_day
from feedback.surveys.definition import WITH_CHOICES, Choice, Question, QuestionType
from feedback.surveys.faults import Fault, FaultKind
from feedback.surveys.given import Answer

SKIP_WORDS: Final = frozenset({"スキップ", "とばす", "飛ばす", "回答しない", "答えない", "無回答", "skip", "パス"})


def read_answer(question: Question, raw: str | Answer) -> Answer | Fault:
    """The answer meant by typed words, or a structured one checked; ``question`` as `rules.shown` gave it.

    Empty words (or スキップ) pass over a question that is not required.
    """
    answer = _typed(question, raw) if isinstance(raw, str) else raw
    if isinstance(answer, Fault):
        return answer
    return check_answer(question, answer)


def _typed(question: Question, raw: str) -> Answer | Fault:
    words = clean(raw)
    if not words or (not question.required and folded(words) in SKIP_WORDS):
        return Answer()
    if question.type in WITH_CHOICES or question.picks_one:
        return _typed_choices(question, words)
    reader = _TYPED.get(question.type)
    return reader(question, words) if reader else Answer(text=words)


def folded(text: str) -> str:
    """Words made alike: width, case, blanks and final marks do not matter."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s。．.、,!！?？「」『』\"']+", "", text)


def _typed_choices(question: Question, words: str) -> Answer | Fault:
    if question.type is QuestionType.MATRIX:
        return _typed_matrix(question, words)
    whole = _find(question, words)
    if whole is not None:
        return Answer(choices=(whole.key,))
    other = _with_words(question, words)
    if other is not None:
        return other
    if question.picks_one:
        several = _each(question, words)
        return Fault(FaultKind.ONE_ONLY if several and len(several) > 1 else FaultKind.NOT_A_CHOICE)
    found = _each(question, words)
    if found is None:
        return Fault(FaultKind.NOT_A_CHOICE)
    return Answer(choices=tuple(one.key for one in found))


_NUMBER: Final = re.compile(r"(?:第|no\.?|問)?\s*(\d{1,3})\s*(?:番目?|位|点|つ目)?", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"(\d{1,3})\s*[.．、:：)）番\s]\s*(\S.*)", re.DOTALL)


def _find(question: Question, words: str) -> Choice | None:
    """The one choice that words name: its text, its number as shown, or both."""
    plain = unicodedata.normalize("NFKC", words).strip()
    named = _named(question.choices, plain)
    if named is not None:
        return named
    number = _NUMBER.fullmatch(plain)
    if number:
        return _by_number(question, int(number[1]))
    both = _NUMBERED.fullmatch(plain)
    if both:
        chosen = _by_number(question, int(both[1]))
        return chosen if chosen is not None and folded(chosen.text) == folded(both[2]) else None
    return None


def _named(choices: Sequence[Choice], words: str) -> Choice | None:
    wanted = folded(words)
    same = [one for one in choices if folded(one.text) == wanted]
    return same[0] if len(same) == 1 else None


def _by_number(question: Question, number: int) -> Choice | None:
    """On a scale the number printed at the point; elsewhere the place in the list, counted from 1."""
    if question.type in {QuestionType.NPS, QuestionType.SCALE}:
        point = question.choice(str(number))
        if point is not None or question.type is QuestionType.NPS:
            return point
    return question.choices[number - 1] if 0 < number <= len(question.choices) else None


_BETWEEN: Final = re.compile(r"[\s,、，・;；/／\n]+|(?<=\d)\s*と\s*(?=\d)")


def _each(question: Question, words: str) -> list[Choice] | None:
    """Several choices, told by numbers or words with something between; None when one is not to be found."""
    plain = unicodedata.normalize("NFKC", words).strip()
    by_words = _split_by_names(question.choices, plain)
    if by_words is not None:
        return by_words
    found = [_find(question, one) for one in _BETWEEN.split(plain) if one]
    chosen = [one for one in found if one is not None]
    return chosen if chosen and len(chosen) == len(found) else None


def _split_by_names(choices: Sequence[Choice], words: str) -> list[Choice] | None:
    """Choices whose texts hold separators themselves (「電話・窓口」), one to a line or after 、."""
    parts = [one for one in re.split(r"[\n、,，]+", words) if one.strip()]
    found = [_named(choices, one) for one in parts]
    chosen = [one for one in found if one is not None]
    return chosen if chosen and len(chosen) == len(found) else None


def _with_words(question: Question, words: str) -> Answer | None:
    """「その他：駅前の掲示板」 or 「5 駅前の掲示板」: the choice that takes words, with them."""
    for choice in question.choices:
        if not choice.other:
            continue
        number = question.choices.index(choice) + 1
        for name in (choice.text, str(number)):
            match = re.match(
                rf"{re.escape(name)}\s*[:：（(、,\s]\s*(.+)", unicodedata.normalize("NFKC", words), re.DOTALL
            )
            if match and _each(question, match[1]) is None:
                return Answer(choices=(choice.key,), text=match[1].strip().rstrip("）)"))
    return None


def _typed_matrix(question: Question, words: str) -> Answer | Fault:
    """One column a row, in the order of the rows: 「2,3,1」, or 「2」 for all of one row."""
    parts = [one for one in _BETWEEN.split(unicodedata.normalize("NFKC", words).strip()) if one]
    found = [_find(question, one) for one in parts]
    if None in found or len(found) != len(question.rows):
        return Fault(FaultKind.NOT_A_CHOICE)
    columns = [one for one in found if one is not None]
    return Answer(cells=tuple((row.key, one.key) for row, one in zip(question.rows, columns, strict=True)))


def _typed_number(question: Question, words: str) -> Answer | Fault:
    plain = unicodedata.normalize("NFKC", words).replace(",", "").strip()
    if question.unit:
        plain = plain.removesuffix(unicodedata.normalize("NFKC", question.unit)).strip()
    if not re.fullmatch(r"[-+−]?\d{1,13}(?:\.\d{1,6})?", plain):
        return Fault(FaultKind.NOT_A_NUMBER)
    return Answer(number=float(plain.replace("−", "-")))


def _typed_date(question: Question, words: str) -> Answer | Fault:
    del question
    day = read_day(words)
    return Answer(text=day) if day else Fault(FaultKind.NOT_A_DATE)


def _typed_photo(question: Question, words: str) -> Answer | Fault:
    del question, words
    return Fault(FaultKind.PHOTO_NEEDED)


_TYPED: Final[dict[QuestionType, Callable[[Question, str], Answer | Fault]]] = {
    QuestionType.NUMBER: _typed_number,
    QuestionType.DATE: _typed_date,
    QuestionType.PHOTO: _typed_photo,
}
