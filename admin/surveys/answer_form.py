"""Answers to a whole survey as one form gives them."""

from werkzeug.datastructures import MultiDict

from feedback.surveys.definition import Definition, Question, QuestionType
from feedback.surveys.given import Answer


def given_answers(definition: Definition, form: MultiDict[str, str]) -> dict[str, str | Answer]:
    """What was given to each question, under its key."""
    return {one.key: _given(one, form) for one in definition.asked}


def _given(question: Question, form: MultiDict[str, str]) -> str | Answer:
    name = f"a.{question.key}"
    text = form.get(f"{name}.text", "")
    if question.type is QuestionType.MATRIX:
        cells = [(row.key, form.get(f"{name}.{row.key}", "")) for row in question.rows]
        return Answer(cells=tuple((row, column) for row, column in cells if column))
    if question.type is QuestionType.RANKING:
        return Answer(choices=_ranked(question, form, name))
    if question.choices:
        chosen = tuple(filter(None, form.getlist(name)))
        words = text if any(one.other and one.key in chosen for one in question.choices) else ""
        return Answer(choices=chosen, text=words)
    return form.get(name, "")


def _ranked(question: Question, form: MultiDict[str, str], name: str) -> tuple[str, ...]:
    places = []
    for order, one in enumerate(question.choices):
        written = form.get(f"{name}.{one.key}", "").strip()
        if written.isascii() and written.isdecimal() and len(written) < 4:
            places.append((int(written), order, one.key))
    return tuple(key for _, _, key in sorted(places))
