"""What is counted of an answer. Pure.

A mark is (question, row, choice, value). Choice ``""``: the question was answered (for types where the choices do not
add up to that); ``-``: it was on the way and passed over.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from feedback.surveys.definition import Definition, Question, QuestionType
from feedback.surveys.given import Answer, Answers
from feedback.surveys.rules import path

ANSWERED: Final = ""
PASSED: Final = "-"


class Mark(NamedTuple):
    """One thing that is counted; ``value``: the number answered, or the rank."""

    question: str
    row: str
    choice: str
    value: float | None = None


def marks_of(definition: Definition, answers: Answers) -> list[Mark]:
    """Everything that is counted of a response."""
    return [mark for question in path(definition, answers) for mark in _marks(question, answers[question.key])]


def counts_itself(question: Question) -> bool:
    """Whether the counts of the choices add up to those who answered."""
    return question.picks_one


def _marks(question: Question, answer: Answer) -> Iterator[Mark]:
    if answer.is_empty:
        yield Mark(question.key, "", PASSED)
        return
    ranked = question.type is QuestionType.RANKING
    for place, choice in enumerate(answer.choices, 1):
        yield Mark(question.key, "", choice, float(place) if ranked else None)
    for row, column in answer.cells:
        yield Mark(question.key, row, column)
    if not counts_itself(question):
        yield Mark(question.key, "", ANSWERED, answer.number)


def values_of(question: Question) -> Mapping[str, float]:
    """What the choices count as in a mean; those without a value are left out."""
    return {one.key: one.value for one in question.choices if one.value is not None}
