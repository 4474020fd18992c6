"""Filling in a whole survey at once, as a form does; gives the same record as question by question. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from feedback.surveys.definition import Definition
from feedback.surveys.faults import Fault
from feedback.surveys.given import Answer, Answers
from feedback.surveys.reading import read_answer
from feedback.surveys.rules import next_question, shown


@dataclass(slots=True)
class Filled:
    """Answers on the way that can be taken, and the faults of the others, by question."""

    answers: dict[str, Answer] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)


def fill(
    definition: Definition, given: Mapping[str, str | Answer], *, seed: int, answers: Answers | None = None
) -> Filled:
    """Read what was given, question after question along the way, up to the first that nothing is given for.

    ``answers`` from before stand where nothing is given. A faulty answer stops the way where it would branch, and is
    treated as empty otherwise, so that all faults are told at once.
    """
    filled, way = Filled(), dict[str, Answer]()
    before = answers or {}
    while (question := next_question(definition, way)) is not None:
        as_seen = shown(question, way, definition=definition, seed=seed)
        raw = given.get(question.key, before.get(question.key))
        if raw is None:
            break
        read = read_answer(as_seen, raw)
        if isinstance(read, Fault):
            filled.faults[question.key] = read
            if question.next:
                break
            way[question.key] = Answer()
        else:
            way[question.key] = filled.answers[question.key] = read
    return filled
