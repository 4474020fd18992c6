"""Answers and guidance on their way to the citizen over LINE: rows of the outbox, in the deciding transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.answers.models import Answer
from feedback.citizens.models import Citizen
from feedback.citizens.service import LINE_ID
from feedback.departments.models import Department
from feedback.errors import Invalid
from feedback.keys import KeyRing
from feedback.opinions.models import Matter, Submission
from feedback.outbox import service as outbox
from feedback.outbox.models import OutboundMessage, OutboundState
from feedback.ports import AnswerNotice, CitizenMessages

ANSWER = "answer"
TRANSFER = "transfer"
_UNREACHABLE = "この方にはLINEで送れません（同意の取り消し・消去のため）。取り戻して、ほかの方法を選んでください。"


@dataclass(frozen=True, slots=True)
class Post:
    """What sending needs of the outside: keys for the recipient, and words in LINE's form.

    ``by_mail``: the city sends e-mail; without, whoever writes one says so.
    """

    keys: KeyRing
    messages: CitizenMessages
    by_mail: bool = False


def send(session: Session, answer: Answer, *, post: Post, at: datetime, receipt: str | None = None) -> None:
    """Put an answer into the outbox; ``receipt``: the numbers it answers. Invalid: the citizen cannot be written to."""
    notice = notice_of(session, answer.matter, body=answer.body, answer_id=answer.id, receipt=receipt)
    _enqueue(session, answer.matter, post.messages.answer(notice), purpose=ANSWER, post=post, at=at)


def send_all(
    session: Session, answers: Sequence[Answer], *, receipts: Mapping[int, str], post: Post, at: datetime
) -> None:
    """Put many answers into the outbox at once, their matters' submissions and citizens loaded; all can be written to.

    ``receipts``: by answer id, the numbers that one message answers.
    """
    names = dict(iter(session.execute(select(Department.id, Department.name))))
    outgoing = [
        _outgoing(
            answer.matter,
            answer.matter.submission.citizen,
            post.messages.answer(
                AnswerNotice(
                    answer_id=answer.id,
                    submission_id=answer.matter.submission_id,
                    receipt=receipts[answer.id],
                    words=answer.matter.text,
                    body=answer.body,
                    department=names[answer.matter.department_id],
                )
            ),
            purpose=ANSWER,
            post=post,
        )
        for answer in answers
    ]
    outbox.enqueue(session, outgoing, keys=post.keys, now=at)


def send_guidance(session: Session, matter: Matter, body: str, *, post: Post, at: datetime) -> None:
    """Tell the citizen where the matter was handed on to."""
    notice = notice_of(session, matter, body=body, answer_id=None)
    _enqueue(session, matter, post.messages.transfer(notice), purpose=TRANSFER, post=post, at=at)


def send_again(session: Session, answer: Answer, *, post: Post, at: datetime) -> None:
    """Send an answer that failed once more; anew when its content has been cleared. Invalid: it did not fail."""
    last = session.scalar(
        select(OutboundMessage)
        .where(OutboundMessage.matter_id == answer.matter_id, OutboundMessage.purpose == ANSWER)
        .order_by(OutboundMessage.id.desc())
        .limit(1)
    )
    if last is not None and last.state not in {
        OutboundState.FAILED,
        OutboundState.CANCELLED,
        OutboundState.UNKNOWN,
    }:
        raise Invalid("この回答は送信済みか、送信の途中です。")
    if last is None or not outbox.send_again(session, last.id, now=at):
        send(session, answer, post=post, at=at)


def notice_of(
    session: Session, matter: Matter, *, body: str, answer_id: int | None, receipt: str | None = None
) -> AnswerNotice:
    """What the citizen is told, with the beginning of their own words."""
    department = session.scalar(select(Department.name).where(Department.id == matter.department_id)) or ""
    return AnswerNotice(
        answer_id=answer_id,
        submission_id=matter.submission_id,
        receipt=receipt or matter.submission.receipt_number,
        words=matter.text,
        body=body,
        department=department,
    )


def _enqueue(
    session: Session, matter: Matter, messages: list[dict[str, Any]], *, purpose: str, post: Post, at: datetime
) -> None:
    citizen = session.scalar(
        select(Citizen)
        .join(Submission, Submission.citizen_id == Citizen.id)
        .where(Submission.id == matter.submission_id)
    )
    outbox.enqueue(session, [_outgoing(matter, citizen, messages, purpose=purpose, post=post)], keys=post.keys, now=at)


def _outgoing(
    matter: Matter, citizen: Citizen | None, messages: list[dict[str, Any]], *, purpose: str, post: Post
) -> outbox.Outgoing:
    if citizen is None or citizen.line_user_id_sealed is None:
        raise Invalid(_UNREACHABLE)
    recipient = post.keys.decrypt(citizen.line_user_id_sealed, purpose=LINE_ID).decode()
    return outbox.Outgoing(citizen.key, recipient, messages, purpose, matter_id=matter.id)
