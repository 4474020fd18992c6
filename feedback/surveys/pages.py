"""A survey cut into the pages of a form. Pure.

A page ends where its answers decide what comes next, before a section, and before a question that quotes an answer of
the same page: whoever has no JavaScript sees the right thing too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from feedback.surveys.definition import OTHERWISE, Definition, Question, QuestionType
from feedback.surveys.given import Answers
from feedback.surveys.rules import PIPE, follows

MOST_ON_A_PAGE: Final = 10


@dataclass(frozen=True, slots=True)
class Page:
    """Sections and questions shown together, as the definition has them."""

    items: tuple[Question, ...]

    @property
    def asked(self) -> tuple[Question, ...]:
        """The questions of the page."""
        return tuple(one for one in self.items if one.type is not QuestionType.SECTION)

    def is_open(self, answers: Answers) -> bool:
        """Whether a question of the page has no answer yet."""
        return any(one.key not in answers for one in self.asked)


def pages(definition: Definition, answers: Answers) -> list[Page]:
    """The pages on the way, up to and with the first that has an open question."""
    found: list[Page] = []
    items: list[Question] = []
    at: Question | None = definition.questions[0] if definition.questions else None
    steps = len(definition.questions)
    while at is not None and steps:
        steps -= 1
        if items and _begins_page(at, items):
            found.append(Page(tuple(items)))
            items = []
            if found[-1].is_open(answers):
                return found
        items.append(at)
        at = follows(definition, at, answers.get(at.key))
    if items:
        found.append(Page(tuple(items)))
    return found


def _begins_page(question: Question, items: Sequence[Question]) -> bool:
    before = items[-1]
    if before.type is QuestionType.SECTION:
        return False
    if question.type is QuestionType.SECTION or _decides(before) or len(items) >= MOST_ON_A_PAGE:
        return True
    return bool(_quoted(question) & {one.key for one in items})


def _decides(question: Question) -> bool:
    return any(key != OTHERWISE for key, _ in question.next)


def _quoted(question: Question) -> set[str]:
    texts = [question.text, question.help, *(one.text for one in (*question.choices, *question.rows))]
    return {match[1] for text in texts for match in PIPE.finditer(text)}
