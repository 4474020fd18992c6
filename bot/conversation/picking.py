"""Several taps that make one answer: choices picked, ranks given, rows of a table. Pure.

What was tapped so far is a tuple of keys: ``choice`` for choices and ranks, ``row=column`` for a table, where no
column means that the row was passed over.
"""

from dataclasses import replace
from typing import Final

from feedback.surveys.definition import Choice, Question, QuestionType
from feedback.surveys.given import Answer

Picks = tuple[str, ...]

_ROW: Final = "="


def tapped(question: Question, picks: Picks, key: str) -> Picks:
    """The picks after one more tap: it adds, or takes away again; what excludes others stands alone."""
    choice = question.choice(key)
    if choice is None:
        return picks
    if key in picks:
        return tuple(one for one in picks if one != key)
    if choice.exclusive:
        return (key,)
    return (*(one for one in picks if not _excludes(question, one)), key)


def _excludes(question: Question, key: str) -> bool:
    choice = question.choice(key)
    return choice is not None and choice.exclusive


def row_at(question: Question, picks: Picks) -> Choice | None:
    """The row of a table that is asked now; None when all were."""
    done = {one.partition(_ROW)[0] for one in picks}
    return next((one for one in question.rows if one.key not in done), None)


def with_cell(picks: Picks, row: str, column: str) -> Picks:
    """The picks with a row's column; one given before is replaced."""
    kept = tuple(one for one in picks if one.partition(_ROW)[0] != row)
    return (*kept, f"{row}{_ROW}{column}")


def one_row(question: Question, row: Choice) -> Question:
    """The question that asks one row of a table."""
    return replace(question, type=QuestionType.SINGLE, text=row.text, rows=(), min=None, max=None)


def as_answer(question: Question, picks: Picks, words: str = "") -> Answer:
    """The answer that the picks make, not checked yet."""
    if question.type is QuestionType.MATRIX:
        cells = tuple(one.partition(_ROW) for one in picks)
        return Answer(cells=tuple((row, column) for row, _, column in cells if column))
    return Answer(choices=picks, text=words)


def is_whole(question: Question, picks: Picks) -> bool:
    """Whether nothing more can be tapped, so that nobody needs to say 「決定」."""
    if question.type is QuestionType.RANKING:
        most = int(question.max) if question.max is not None else len(question.choices)
        return len(picks) >= min(most, len(question.choices))
    return len(picks) == 1 and _excludes(question, picks[0])


def wants_words(question: Question, picks: Picks) -> Choice | None:
    """The picked choice that takes words (その他)."""
    chosen = (question.choice(one) for one in picks)
    return next((one for one in chosen if one is not None and one.other), None)
