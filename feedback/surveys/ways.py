"""Which question follows which, as a picture or a list shows it. Pure."""

from dataclasses import dataclass

from feedback.surveys.definition import END, OTHERWISE, Definition, Question
from feedback.surveys.rules import successors


@dataclass(frozen=True, slots=True)
class Way:
    """One step: from a question to another place (the number of questions stands for the end), and on which answers.

    ``words`` are empty where the following question simply comes next.
    """

    start: int
    target: int
    words: tuple[str, ...] = ()


def ways(definition: Definition) -> list[Way]:
    """Every step that may be taken, in order; targets that do not exist are left out."""
    return [way for place, one in enumerate(definition.questions) for way in _from(definition, place, one)]


def _from(definition: Definition, place: int, question: Question) -> list[Way]:
    at = {one.key: number for number, one in enumerate(definition.questions)} | {END: len(definition.questions)}
    words: dict[int, list[str]] = {}
    for answer, named in question.next:
        if named in at and answer != OTHERWISE:
            choice = question.choice(answer)
            words.setdefault(at[named], []).append(choice.text if choice else answer)
    found = []
    for target in sorted(successors(definition, place)):
        said = words.get(target, [])
        rest = [] if not words or said else ["それ以外"]
        found.append(Way(place, target, tuple(said + rest)))
    return found
