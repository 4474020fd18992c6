"""Paper answers that staff enter: typed codes in the printed order, anything may be left blank."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.errors import Invalid, NotFound
from feedback.surveys import answering, forgetting
from feedback.surveys.answering import Person
from feedback.surveys.definition import Definition
from feedback.surveys.faults import Fault
from feedback.surveys.filling import Filled, fill
from feedback.surveys.given import all_to_json
from feedback.surveys.models import Survey, SurveyResponse
from feedback.surveys.queries import definition_in_force
from feedback.surveys.rules import Source


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of an entry: the response's id, or what is wrong, by question."""

    response_id: int | None
    faults: Mapping[str, Fault]


def printed(definition: Definition) -> Definition:
    """The survey as it stands on paper: choices in their printed order, and nobody can be made to answer."""
    questions = tuple(replace(one, shuffle=False, required=False) for one in definition.questions)
    return replace(definition, questions=questions)


def read_sheet(definition: Definition, typed: Mapping[str, str]) -> Filled:
    """What the typed codes of a sheet mean. Pure."""
    return fill(printed(definition), {one.key: typed.get(one.key, "") for one in definition.asked}, seed=0)


def enter(
    session: Session, survey: Survey, *, typed: Mapping[str, str], token_hash: bytes, staff_id: int, at: datetime
) -> Entered:
    """Keep one sheet; nothing is kept when anything on it cannot be read. Flushed.

    Answered for a sheet sent twice (``token_hash``); NotOpen when the survey is not published or full.
    """
    definition = definition_in_force(session, survey)
    if definition is None:
        raise Invalid("公開してから入力してください。")
    filled = read_sheet(definition, typed)
    if filled.faults:
        return Entered(None, filled.faults)
    if all(one.is_empty for one in filled.answers.values()):
        raise Invalid("何も入力されていません。白紙の調査票は入力しないでください。")
    person = Person(staff_id=staff_id, token_hash=token_hash)
    draft = answering.start(session, survey, person=person, source=Source.PAPER, at=at)
    draft.answers = all_to_json(filled.answers)
    response = answering.submit(session, draft, at=at)
    _record(session, "survey.paper_entered", survey, staff_id, at)
    return Entered(response.id, {})


def take_back(session: Session, survey: Survey, response_id: int, *, staff_id: int, at: datetime) -> None:
    """Take an entered sheet out again. NotFound: it is no sheet of this survey."""
    response = session.get(SurveyResponse, response_id)
    if response is None or response.survey_id != survey.id or response.source != Source.PAPER or response.erased_at:
        raise NotFound("取り消す調査票が見つかりません。")
    forgetting.erase_response(session, response, at=at)
    _record(session, "survey.paper_taken_back", survey, staff_id, at)


def _record(session: Session, action: str, survey: Survey, staff_id: int, at: datetime) -> None:
    audit.record(session, at=at, staff_id=staff_id, action=action, subject_type="survey", subject_id=survey.key)
