"""Counting responses: marks are written in rounds of the worker; what waits for its round is counted on the fly.

A round writes the responses it counts anew, in the order of their random ids. So on PostgreSQL they lose the number of
the transaction in which a citizen's message was worked, and their place beside it. Those of anonymous surveys wait for
company: until there are `MIXED` of them, or until the day is over.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from feedback.rows import write_rows
from feedback.surveys.definition import Definition
from feedback.surveys.documents import stored_definition
from feedback.surveys.given import all_from_json
from feedback.surveys.marks import Mark, marks_of
from feedback.surveys.models import Survey, SurveyCode, SurveyMark, SurveyResponse, SurveyVersion

MIXED: Final = 10
_A_ROUND: Final = 2000
_TABLE: Final = SurveyResponse.__table__

Place = tuple[str, str, str]
"""Question, row, choice."""


def are_waiting(session: Session) -> bool:
    """Whether any response waits for its round."""
    return session.scalar(select(SurveyResponse.id).where(SurveyResponse.counted.is_(False)).limit(1)) is not None


def count_waiting(session: Session, *, today: date, limit: int = _A_ROUND) -> int:
    """Write the marks of responses that wait. Returns how many; fewer than ``limit`` means that is all for now."""
    counted = 0
    surveys = session.execute(
        select(Survey.id, Survey.anonymous).where(
            Survey.id.in_(select(SurveyResponse.survey_id).where(SurveyResponse.counted.is_(False)).distinct())
        )
    ).all()
    for survey_id, anonymous in surveys:
        rows = _waiting(session, survey_id, limit - counted)
        if anonymous and len(rows) < MIXED and all(row["day"] >= today for row in rows):
            continue
        _count(session, survey_id, rows)
        counted += len(rows)
        if counted >= limit:
            break
    return counted


def _waiting(session: Session, survey_id: int, limit: int) -> list[dict[str, Any]]:
    query = (
        select(*_TABLE.c)
        .where(_TABLE.c.survey_id == survey_id, _TABLE.c.counted.is_(False))
        .order_by(_TABLE.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [dict(row) for row in session.execute(query).mappings()]


def _count(session: Session, survey_id: int, rows: Sequence[dict[str, Any]]) -> None:
    definitions = _definitions(session, {row["version_id"] for row in rows})
    marks = [(row["id"], mark) for row in rows for mark in _marks(definitions, row)]
    codes = _codes(session, survey_id, {_place(mark) for _, mark in marks})
    written = [
        {"code_id": codes[_place(mark)], "response_id": response_id, "value": mark.value} for response_id, mark in marks
    ]
    write_rows(session, SurveyMark.__table__, written)  # type: ignore[arg-type]
    session.execute(delete(_TABLE).where(_TABLE.c.id.in_([row["id"] for row in rows])))  # type: ignore[arg-type]
    session.execute(insert(_TABLE), [row | {"counted": True} for row in rows])  # type: ignore[arg-type]


def tally_waiting(session: Session, survey_id: int, *, version_id: int | None = None) -> tuple[int, list[list[Mark]]]:
    """How many responses wait for their round, and the marks of each."""
    query = select(SurveyResponse.version_id, SurveyResponse.answers).where(
        SurveyResponse.survey_id == survey_id, SurveyResponse.counted.is_(False), SurveyResponse.erased_at.is_(None)
    )
    if version_id is not None:
        query = query.where(SurveyResponse.version_id == version_id)
    rows = [{"version_id": version, "answers": answers} for version, answers in session.execute(query)]
    definitions = _definitions(session, {row["version_id"] for row in rows})
    return len(rows), [list(_marks(definitions, row)) for row in rows]


def remove_marks(session: Session, response: SurveyResponse) -> None:
    """Take a response out of the counts."""
    if not response.counted:
        return
    query = select(SurveyCode.id).where(SurveyCode.survey_id == response.survey_id)
    session.execute(
        delete(SurveyMark).where(
            SurveyMark.response_id == response.id, SurveyMark.code_id.in_(session.scalars(query).all())
        )
    )


def counts_of(marks: Iterable[Mark]) -> Counter[Place]:
    """How often each thing was marked."""
    return Counter(map(_place, marks))


def _place(mark: Mark) -> Place:
    return mark.question, mark.row, mark.choice


def _definitions(session: Session, version_ids: set[int]) -> dict[int, Definition]:
    query = select(SurveyVersion).where(SurveyVersion.id.in_(version_ids))
    return {one.id: stored_definition(one.definition) for one in session.scalars(query)}


def _marks(definitions: dict[int, Definition], row: dict[str, Any]) -> Iterable[Mark]:
    return marks_of(definitions[row["version_id"]], all_from_json(row["answers"]))


def _codes(session: Session, survey_id: int, places: set[Place]) -> dict[Place, int]:
    """The numbers of what is counted; new ones are made."""

    def known() -> dict[Place, int]:
        query = select(SurveyCode).where(SurveyCode.survey_id == survey_id)
        return {(one.question, one.row, one.choice): one.id for one in session.scalars(query)}

    missing = places - known().keys()
    session.add_all(
        SurveyCode(survey_id=survey_id, question=question, row=row, choice=choice)
        for question, row, choice in sorted(missing)
    )
    session.flush()
    return known()
