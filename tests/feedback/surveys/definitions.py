"""Surveys for tests: one with every type of question, and a strategy that draws valid ones with answers."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from feedback.surveys.definition import END, OTHERWISE, Choice, Definition, Question, QuestionType
from feedback.surveys.documents import definition_of
from feedback.surveys.given import Answer, Place

EVERY_TYPE: dict[str, Any] = {
    "key": "every",
    "title": "すべての型のアンケート",
    "anonymous": False,
    "questions": [
        {"key": "intro", "type": "section", "text": "はじめにお読みください。"},
        {
            "key": "use",
            "type": "single",
            "text": "市のLINEを使っていますか。",
            "required": True,
            "choices": [{"key": "yes", "text": "はい"}, {"key": "no", "text": "いいえ"}],
            "next": {"no": "why"},
        },
        {
            "key": "how",
            "type": "multiple",
            "text": "何に使いますか。",
            "required": True,
            "max": 2,
            "choices": [
                {"key": "garbage", "text": "ごみの日"},
                {"key": "disaster", "text": "防災情報"},
                {"key": "other", "text": "その他", "other": True},
                {"key": "none", "text": "特になし", "exclusive": True},
            ],
        },
        {"key": "why", "type": "scale", "text": "「{use}」とのこと。満足ですか。", "labels": ["不満", "普通", "満足"]},
        {"key": "tell", "type": "nps", "text": "すすめますか。"},
        {
            "key": "parts",
            "type": "matrix",
            "text": "それぞれいかがですか。",
            "rows": [{"key": "a", "text": "見やすさ"}, {"key": "b", "text": "早さ"}],
            "columns": [{"key": "good", "text": "良い"}, {"key": "bad", "text": "悪い"}],
        },
        {
            "key": "order",
            "type": "ranking",
            "text": "大切な順に二つ。",
            "max": 2,
            "choices": [{"key": "x", "text": "道路"}, {"key": "y", "text": "公園"}, {"key": "z", "text": "防災"}],
        },
        {"key": "word", "type": "text", "text": "ひとことで。"},
        {"key": "free", "type": "long_text", "text": "ご意見をお書きください。"},
        {"key": "family", "type": "number", "text": "何人家族ですか。", "min": 1, "max": 20, "unit": "人"},
        {"key": "since", "type": "date", "text": "いつからお住まいですか。"},
        {"key": "where", "type": "district", "text": "お住まいの地区は。"},
        {"key": "spot", "type": "location", "text": "場所は。"},
        {"key": "photo", "type": "photo", "text": "写真は。"},
    ],
}


def every_type() -> Definition:
    return definition_of(EVERY_TYPE)


_TYPES: list[QuestionType] = [one for one in QuestionType if one not in {QuestionType.SECTION, QuestionType.PHOTO}]


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Valid surveys: sections anywhere, branches forward or to the end."""
    count = draw(st.integers(1, 7))
    kinds = [draw(st.sampled_from(_TYPES)) for _ in range(count)]
    kinds = [one for kind in kinds for one in ([QuestionType.SECTION, kind] if draw(st.booleans()) else [kind])]
    questions = tuple(_question(draw, number, kinds) for number in range(len(kinds)))
    return Definition(key="drawn", title="引いたもの", questions=questions)


def _question(draw: st.DrawFn, number: int, kinds: Sequence[QuestionType]) -> Question:
    kind = kinds[number]
    graded = kind in {QuestionType.SCALE, QuestionType.NPS}
    listed = graded or kind in {
        QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.RANKING, QuestionType.MATRIX,
    }  # fmt: skip
    size = draw(st.integers(2, 4)) if listed else 0
    choices = tuple(
        Choice(str(one) if graded else f"c{one}", f"選択肢{'あいうえお'[one]}", value=float(one) if graded else None)
        for one in range(size)
    )
    targets = [f"q{one}" for one in range(number + 1, len(kinds))] + [END]
    branches = kind in {QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.SCALE, QuestionType.NPS}
    keys = [*(one.key for one in choices if branches), OTHERWISE]
    branching = draw(st.dictionaries(st.sampled_from(keys), st.sampled_from(targets), max_size=2))
    return Question(
        key=f"q{number}",
        type=kind,
        text=f"質問{number}",
        required=draw(st.booleans()) and kind is not QuestionType.SECTION,
        choices=choices,
        rows=(Choice("r1", "行1"), Choice("r2", "行2")) if kind is QuestionType.MATRIX else (),
        shuffle=draw(st.booleans()),
        next=tuple(branching.items()),
    )


@st.composite
def answered(draw: st.DrawFn, question: Question) -> str | Answer:
    """Something that can be taken as the answer to a question as it is shown."""
    return answers_to(draw, question)


def answers_to(draw: st.DrawFn, question: Question) -> str | Answer:
    """Something that can be taken: typed, or as a form gives it."""
    if not question.required and draw(st.integers(0, 4)) == 0:
        return _pick(draw, "", "スキップ", Answer())
    return _DRAWN[question.type](draw, question)


def _pick(draw: st.DrawFn, *offered: str | Answer) -> str | Answer:
    return offered[draw(st.integers(0, len(offered) - 1))]


def _one(draw: st.DrawFn, question: Question) -> str | Answer:
    position = draw(st.integers(0, len(question.choices) - 1))
    choice = question.choices[position]
    by_number = choice.key if question.type is QuestionType.NPS else str(position + 1)
    if question.type is QuestionType.SCALE:
        by_number = choice.key
    return _pick(draw, by_number, choice.text, Answer(choices=(choice.key,)))


def _many(draw: st.DrawFn, question: Question) -> str | Answer:
    offered = [place for place, one in enumerate(question.choices) if not one.exclusive]
    most = int(question.max or len(offered))
    positions = draw(st.lists(st.sampled_from(offered), min_size=1, max_size=most, unique=True))
    typed = "、".join(str(one + 1) for one in positions)
    return _pick(draw, typed, Answer(choices=tuple(question.choices[one].key for one in positions)))


def _matrix(draw: st.DrawFn, question: Question) -> str | Answer:
    del draw
    return Answer(cells=tuple((row.key, question.choices[0].key) for row in question.rows))


def _number(draw: st.DrawFn, question: Question) -> str | Answer:
    del question
    return _pick(draw, "３", "12", Answer(number=4.0))


def _text(draw: st.DrawFn, question: Question) -> str | Answer:
    del question
    return _pick(draw, "広報がよい", Answer(text="駅前"))


_DRAWN: dict[QuestionType, Callable[[st.DrawFn, Question], str | Answer]] = {
    QuestionType.SINGLE: _one,
    QuestionType.SCALE: _one,
    QuestionType.NPS: _one,
    QuestionType.MULTIPLE: _many,
    QuestionType.RANKING: _many,
    QuestionType.MATRIX: _matrix,
    QuestionType.NUMBER: _number,
    QuestionType.TEXT: _text,
    QuestionType.LONG_TEXT: _text,
    QuestionType.DISTRICT: _text,
    QuestionType.DATE: lambda draw, _question: _pick(draw, "R8.4.1", Answer(text="2026-04-01")),
    QuestionType.LOCATION: lambda draw, _question: _pick(
        draw, "駅前の交差点", Answer(place=Place(35.0, 139.0, "市役所前"))
    ),
}
