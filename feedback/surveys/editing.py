"""Changing a definition step by step, as the editor does. Pure; faults may come of it, `checking` says which."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from feedback.errors import NotFound
from feedback.surveys.checking import faults
from feedback.surveys.definition import Definition, Question, QuestionType
from feedback.surveys.documents import definition_of, document_of
from feedback.surveys.rules import PIPE

_AGREEMENT: Final = (
    "そう思う",
    "どちらかといえばそう思う",
    "どちらともいえない",
    "どちらかといえばそう思わない",
    "そう思わない",
)
_CHOICES: Final = {"choices": ["選択肢1", "選択肢2"]}
_BEGINNINGS: Final[dict[QuestionType, dict[str, Any]]] = {
    QuestionType.SINGLE: _CHOICES,
    QuestionType.MULTIPLE: _CHOICES,
    QuestionType.RANKING: _CHOICES,
    QuestionType.SCALE: {
        "choices": [{"text": one, "value": 5 - place} for place, one in enumerate(_AGREEMENT)],
        "positive": ["1", "2"],
    },
    QuestionType.MATRIX: {"rows": ["項目1", "項目2"], "columns": ["満足", "普通", "不満"]},
}


def question_of(document: Mapping[str, Any]) -> Question:
    """One question as a document has it. Invalid."""
    return definition_of({"key": "one", "title": "1", "questions": [document]}).questions[0]


def document_of_question(question: Question) -> dict[str, Any]:
    """A question as data that JSON can hold; `question_of` reads it again."""
    whole = document_of(Definition(key="one", title="1", questions=(question,)))
    document: dict[str, Any] = whole["questions"][0]
    return document


def place_of(definition: Definition, key: str) -> int:
    """Where the question of a key stands, from 0. NotFound."""
    for place, one in enumerate(definition.questions):
        if one.key == key:
            return place
    raise NotFound("この質問は、ほかの人が削除したようです。")


def blank(kind: QuestionType, key: str) -> Question:
    """A new question with what its type needs."""
    return question_of({"key": key, "type": kind, "text": "", **_BEGINNINGS.get(kind, {})})


def added(definition: Definition, kind: QuestionType, *, after: str | None) -> tuple[Definition, str]:
    """With a new question behind another (or at the end); also its key."""
    key = new_key(definition)
    place = place_of(definition, after) + 1 if after else len(definition.questions)
    return inserted(definition, blank(kind, key), place), key


def copied(definition: Definition, key: str) -> tuple[Definition, str]:
    """With a copy right behind the question; also the copy's key. Branches are not copied."""
    place, new = place_of(definition, key), new_key(definition)
    copy = replace(definition.questions[place], key=new, next=())
    return inserted(definition, copy, place + 1), new


def inserted(definition: Definition, question: Question, place: int) -> Definition:
    """With a question at a place; one whose key is taken gets another."""
    if definition.question(question.key) is not None:
        question = replace(question, key=new_key(definition))
    questions = list(definition.questions)
    questions.insert(min(max(place, 0), len(questions)), question)
    return replace(definition, questions=tuple(questions))


def moved(definition: Definition, key: str, *, step: int) -> Definition:
    """With the question that many places further down (negative: up)."""
    questions = list(definition.questions)
    place = place_of(definition, key)
    one = questions.pop(place)
    questions.insert(min(max(place + step, 0), len(questions)), one)
    return replace(definition, questions=tuple(questions))


def removed(definition: Definition, key: str) -> Definition:
    """Without the question. Branches that led to it stay and are told as faults, so that it can be brought back."""
    place = place_of(definition, key)
    return replace(definition, questions=definition.questions[:place] + definition.questions[place + 1 :])


def replaced(definition: Definition, key: str, question: Question) -> Definition:
    """With the question in place of that of a key; a new key is followed wherever the old one stood."""
    place = place_of(definition, key)
    questions = list(definition.questions)
    questions[place] = question
    changed = replace(definition, questions=tuple(questions))
    return changed if question.key == key else _renamed(changed, key, question.key)


def _renamed(definition: Definition, old: str, new: str) -> Definition:
    def words(text: str) -> str:
        return PIPE.sub(lambda match: f"{{{new}}}" if match[1] == old else match[0], text)

    def follow(one: Question) -> Question:
        return replace(
            one,
            text=words(one.text),
            help=words(one.help),
            next=tuple((answer, new if target == old else target) for answer, target in one.next),
        )

    return replace(
        definition,
        questions=tuple(map(follow, definition.questions)),
        quotas=tuple(replace(one, question=new) if one.question == old else one for one in definition.quotas),
        translations={
            language: {re.sub(rf"^{re.escape(old)}(?=\.|$)", new, address): said for address, said in known.items()}
            for language, known in definition.translations.items()
        },
    )


def new_key(definition: Definition) -> str:
    """A key that no question has: q1, q2 …"""
    taken = {one.key for one in definition.questions}
    return next(key for number in range(1, len(taken) + 2) if (key := f"q{number}") not in taken)


def faults_by_question(definition: Definition) -> tuple[list[str], dict[str, list[str]]]:
    """The faults of the whole, and those of each question by its key."""
    whole: list[str] = []
    found: dict[str, list[str]] = {}
    for fault in faults(definition):
        match = re.match(r"(\d+)番目の質問（.*?）：", fault)
        if match:
            key = definition.questions[int(match[1]) - 1].key
            found.setdefault(key, []).append(fault[match.end() :])
        else:
            whole.append(fault)
    return whole, found
