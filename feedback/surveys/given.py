"""One answer, and how it is kept as JSON. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feedback.surveys.definition import Question, QuestionType


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map, in degrees; both None when only an address was written."""

    latitude: float | None
    longitude: float | None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered to one question. All empty: the question was passed over.

    ``choices``: keys, sorted (ranking: in the order of the ranks). ``cells``: (row, column) of a matrix.
    ``text``: written words, those beside その他, an ISO date, a district. ``photo``: key in the media store.
    """

    choices: tuple[str, ...] = ()
    cells: tuple[tuple[str, str], ...] = ()
    text: str = ""
    number: float | None = None
    place: Place | None = None
    photo: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was answered."""
        return self == _NOTHING


_NOTHING = Answer()
Answers = Mapping[str, Answer]
"""Question key → answer."""


def to_json(answer: Answer) -> dict[str, Any]:
    """An answer as JSON; only what is there."""
    place = answer.place
    whole = {
        "c": list(answer.choices),
        "m": dict(answer.cells),
        "t": answer.text,
        "n": answer.number,
        "p": [place.latitude, place.longitude, place.address] if place else None,
        "f": answer.photo,
    }
    return {name: value for name, value in whole.items() if value is not None and value not in ("", [], {})}


def from_json(stored: Mapping[str, Any]) -> Answer:
    """Undo `to_json`."""
    place = stored.get("p")
    return Answer(
        choices=tuple(stored.get("c", ())),
        cells=tuple(stored.get("m", {}).items()),
        text=stored.get("t", ""),
        number=stored.get("n"),
        place=Place(*place) if place else None,
        photo=stored.get("f", ""),
    )


def all_to_json(answers: Answers) -> dict[str, Any]:
    """Answers as JSON."""
    return {key: to_json(one) for key, one in answers.items()}


def all_from_json(stored: Mapping[str, Any]) -> dict[str, Answer]:
    """Undo `all_to_json`."""
    return {key: from_json(one) for key, one in stored.items()}


def in_words(question: Question, answer: Answer) -> str:
    """An answer as people read it: 「そう思う」, 「広報紙、市LINE」, 「3人」. Empty when passed over."""
    if answer.cells:
        named = {one.key: one.text for one in question.rows}
        columns = {one.key: one.text for one in question.choices}
        return "、".join(f"{named.get(row, row)}：{columns.get(column, column)}" for row, column in answer.cells)
    if answer.choices:
        return _chosen(question, answer)
    if answer.number is not None:
        return f"{_plain(answer.number)}{question.unit}"
    if answer.place is not None:
        return answer.place.address or f"{answer.place.latitude:.5f}, {answer.place.longitude:.5f}"
    return "写真" if answer.photo else answer.text


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)


def _chosen(question: Question, answer: Answer) -> str:
    texts = []
    for place, key in enumerate(answer.choices, 1):
        choice = question.choice(key)
        words = choice.text if choice else key
        if choice is not None and choice.other and answer.text:
            words = f"{words}（{answer.text}）"
        texts.append(f"{place}位 {words}" if question.type is QuestionType.RANKING else words)
    return "、".join(texts)
