"""Fields of the survey form → answers. The names: ``q.KEY``, ``q.KEY.text`` beside その他, ``q.KEY.ROW`` of a table."""

from typing import Final

from werkzeug.datastructures import MultiDict

from feedback.surveys.definition import Question, QuestionType
from feedback.surveys.given import Answer

_TYPED: Final = frozenset(
    {
        QuestionType.TEXT,
        QuestionType.LONG_TEXT,
        QuestionType.NUMBER,
        QuestionType.DATE,
        QuestionType.LOCATION,
        QuestionType.PHOTO,
    }
)


def read_field(question: Question, form: MultiDict[str, str]) -> str | Answer:
    """What a form gives for a question: typed words, or what was chosen."""
    name = f"q.{question.key}"
    if question.type in _TYPED or (question.type is QuestionType.DISTRICT and not question.choices):
        return form.get(name, "")
    if question.type is QuestionType.MATRIX:
        cells = [(one.key, form.get(f"{name}.{one.key}", "")) for one in question.rows]
        return Answer(cells=tuple((row, column) for row, column in cells if column))
    text = form.get(f"{name}.text", "")
    if question.type is QuestionType.RANKING:
        return Answer(choices=_ranked(question, form), text=text)
    chosen = tuple(one for one in form.getlist(name) if one)
    return Answer(choices=chosen, text=text if chosen else "")


def _ranked(question: Question, form: MultiDict[str, str]) -> tuple[str, ...]:
    """Choices in the order of the ranks given; two with one rank come as the same twice, which is refused."""
    by_rank: dict[int, str] = {}
    for choice in question.choices:
        rank = form.get(f"q.{question.key}.{choice.key}", "")
        if not rank.isdecimal():
            continue
        if int(rank) in by_rank:
            return (choice.key, choice.key)
        by_rank[int(rank)] = choice.key
    return tuple(by_rank[rank] for rank in sorted(by_rank))


def typed_words(question: Question, answer: Answer) -> str:
    """What to put back into a field of typed words."""
    if answer.number is not None:
        return str(int(answer.number)) if answer.number.is_integer() else str(answer.number)
    if answer.place is not None and question.type is QuestionType.LOCATION:
        return answer.place.address
    return answer.text
