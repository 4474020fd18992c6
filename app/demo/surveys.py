"""Surveys of the demonstration: one to answer in the simulator, and one that is over, with its responses."""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.survey_files import parse, template_text
from feedback.surveys import answering, service
from feedback.surveys.answering import Person
from feedback.surveys.definition import Definition, Question, QuestionType
from feedback.surveys.documents import definition_of
from feedback.surveys.given import Answer
from feedback.surveys.models import Survey
from feedback.surveys.rules import Source

_SEED: Final = 20_260_402
_RESPONSES: Final = 214
_RAN_FOR: Final = timedelta(days=30)
_ENDED: Final = timedelta(days=12)
_OPEN_FOR: Final = timedelta(days=60)
_PASSED: Final = 0.06
_WRITES: Final = 0.3


@dataclass(frozen=True, slots=True)
class _Crowd:
    """How the people of the demonstration answer: ``weights`` by question and choice."""

    weights: Mapping[str, Mapping[str, int]]
    reasons: list[str]
    chance: random.Random

    def answer(self, question: Question) -> Answer:
        if not question.required and self.chance.random() < _PASSED:
            return Answer()
        if question.type is QuestionType.LONG_TEXT:
            wrote = self.chance.random() < _WRITES
            return Answer(text=self.chance.choice(self.reasons)) if wrote else Answer()
        weights = self.weights[question.key]
        if question.picks_one:
            return Answer(choices=tuple(self.chance.choices(list(weights), list(weights.values()))))
        picked = sorted(
            (key for key in weights if self.chance.random() * 100 < weights[key]), key=self._liking(weights)
        )
        most = int(question.max) if question.max is not None else len(picked)
        return Answer(choices=tuple(picked[:most]) or (max(weights, key=lambda key: weights[key]),))

    def _liking(self, weights: Mapping[str, int]) -> Any:
        return lambda key: -weights[key] * self.chance.random()


def arrange(session: Session, *, now: datetime) -> None:
    """Put both surveys in. Where they are, nothing changes."""
    texts = tomllib.loads(files("app.demo").joinpath("surveys.toml").read_text("utf-8"))
    to_answer = replace(definition_of(texts["open"]), closes=now + _OPEN_FOR)
    if session.scalar(select(Survey.id).where(Survey.key == to_answer.key)) is not None:
        return
    crowd = _Crowd(texts["weights"], texts["reasons"], random.Random(_SEED))  # noqa: S311 (not a secret)
    end = now - _ENDED
    over = replace(parse(template_text("listening")), key="listening-2026", closes=end)
    _run(session, over, crowd, end=end)
    service.save(session, to_answer, actor=None, at=now)
    service.publish(session, to_answer.key, actor=None, at=now)


def _run(session: Session, definition: Definition, crowd: _Crowd, *, end: datetime) -> None:
    """A survey from its first day to its last."""
    begin = end - _RAN_FOR
    service.save(session, definition, actor=None, at=begin)
    service.publish(session, definition.key, actor=None, at=begin)
    survey = service.survey_of(session, definition.key)
    # Most answer in the first days, and some once more just before the end.
    moments = sorted(begin + _RAN_FOR * min(crowd.chance.betavariate(0.7, 1.6), 0.999) for _ in range(_RESPONSES))
    for at in moments:
        person = Person(token_hash=crowd.chance.randbytes(32))
        draft = answering.start(session, survey, person=person, source=Source.WEB, at=at)
        answering.answer_all(session, draft, given={one.key: crowd.answer(one) for one in definition.asked}, at=at)
        answering.submit(session, draft, at=at)
    service.close(session, definition.key, actor=None, at=end)
