"""The way through a survey: which question comes next, which answers count, what is shown. Pure.

A target of ``next`` lies further down (`checking` sees to it), so every way ends.
"""

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from feedback.clock import TOKYO
from feedback.surveys.definition import END, OTHERWISE, Choice, Definition, Question, QuestionType
from feedback.surveys.given import Answer, Answers, in_words

PIPE: Final = re.compile(r"\{([\w-]+)\}")
_LONGEST_PIPED: Final = 60


class SurveyState(StrEnum):
    """Where a survey stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


STATE_NAMES: Final = {
    SurveyState.DRAFT: "作成中",
    SurveyState.PUBLISHED: "公開中",
    SurveyState.CLOSED: "終了",
}


class Source(StrEnum):
    """By which way a response came."""

    LINE = "line"
    WEB = "web"
    STAFF = "staff"
    PAPER = "paper"


SOURCE_NAMES: Final = {Source.LINE: "LINE", Source.WEB: "Web", Source.STAFF: "職員", Source.PAPER: "紙の調査票"}


class Closed(StrEnum):
    """Why no answers are taken."""

    NOT_PUBLISHED = "not_published"
    NOT_YET = "not_yet"
    OVER = "over"
    HOURS = "hours"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Progress:
    """「3/10問」: the number of the open question, and how many there will be at most on this way."""

    number: int
    total: int


def first(definition: Definition) -> Question | None:
    """The first question that takes an answer."""
    return next_question(definition, {})


def next_question(definition: Definition, answers: Answers) -> Question | None:
    """The first question on the way that has no answer yet; None when all are answered."""
    walked = _walk(definition, answers)
    last = walked[-1] if walked else None
    return last if last is not None and _is_open(last, answers) else None


def path(definition: Definition, answers: Answers) -> tuple[Question, ...]:
    """The answered questions on the way, in order. Answers to others do not count."""
    return tuple(
        one for one in _walk(definition, answers) if one.type is not QuestionType.SECTION and one.key in answers
    )


def counted(definition: Definition, answers: Answers) -> dict[str, Answer]:
    """The answers that count: those on the way, in its order."""
    return {one.key: answers[one.key] for one in path(definition, answers)}


def lead_in(definition: Definition, answers: Answers, key: str | None) -> tuple[Question, ...]:
    """The sections to show right before a question on the way; ``key`` None: those that close the survey."""
    before: list[Question] = []
    for one in _walk(definition, answers):
        if one.key == key:
            return tuple(before)
        if one.type is QuestionType.SECTION:
            before.append(one)
        else:
            before.clear()
    return tuple(before) if key is None else ()


def previous_question(definition: Definition, answers: Answers, key: str | None) -> Question | None:
    """The answered question before this one on the way (None: before the end); None at the beginning."""
    before = None
    for one in path(definition, answers):
        if one.key == key:
            break
        before = one
    return before


def progress(definition: Definition, answers: Answers, key: str | None = None) -> Progress:
    """How far somebody is: at ``key``, or at the open question."""
    walked = [one for one in _walk(definition, answers) if one.type is not QuestionType.SECTION]
    done = [one for one in walked if one.key in answers]
    rest = 0
    if walked and walked[-1].key not in answers:
        rest = _longest_from(definition, walked[-1].key)
    keys = [one.key for one in walked]
    number = keys.index(key) + 1 if key in keys else min(len(done) + 1, max(len(done) + rest, 1))
    return Progress(number, len(done) + rest)


def follows(definition: Definition, question: Question, answer: Answer | None) -> Question | None:
    """The question (or section) right behind this one, given its answer; None at the end."""
    target = _target(question, answer)
    if target == END:
        return None
    if target is not None:
        return definition.question(target)
    position = definition.questions.index(question) + 1
    return definition.questions[position] if position < len(definition.questions) else None


def successors(definition: Definition, position: int) -> set[int]:
    """Positions that may come right behind the question at ``position``; the number of questions stands for the end."""
    question = definition.questions[position]
    at = {one.key: number for number, one in enumerate(definition.questions)}
    last = len(definition.questions)
    named = dict(question.next)
    places = {last if target == END else at.get(target, last) for key, target in named.items() if key != OTHERWISE}
    if question.required and question.choices and all(one.key in named for one in question.choices):
        return places
    otherwise = named.get(OTHERWISE)
    if otherwise is None:
        return places | {position + 1}
    return places | {last if otherwise == END else at.get(otherwise, last)}


def shown(question: Question, answers: Answers, *, definition: Definition, seed: int) -> Question:
    """The question as one respondent sees it: earlier answers put in, choices in their own order.

    Typed numbers mean this order, so answers are read against what this returns. Piped answers must be on the way.
    """
    on_way = counted(definition, answers)

    def piped(text: str) -> str:
        return PIPE.sub(lambda match: _piped(match, definition, on_way), text)

    return replace(
        question,
        text=piped(question.text),
        help=piped(question.help),
        choices=tuple(replace(one, text=piped(one.text)) for one in _ordered(question, question.choices, seed)),
        rows=tuple(replace(one, text=piped(one.text)) for one in question.rows),
    )


def closed_because(definition: Definition, state: SurveyState, at: datetime) -> Closed | None:
    """Why a survey takes no answers at a moment; None when it does."""
    if state is not SurveyState.PUBLISHED:
        return Closed.OVER if state is SurveyState.CLOSED else Closed.NOT_PUBLISHED
    if definition.opens is not None and at < definition.opens:
        return Closed.NOT_YET
    if definition.closes is not None and at >= definition.closes:
        return Closed.OVER
    return None if _within_hours(definition, at) else Closed.HOURS


def _within_hours(definition: Definition, at: datetime) -> bool:
    if definition.hours is None:
        return True
    now, first_, last = at.astimezone(TOKYO).time(), definition.hours.first, definition.hours.last
    return first_ <= now < last if first_ < last else now >= first_ or now < last


def _is_open(question: Question, answers: Answers) -> bool:
    return question.type is not QuestionType.SECTION and question.key not in answers


def _walk(definition: Definition, answers: Answers) -> list[Question]:
    """All questions and sections on the way, up to and with the first that is not answered."""
    walked: list[Question] = []
    at: Question | None = definition.questions[0] if definition.questions else None
    # A definition that was never checked may lead in circles; nobody must hang in one.
    while at is not None and len(walked) < len(definition.questions):
        walked.append(at)
        if _is_open(at, answers):
            break
        at = follows(definition, at, answers.get(at.key))
    return walked


def _target(question: Question, answer: Answer | None) -> str | None:
    named = dict(question.next)
    chosen = set(answer.choices) if answer else set()
    for choice in question.choices:
        if choice.key in chosen and choice.key in named:
            return named[choice.key]
    return named.get(OTHERWISE)


def _longest_from(definition: Definition, key: str) -> int:
    """The most questions that may still come from this one on, itself included."""
    count = len(definition.questions)
    longest = [0] * (count + 1)
    for position in range(count - 1, -1, -1):
        behind = max((longest[one] for one in successors(definition, position) if one > position), default=0)
        longest[position] = behind + (definition.questions[position].type is not QuestionType.SECTION)
        if definition.questions[position].key == key:
            return longest[position]
    return 0


def _piped(match: re.Match[str], definition: Definition, answers: Answers) -> str:
    question = definition.question(match[1])
    if question is None:
        return match[0]
    answer = answers.get(question.key)
    words = in_words(question, answer) if answer else ""
    if len(words) > _LONGEST_PIPED:
        words = words[: _LONGEST_PIPED - 1] + "…"
    return words or "（回答なし）"


def _ordered(question: Question, choices: Iterable[Choice], seed: int) -> tuple[Choice, ...]:
    """Shuffled for one respondent, the same at every look; the fixed ones keep their places."""
    choices = tuple(choices)
    if not question.shuffle:
        return choices
    moving = [one for one in choices if not one.stays]
    random.Random(f"{seed}:{question.key}").shuffle(moving)  # noqa: S311 (an order, no secret)
    left = iter(moving)
    return tuple(one if one.stays else next(left) for one in choices)
