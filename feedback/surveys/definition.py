"""What a survey asks: questions, choices, branches, quotas. Pure and frozen; `documents` reads and writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from enum import StrEnum
from typing import Final


class QuestionType(StrEnum):
    """What kind of answer a question takes."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"
    NPS = "nps"
    MATRIX = "matrix"
    RANKING = "ranking"
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    DISTRICT = "district"
    LOCATION = "location"
    PHOTO = "photo"
    SECTION = "section"


TYPE_NAMES: Final = {
    QuestionType.SINGLE: "一つ選ぶ",
    QuestionType.MULTIPLE: "いくつでも選ぶ",
    QuestionType.SCALE: "段階で評価する",
    QuestionType.NPS: "すすめたい度合い（0～10）",
    QuestionType.MATRIX: "項目ごとに一つ選ぶ（表）",
    QuestionType.RANKING: "順位をつける",
    QuestionType.TEXT: "短い自由記述",
    QuestionType.LONG_TEXT: "長い自由記述",
    QuestionType.NUMBER: "数値",
    QuestionType.DATE: "日付",
    QuestionType.DISTRICT: "お住まいの地区・郵便番号",
    QuestionType.LOCATION: "場所",
    QuestionType.PHOTO: "写真",
    QuestionType.SECTION: "見出し・説明",
}

ONE_OF: Final = frozenset({QuestionType.SINGLE, QuestionType.SCALE, QuestionType.NPS})
"""Types whose answer is exactly one choice (a district with choices is one too)."""
WITH_CHOICES: Final = ONE_OF | {QuestionType.MULTIPLE, QuestionType.RANKING, QuestionType.MATRIX}
BRANCHING: Final = ONE_OF | {QuestionType.MULTIPLE}
WRITTEN: Final = frozenset({QuestionType.TEXT, QuestionType.LONG_TEXT})

END: Final = "end"
"""As a target of ``next``: no further question."""
OTHERWISE: Final = "*"
"""As a key of ``next``: every answer that has no target of its own."""

LONGEST_TEXT: Final = 300
LONGEST_LONG_TEXT: Final = 3000


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice, matrix row or point of a scale.

    ``exclusive``: not together with others (特になし). ``other``: takes words (その他). ``fixed``: keeps its place when
    the rest is shuffled. ``value``: what it counts as in a mean; None where it has no place on the scale (わからない).
    """

    key: str
    text: str
    exclusive: bool = False
    other: bool = False
    fixed: bool = False
    value: float | None = None

    @property
    def stays(self) -> bool:
        """Whether shuffling leaves it where it stands."""
        return self.fixed or self.exclusive or self.other


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``next`` holds (choice key or ``*``, question key or ``end``); without it the following comes.

    ``min``/``max``: number of choices, value of a number, or characters of a text, as the type has it.
    ``choices`` are a matrix's columns. ``positive``: the choices added up as 「計」. ``voice``: its words become an
    opinion. ``image``: https address shown above.
    """

    key: str
    type: QuestionType
    text: str
    required: bool = False
    help: str = ""
    choices: tuple[Choice, ...] = ()
    rows: tuple[Choice, ...] = ()
    min: float | None = None
    max: float | None = None
    shuffle: bool = False
    next: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    positive: tuple[str, ...] = ()
    voice: bool = False
    image: str = ""

    def choice(self, key: str) -> Choice | None:
        """The choice of a key."""
        return next((one for one in self.choices if one.key == key), None)

    @property
    def picks_one(self) -> bool:
        """Whether the answer is exactly one of the choices."""
        return self.type in ONE_OF or (self.type is QuestionType.DISTRICT and bool(self.choices))

    @property
    def longest(self) -> int:
        """Most characters of a written answer."""
        top = LONGEST_LONG_TEXT if self.type is QuestionType.LONG_TEXT else LONGEST_TEXT
        return min(int(self.max), top) if self.max is not None and self.type in WRITTEN else top


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many responses with this choice."""

    question: str
    choice: str
    limit: int


@dataclass(frozen=True, slots=True)
class Hours:
    """Answers are taken from ``first`` until before ``last`` each day, in Japan."""

    first: time
    last: time


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole survey. ``opens``/``closes`` are aware moments, None without bounds; ``closes`` is excluded.

    ``translations``: language → address → text; addresses read ``title``, ``description``, ``thanks``, ``q1``,
    ``q1.help``, ``q1.choices.yes``, ``q1.rows.a``.
    """

    key: str
    title: str
    questions: tuple[Question, ...]
    anonymous: bool = False
    opens: datetime | None = None
    closes: datetime | None = None
    languages: tuple[str, ...] = ("ja",)
    description: str = ""
    thanks: str = ""
    limit: int | None = None
    quotas: tuple[Quota, ...] = ()
    hours: Hours | None = None
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)

    def question(self, key: str) -> Question | None:
        """The question of a key."""
        return next((one for one in self.questions if one.key == key), None)

    @property
    def asked(self) -> tuple[Question, ...]:
        """The questions that take an answer: all but sections."""
        return tuple(one for one in self.questions if one.type is not QuestionType.SECTION)


def translated(definition: Definition, language: str) -> Definition:
    """The definition in another language; what is not translated stays as it is."""
    words = definition.translations.get(language)
    if not words:
        return definition
    return replace(
        definition,
        title=words.get("title", definition.title),
        description=words.get("description", definition.description),
        thanks=words.get("thanks", definition.thanks),
        questions=tuple(_translated(one, words) for one in definition.questions),
    )


def _translated(question: Question, words: Mapping[str, str]) -> Question:
    def named(kind: str, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
        return tuple(replace(one, text=words.get(f"{question.key}.{kind}.{one.key}", one.text)) for one in choices)

    return replace(
        question,
        text=words.get(question.key, question.text),
        help=words.get(f"{question.key}.help", question.help),
        choices=named("choices", question.choices),
        rows=named("rows", question.rows),
    )
