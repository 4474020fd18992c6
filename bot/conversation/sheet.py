"""A survey as one citizen fills it in: what it asks, what they have answered so far, which question is open."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from feedback.surveys.definition import Definition, Question, QuestionType
from feedback.surveys.given import Answer, in_words
from feedback.surveys.rules import Progress, lead_in, next_question, path, previous_question, progress, shown

LONG: Final = 10
"""A survey of more questions than this is offered as a page too."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """``at``: the question somebody went back to. ``begun``: there are unsent answers, or a place for them.

    ``refusal``: why no answers are taken, fit to show. ``full``: (question, choice) whose places are taken.
    ``form``: address of the same survey as a page.
    """

    survey: int
    definition: Definition
    seed: int
    answers: Mapping[str, Answer] = field(default_factory=dict)
    at: str | None = None
    begun: bool = False
    refusal: str = ""
    full: frozenset[tuple[str, str]] = frozenset()
    form: str = ""

    @property
    def on_way(self) -> tuple[Question, ...]:
        """The answered questions that count."""
        return path(self.definition, self.answers)

    @property
    def question(self) -> Question | None:
        """The open question as this citizen sees it; None when all is answered."""
        back_at = next((one for one in self.on_way if one.key == self.at), None)
        found = back_at or next_question(self.definition, self.answers)
        return self.seen(found) if found else None

    def seen(self, question: Question) -> Question:
        """A question as this citizen sees it."""
        return shown(question, self.answers, definition=self.definition, seed=self.seed)

    @property
    def given(self) -> Answer | None:
        """What was answered to the open question before."""
        question = self.question
        return self.answers.get(question.key) if question else None

    @property
    def before(self) -> Question | None:
        """The question before the open one."""
        question = self.question
        return previous_question(self.definition, self.answers, question.key if question else None)

    @property
    def sections(self) -> tuple[Question, ...]:
        """What is to be read right before the open question, or at the end."""
        question = self.question
        return tuple(map(self.seen, lead_in(self.definition, self.answers, question.key if question else None)))

    @property
    def progress(self) -> Progress:
        """Where the open question stands."""
        question = self.question
        return progress(self.definition, self.answers, question.key if question else None)

    def answered(self, key: str, answer: Answer) -> "Sheet":
        """The sheet with one more answer."""
        return replace(self, answers={**self.answers, key: answer}, at=None, begun=True)

    def turned_to(self, key: str) -> "Sheet":
        """The sheet with an answered question open again."""
        return replace(self, at=key)

    def in_words(self, question: Question) -> str:
        """What was answered, as people read it; "" when it was passed over."""
        answer = self.answers.get(question.key)
        return in_words(question, answer) if answer else ""

    def is_full(self, question: Question, answer: Answer) -> str:
        """The words of a choice whose places are all taken; "" when there is none."""
        for key in answer.choices:
            if (question.key, key) in self.full:
                choice = question.choice(key)
                return choice.text if choice else key
        return ""


STEPWISE: Final = frozenset({QuestionType.MULTIPLE, QuestionType.RANKING, QuestionType.MATRIX})
"""Questions that take several taps."""
