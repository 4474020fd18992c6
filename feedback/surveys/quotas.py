"""Places of a survey: how many are taken, and taking one; safe when many answer at once."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import CursorResult, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from feedback.surveys.definition import Definition
from feedback.surveys.faults import Fault, FaultKind
from feedback.surveys.given import Answer, from_json
from feedback.surveys.models import Survey, SurveyDraft, SurveyQuota, SurveyResponse
from feedback.surveys.refusals import NotOpen
from feedback.surveys.rules import Closed

TOTAL: Final = "total"


def full_quota(session: Session, draft: SurveyDraft, definition: Definition, key: str, given: Answer) -> Fault | None:
    """FULL when the answer falls under a quota that has no place left; None otherwise, and for trials."""
    for quota in definition.quotas:
        if quota.question != key or quota.choice not in given.choices or draft.test:
            continue
        if taken(session, draft.survey_id, f"{key}:{quota.choice}") >= quota.limit:
            question = definition.question(key)
            choice = question.choice(quota.choice) if question else None
            return Fault(FaultKind.FULL, words=choice.text if choice else "")
    return None


def taken(session: Session, survey_id: int, name: str) -> int:
    """How many places of a quota are taken."""
    return (
        session.scalar(select(SurveyQuota.taken).where(SurveyQuota.survey_id == survey_id, SurveyQuota.name == name))
        or 0
    )


def take_places(session: Session, survey: Survey, definition: Definition, answers: Mapping[str, Answer]) -> None:
    """Take a place in every quota the answers fall under. NotOpen when one is full."""
    if definition.limit is not None:
        _take_place(session, survey, TOTAL, definition.limit)
    for quota in definition.quotas:
        given = answers.get(quota.question)
        if given is not None and quota.choice in given.choices:
            _take_place(session, survey, f"{quota.question}:{quota.choice}", quota.limit)


def free_places(session: Session, response: SurveyResponse) -> None:
    """Give back the places a response took (its answers still in it)."""
    if response.test or response.erased_at is not None:
        return
    chosen = [f"{key}:{choice}" for key, answer in response.answers.items() for choice in from_json(answer).choices]
    session.execute(
        update(SurveyQuota)
        .where(SurveyQuota.survey_id == response.survey_id, SurveyQuota.name.in_([TOTAL, *chosen]))
        .where(SurveyQuota.taken > 0)
        .values(taken=SurveyQuota.taken - 1)
        .execution_options(synchronize_session=False)
    )


def _take_place(session: Session, survey: Survey, name: str, limit: int) -> None:
    insert_new(session, SurveyQuota, {"survey_id": survey.id, "name": name, "taken": 0})
    done = session.execute(
        update(SurveyQuota)
        .where(SurveyQuota.survey_id == survey.id, SurveyQuota.name == name, SurveyQuota.taken < limit)
        .values(taken=SurveyQuota.taken + 1)
        .execution_options(synchronize_session=False)
    )
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise NotOpen(Closed.FULL)


def insert_new(session: Session, table: Any, values: Mapping[str, Any]) -> bool:
    """Insert a row unless its key is there. False when it was; also when two come at once."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    rows = table.__table__
    new = dialect.insert(rows).values(**values).on_conflict_do_nothing().returning(rows.c.survey_id)
    return session.scalar(new) is not None
