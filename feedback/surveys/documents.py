"""Survey definitions as plain data, as in YAML files and in the database. docs/surveys.md describes the form.

Whoever reads files (`app`, `admin`) parses them; this turns what they hold into a definition, or says what is wrong.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from feedback.clock import TOKYO
from feedback.errors import Invalid
from feedback.surveys.definition import (
    OTHERWISE,
    Choice,
    Definition,
    Hours,
    Question,
    QuestionType,
    Quota,
)

MOST_POINTS: Final = 11
_GRADED: Final = frozenset({QuestionType.SCALE, QuestionType.NPS})


def _as_text(value: Any) -> Any:
    """Keys and words that YAML takes for numbers or truth are words here."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    return value.strip() if isinstance(value, str) else value


def _as_next(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_as_text(key): target for key, target in value.items()}
    return {OTHERWISE: value} if value is not None else {}


def _as_choice(value: Any) -> Any:
    return value if isinstance(value, Mapping) else {"text": value}


def _moment(value: Any, *, ends: bool) -> Any:
    """A moment; a day alone means its beginning in Japan, or for a deadline its end."""
    if isinstance(value, str):
        text = value.strip().replace("/", "-")
        try:
            value = date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
        except ValueError:
            raise ValueError("日時として読めません") from None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=TOKYO)
    if isinstance(value, date):
        return datetime.combine(value + timedelta(days=1 if ends else 0), time(), TOKYO)
    return value


Text = Annotated[str, BeforeValidator(_as_text)]
Opens = Annotated[datetime | None, BeforeValidator(lambda value: _moment(value, ends=False))]
Closes = Annotated[datetime | None, BeforeValidator(lambda value: _moment(value, ends=True))]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ChoiceDocument(_Document):
    """A choice: ``{key, text}``, or its text alone."""

    key: Text = ""
    text: Text
    exclusive: bool = False
    other: bool = False
    fixed: bool = False
    value: float | None = None


ChoiceDocuments = list[Annotated[ChoiceDocument, BeforeValidator(_as_choice)]]


class QuestionDocument(_Document):
    """A question. ``points`` and ``labels`` are a short way to write a scale's choices."""

    key: Text
    type: QuestionType
    text: Text
    required: bool = False
    help: Text = ""
    choices: ChoiceDocuments = Field(default_factory=list)
    columns: ChoiceDocuments = Field(default_factory=list)
    rows: ChoiceDocuments = Field(default_factory=list)
    points: int | None = Field(default=None, ge=2, le=MOST_POINTS)
    labels: list[Text] = Field(default_factory=list)
    min: float | None = None
    max: float | None = None
    shuffle: bool = False
    next: Annotated[dict[str, Text], BeforeValidator(_as_next)] = Field(default_factory=dict)
    unit: Text = ""
    positive: list[Text] = Field(default_factory=list)
    voice: bool | None = None
    image: Text = ""


class QuotaDocument(_Document):
    """At most ``limit`` responses with this choice."""

    question: Text
    choice: Text
    limit: int


class HoursDocument(_Document):
    """Opening hours, ``HH:MM`` in Japan."""

    first: time
    last: time


class SurveyDocument(_Document):
    """A whole survey."""

    key: Text
    title: Text
    anonymous: bool = False
    opens: Opens = None
    closes: Closes = None
    languages: list[Text] = Field(default_factory=lambda: ["ja"])
    description: Text = ""
    thanks: Text = ""
    limit: int | None = None
    quotas: list[QuotaDocument] = Field(default_factory=list)
    hours: HoursDocument | None = None
    questions: list[QuestionDocument]
    translations: dict[str, dict[str, Text]] = Field(default_factory=dict)


def definition_of(document: Mapping[str, Any]) -> Definition:
    """The definition a document describes; Invalid with all that cannot be read. `checking.faults` comes after."""
    try:
        read = SurveyDocument.model_validate(document)
    except ValidationError as error:
        raise Invalid("\n".join(map(_in_words, error.errors()))) from None
    return Definition(
        key=read.key,
        title=read.title,
        anonymous=read.anonymous,
        opens=read.opens,
        closes=read.closes,
        languages=tuple(read.languages),
        description=read.description,
        thanks=read.thanks,
        limit=read.limit,
        quotas=tuple(Quota(one.question, one.choice, one.limit) for one in read.quotas),
        hours=Hours(read.hours.first, read.hours.last) if read.hours else None,
        questions=tuple(map(_question, read.questions)),
        translations=read.translations,
    )


def stored_definition(document: Mapping[str, Any]) -> Definition:
    """`definition_of` what a version keeps; quick, since few versions are asked for again and again."""
    return _parsed(json.dumps(document, ensure_ascii=False))


@lru_cache(maxsize=64)
def _parsed(document: str) -> Definition:
    return definition_of(json.loads(document))


