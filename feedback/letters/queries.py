"""Reads of letters: what waits to be printed and posted, and what stands on the sheets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from feedback.answers.models import Answer
from feedback.answers.rules import AnswerState, Method
from feedback.clock import tokyo_date
from feedback.departments.models import Department
from feedback.errors import NotFound
from feedback.letters.models import Letter
from feedback.letters.rules import MOST_AT_ONCE, LetterState, postal_address, state_of
from feedback.opinions.models import Matter, Submission
from feedback.opinions.queries import visible_to
from feedback.opinions.rules import receipt_number
from feedback.staff.models import Staff
from feedback.staff.rules import Actor

SHOWN = 200
_POSTED_SHOWN = 50
_LATELY = timedelta(days=30)
_Query = Select[Answer, Matter, Submission, str, Letter | None, str | None]
_DECIDED = (AnswerState.APPROVED, AnswerState.SENT)


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter in the lists. ``addressee`` and ``address`` are personal data."""

    answer_id: int
    answer_version: int
    matter_id: int
    receipt: str
    department: str
    addressee: str | None
    address: str | None
    number: str | None
    approved_at: datetime | None
    state: LetterState
    printed_at: datetime | None
    printed_by: str | None
    handed_over: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one letter says. ``day``: the one it bears. ``addressee`` and ``address`` are personal data."""

    answer_id: int
    matter_id: int
    receipt: str
    department: str
    addressee: str | None
    address: str | None
    number: str | None
    title: str | None
    dated_on: date | None
    day: date
    with_seal: bool
    body: str
    state: LetterState
    printed_at: datetime | None
    printed_by: str | None


def waiting(session: Session, *, actor: Actor) -> list[LetterRow]:
    """Decided letters that are not posted, the longest waiting first; at most `SHOWN`."""
    unfinished = sql("answers.state IN ('draft', 'in_approval', 'approved')")  # in these words, for the partial index
    query = _visible(actor).where(unfinished, Answer.state == AnswerState.APPROVED, Answer.method == Method.LETTER)
    return _found(session, query.order_by(Answer.approved_at, Answer.id).limit(SHOWN))


def posted_lately(session: Session, *, actor: Actor, now: datetime) -> list[LetterRow]:
    """Letters printed within a month that have been posted, the newest first."""
    query = _visible(actor).where(
        Letter.printed_at >= now - _LATELY, Answer.state == AnswerState.SENT, Answer.method == Method.LETTER
    )
    return _found(session, query.order_by(Answer.sent_at.desc(), Answer.id.desc()).limit(_POSTED_SHOWN))


def sheets(session: Session, answer_ids: Sequence[int], *, actor: Actor, now: datetime) -> list[Sheet]:
    """The letters in the order asked for. NotFound unless every one is decided and may be seen."""
    wanted = list(dict.fromkeys(answer_ids))[: MOST_AT_ONCE + 1]
    rows = session.execute(_visible(actor).where(Answer.id.in_(wanted), Answer.state.in_(_DECIDED)))
    found = {row[0].id: _sheet(*row, now=now) for row in rows}
    if len(wanted) > MOST_AT_ONCE or set(found) != set(wanted) or not wanted:
        raise NotFound("回答が見つかりません。")
    return [found[one] for one in wanted]


def _visible(actor: Actor) -> _Query:
    """Each answer with its matter, submission, department, letter and printer."""
    return (
        select(Answer, Matter, Submission, Department.name, Letter, Staff.name)
        .join(Matter, Matter.id == Answer.matter_id)
        .join(Submission, Submission.id == Matter.submission_id)
        .join(Department, Department.id == Matter.department_id)
        .outerjoin(Letter, Letter.answer_id == Answer.id)
        .outerjoin(Staff, Staff.id == Letter.printed_by_id)
        .where(visible_to(actor))
    )


def _found(session: Session, query: _Query) -> list[LetterRow]:
    return [
        LetterRow(
            answer_id=answer.id,
            answer_version=answer.version,
            matter_id=matter.id,
            receipt=receipt_number(submission.id, submission.received_at),
            department=department,
            addressee=submission.sender_name,
            address=postal_address(submission.sender_contact),
            number=letter.number if letter else None,
            approved_at=answer.approved_at,
            state=_state(answer, letter),
            printed_at=letter.printed_at if letter else None,
            printed_by=printed_by,
            handed_over=answer.handed_over,
        )
        for answer, matter, submission, department, letter, printed_by in session.execute(query)
    ]


def _sheet(
    answer: Answer,
    matter: Matter,
    submission: Submission,
    department: str,
    letter: Letter | None,
    printed_by: str | None,
    *,
    now: datetime,
) -> Sheet:
    dated_on = letter.dated_on if letter else None
    return Sheet(
        answer_id=answer.id,
        matter_id=matter.id,
        receipt=receipt_number(submission.id, submission.received_at),
        department=department,
        addressee=submission.sender_name,
        address=postal_address(submission.sender_contact),
        number=letter.number if letter else None,
        title=letter.title if letter else None,
        dated_on=dated_on,
        day=dated_on or tokyo_date(answer.sent_at or now),
        with_seal=letter.with_seal if letter else False,
        body=answer.body,
        state=_state(answer, letter),
        printed_at=letter.printed_at if letter else None,
        printed_by=printed_by,
    )


def _state(answer: Answer, letter: Letter | None) -> LetterState:
    printed_round = letter.printed_round if letter else None
    return state_of(is_sent=answer.state is AnswerState.SENT, answer_round=answer.round, printed_round=printed_round)
