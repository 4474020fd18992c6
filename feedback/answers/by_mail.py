"""Answers by e-mail: what a worker sends, what became of it, and what staff do when it did not arrive."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from feedback.answers import service
from feedback.answers.models import Answer
from feedback.answers.rules import AnswerState, Method
from feedback.departments.models import Department
from feedback.errors import Invalid
from feedback.mails import service as mails
from feedback.mails.rules import ADDRESS, LONGEST_CONTACT, address_in, with_address
from feedback.mails.service import Claimed
from feedback.mails.texts import MailText, Office, answer_text
from feedback.opinions import lifecycle
from feedback.opinions.models import Matter
from feedback.opinions.rules import MatterStatus
from feedback.opinions.service import record
from feedback.staff.models import Staff
from feedback.staff.rules import Actor, Role
from feedback.staff.service import actor_of

HOW = "電子メールで送信しました。"
_DECIDED = (AnswerState.APPROVED, AnswerState.SENT)
_NO_ADDRESS = "送り先のメールアドレスがありません。連絡先を確かめてください。"


class NothingToSend(Exception):
    """The answer is not to be sent any more; says why. ``troubled``: somebody should look at it."""

    def __init__(self, reason: str, *, troubled: bool) -> None:
        super().__init__(reason)
        self.troubled = troubled


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one citizen."""

    to: str
    text: MailText


def outgoing(session: Session, claimed: Claimed, *, office: Office) -> Outgoing:
    """What a claimed mail says now, and to whom. NothingToSend after an erasure, a taking back, a withdrawal."""
    answer = _load(session, claimed.answer_id)
    matter = answer.matter
    waits = answer.state is AnswerState.APPROVED and matter.status is MatterStatus.APPROVING
    if answer.method is not Method.EMAIL or not (waits or answer.state is AnswerState.SENT):
        raise NothingToSend("案件の状況が変わったため、取りやめました", troubled=False)
    submission = matter.submission
    if submission.erased_at is not None:
        raise NothingToSend("内容が消去されたため、取りやめました", troubled=False)
    to = address_in(submission.sender_contact)
    if to is None:
        raise NothingToSend("送り先のメールアドレスがありません", troubled=True)
    department = session.scalar(select(Department.name).where(Department.id == matter.department_id)) or ""
    text = answer_text(
        receipt=submission.receipt_number,
        name=submission.sender_name,
        department=department,
        body=answer.body,
        office=office,
    )
    return Outgoing(to, text)


def sent(session: Session, claimed: Claimed, *, now: datetime) -> None:
    """The mail server took it: the answer is out, and its matter 回答済."""
    if not mails.sent(session, claimed, now=now):
        return
    matter_id = session.scalar(select(Answer.matter_id).where(Answer.id == claimed.answer_id))
    # Locked first, so that somebody at the same matter cannot make this fail after the mail has gone.
    session.execute(select(Matter.id).where(Matter.id == matter_id).with_for_update())
    session.execute(select(Answer.id).where(Answer.id == claimed.answer_id).with_for_update())
    answer = _load(session, claimed.answer_id)
    if answer.state is not AnswerState.APPROVED:
        return
    actor = actor_of(session.get_one(Staff, claimed.staff_id, options=[joinedload(Staff.department)]))
    if lifecycle.may(Role.APPROVER, answer.matter.status, MatterStatus.ANSWERED):
        service.finish(session, answer, actor=actor, at=now, how=HOW)
    else:
        answer.state, answer.sent_at, answer.updated_at = AnswerState.SENT, now, now
    record(session, answer.matter, "answer.mailed", actor=actor, at=now, answer_id=answer.id)


def send_again(
    session: Session, answer_id: int, *, actor: Actor, version: int, at: datetime, address: str = ""
) -> None:
    """Send an answer that did not arrive, or had no address, perhaps to another address (kept as the contact)."""
    answer = service.open_answer(session, answer_id, actor=actor, version=version)
    if answer.method is not Method.EMAIL or answer.state not in _DECIDED:
        raise Invalid("電子メールで送る、決裁の済んだ回答だけを送れます。")
    submission, typed = answer.matter.submission, address.strip()
    if typed:
        if not ADDRESS.fullmatch(typed):
            raise Invalid("メールアドレスの形が正しくありません。半角で、もう一度確かめてください。")
        contact = with_address(submission.sender_contact, typed)
        if len(contact) > LONGEST_CONTACT:
            raise Invalid(f"連絡先が{LONGEST_CONTACT}文字を超えます。")
        submission.sender_contact = contact
    if address_in(submission.sender_contact) is None:
        raise Invalid(_NO_ADDRESS)
    mails.send_again(session, answer_id, staff_id=actor.id, at=at)
    record(
        session,
        answer.matter,
        "answer.mail_queued",
        actor=actor,
        at=at,
        answer_id=answer.id,
        address_changed=bool(typed),
    )


def bounced(session: Session, answer_id: int, *, actor: Actor, version: int, at: datetime, reason: str) -> None:
    """The mail came back to the city's mailbox."""
    answer = service.open_answer(session, answer_id, actor=actor, version=version)
    mails.bounced(session, answer_id, reason=reason, at=at)
    record(session, answer.matter, "answer.mail_bounced", actor=actor, at=at, answer_id=answer.id)


def _load(session: Session, answer_id: int) -> Answer:
    return session.scalars(
        select(Answer)
        .where(Answer.id == answer_id)
        .options(
            joinedload(Answer.matter).joinedload(Matter.submission),
            selectinload(Answer.versions),
            selectinload(Answer.steps),
            selectinload(Answer.events),
        )
        .execution_options(populate_existing=True)
    ).one()