def document_of(definition: Definition) -> dict[str, Any]:
    """The definition as data that JSON and YAML can hold; what says nothing is left out."""
    whole = {
        "key": definition.key,
        "title": definition.title,
        "opens": definition.opens.isoformat() if definition.opens else None,
        "closes": definition.closes.isoformat() if definition.closes else None,
        "languages": list(definition.languages),
        "description": definition.description,
        "thanks": definition.thanks,
        "limit": definition.limit,
        "quotas": [{"question": o.question, "choice": o.choice, "limit": o.limit} for o in definition.quotas],
        "hours": _hours(definition.hours),
        "questions": [_question_document(one) for one in definition.questions],
        "translations": {language: dict(words) for language, words in definition.translations.items()},
    }
    return {"key": None, "title": None, "anonymous": definition.anonymous} | _filled(whole)


def _hours(hours: Hours | None) -> dict[str, str] | None:
    return {"first": hours.first.isoformat("minutes"), "last": hours.last.isoformat("minutes")} if hours else None


def _question_document(question: Question) -> dict[str, Any]:
    columns = "columns" if question.type is QuestionType.MATRIX else "choices"
    written = question.type is QuestionType.LONG_TEXT
    told = {"key": question.key, "type": question.type.value, "text": question.text}
    return (
        told
        | _filled(
            {
                "required": question.required,
                "help": question.help,
                "rows": [_choice_document(one) for one in question.rows],
                columns: [_choice_document(one, graded=question.type in _GRADED) for one in question.choices],
                "min": question.min,
                "max": question.max,
                "shuffle": question.shuffle,
                "next": dict(question.next),
                "unit": question.unit,
                "positive": list(question.positive),
                "image": question.image,
            }
        )
        | ({"voice": question.voice} if question.voice is not written else {})
    )


def _choice_document(choice: Choice, *, graded: bool = False) -> dict[str, Any]:
    said = {
        "exclusive": choice.exclusive,
        "other": choice.other,
        "fixed": choice.fixed,
        "value": choice.value,
    }
    return {"key": choice.key, "text": choice.text} | _filled(said) | ({"value": choice.value} if graded else {})


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing; the number 0 says something."""
    return {name: value for name, value in values.items() if value or (value == 0 and value is not False)}


def _question(read: QuestionDocument) -> Question:
    return Question(
        key=read.key,
        type=read.type,
        text=read.text,
        required=read.required,
        help=read.help,
        choices=_choices(read),
        rows=tuple(_choice(one, number) for number, one in enumerate(read.rows, 1)),
        min=read.min,
        max=read.max,
        shuffle=read.shuffle,
        next=tuple(read.next.items()),
        unit=read.unit,
        positive=tuple(read.positive),
        voice=read.voice if read.voice is not None else read.type is QuestionType.LONG_TEXT,
        image=read.image,
    )


def _choices(read: QuestionDocument) -> tuple[Choice, ...]:
    written = read.choices or read.columns
    if written:
        graded = read.type in _GRADED
        return tuple(_choice(one, number, graded=graded) for number, one in enumerate(written, 1))
    if read.type is QuestionType.NPS:
        return tuple(Choice(str(point), str(point), value=float(point)) for point in range(11))
    if read.type is QuestionType.SCALE:
        return _points(read)
    return ()


def _points(read: QuestionDocument) -> tuple[Choice, ...]:
    """Points of a scale; with two labels and more points, the labels name the ends."""
    count = read.points or len(read.labels) or 5
    names = {number: str(number) for number in range(1, count + 1)}
    if len(read.labels) == count:
        names = dict(enumerate(read.labels, 1))
    elif len(read.labels) == 2:
        names |= {1: f"1 {read.labels[0]}", count: f"{count} {read.labels[1]}"}
    return tuple(Choice(str(number), text, value=float(number)) for number, text in names.items())


def _choice(read: ChoiceDocument, number: int, *, graded: bool = False) -> Choice:
    """A choice; on a scale it counts as its place unless the document says otherwise (``null``: not at all)."""
    placed = graded and not read.exclusive and "value" not in read.model_fields_set
    return Choice(
        key=read.key or str(number),
        text=read.text,
        exclusive=read.exclusive,
        other=read.other,
        fixed=read.fixed,
        value=float(number) if placed else read.value,
    )


_FAULTS: Final = {
    "missing": "書かれていません",
    "extra_forbidden": "この名前の項目はありません",
    "enum": "この種類はありません",
    "bool_parsing": "true か false で書いてください",
    "bool_type": "true か false で書いてください",
}


def _in_words(error: Any) -> str:
    """One fault of the form, with where it stands: 「questions の3番目の type：この種類はありません」."""
    where = "の".join(f"{one + 1}番目" if isinstance(one, int) else f" {one} " for one in error["loc"]).strip()
    words = _FAULTS.get(error["type"])
    if words is None and error["type"] == "value_error":
        words = str(error["ctx"]["error"])
    return f"{where or '全体'}：{words or '書き方が正しくありません'}。"
