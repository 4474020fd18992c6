"""The queue of answers' e-mails: put in with the decision, claimed by a worker, settled.

A mail server knows no keys against sending twice. So "the server is being given it" is stored before it happens: a
worker killed earlier leaves a mail that is sent again, one killed later leaves one that nobody repeats by himself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, TextClause, and_, or_, select, update
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from feedback.errors import Invalid
from feedback.mails.models import AnswerMail
from feedback.mails.rules import RETRIABLE, MailState
from feedback.notices.rules import pause_after

LEASE = timedelta(minutes=3)
"""How long a claimed mail is left to its worker; longer than all time-outs of one conversation with a server."""
_LONGEST_REASON = 200
_STOPPED = "送信の途中で止まったため、メールサーバーが受け取ったか分かりません"
_BUSY = "いま電子メールを送信しています。少し待ってから、もう一度操作してください。"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail in a worker's hands; ``lease_until`` is the proof that it still is."""

    answer_id: int
    staff_id: int
    message_id: UUID
    attempts: int
    created_at: datetime
    lease_until: datetime


def enqueue(session: Session, answer_id: int, *, staff_id: int, at: datetime) -> None:
    """Have an answer sent, for the first time or, its text changed since, anew."""
    mail = session.get(AnswerMail, answer_id)
    if mail is None:
        mail = AnswerMail(answer_id=answer_id)
        session.add(mail)
    mail.staff_id, mail.message_id, mail.created_at = staff_id, uuid4(), at
    _wait(mail, at)


def send_again(session: Session, answer_id: int, *, staff_id: int, at: datetime) -> None:
    """Send once more what did not arrive, or what nobody knows of. Invalid: it is on its way or has arrived."""
    mail = session.get(AnswerMail, answer_id, with_for_update=True)
    if mail is not None and mail.state not in RETRIABLE:
        raise Invalid("この回答の電子メールは送信済みか、送信の途中です。")
    if mail is None or mail.state is not MailState.UNKNOWN:
        enqueue(session, answer_id, staff_id=staff_id, at=at)
        return
    # The same message may be there already: under its old id many mailboxes show it once.
    mail.staff_id = staff_id
    _wait(mail, at)


def withdraw(session: Session, answer_id: int, *, at: datetime) -> None:
    """The answer shall not be sent after all, or went another way. Invalid while a worker is sending it."""
    mail = session.get(AnswerMail, answer_id, with_for_update=True)
    if mail is None:
        return
    if mail.state is MailState.SENDING:
        raise Invalid(_BUSY)
    if mail.state is not MailState.SENT:
        mail.state, mail.settled_at, mail.reason = MailState.CANCELLED, at, None


def bounced(session: Session, answer_id: int, *, reason: str, at: datetime) -> None:
    """The mail came back to the city's mailbox, as staff saw. Invalid when it was not sent."""
    mail = session.get(AnswerMail, answer_id, with_for_update=True)
    if mail is None or mail.state not in {MailState.SENT, MailState.UNKNOWN}:
        raise Invalid("送信した電子メールだけを、戻ってきたと記録できます。")
    mail.state, mail.settled_at = MailState.BOUNCED, at
    mail.reason = reason.strip()[:_LONGEST_REASON] or None


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether a mail may wait to be sent; asked often, and free of locks."""
    return session.scalar(select(AnswerMail.answer_id).where(*_due(now)).limit(1)) is not None


def claim(session: Session, *, now: datetime, limit: int) -> list[Claimed]:
    """Take mails that are due. Commit before sending them. Those that a dead worker was handing over become unknown."""
    rows = session.scalars(
        select(AnswerMail)
        .where(*_due(now))
        .order_by(AnswerMail.due_at, AnswerMail.answer_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    claimed = []
    for row in rows:
        if row.handing:
            row.state, row.settled_at, row.lease_until, row.reason = MailState.UNKNOWN, now, None, _STOPPED
            continue
        row.state, row.lease_until = MailState.SENDING, now + LEASE
        row.attempts += 1
        claimed.append(
            Claimed(row.answer_id, row.staff_id, row.message_id, row.attempts, row.created_at, row.lease_until)
        )
    return claimed


def hand_over(session: Session, claimed: Claimed) -> bool:
    """Store, before it happens, that the server is being given the mail. False: another worker has it."""
    return _change(session, claimed, {"handing": True})


def sent(session: Session, claimed: Claimed, *, now: datetime) -> bool:
    """The server took it. False: another worker has settled it meanwhile."""
    return _settle(session, claimed, MailState.SENT, None, now)


def unknown(session: Session, claimed: Claimed, *, reason: str, now: datetime) -> None:
    """The server was given it and did not say what became of it."""
    _settle(session, claimed, MailState.UNKNOWN, reason, now)


def failed(session: Session, claimed: Claimed, *, reason: str, again: bool, now: datetime) -> bool:
    """The server did not take it. ``again``: it is tried later and later, until the last attempt. True: given up."""
    pause = pause_after(claimed.attempts) if again else None
    if pause is None:
        return _settle(session, claimed, MailState.FAILED, reason, now)
    waits = {"state": MailState.PENDING, "due_at": now + pause, "lease_until": None, "handing": False}
    _change(session, claimed, {**waits, "reason": reason[:_LONGEST_REASON]})
    return False


def cancelled(session: Session, claimed: Claimed, *, reason: str, now: datetime) -> None:
    """There is nothing to send any more, such as after an erasure."""
    _settle(session, claimed, MailState.CANCELLED, reason, now)


def _wait(mail: AnswerMail, at: datetime) -> None:
    mail.state, mail.attempts, mail.handing, mail.due_at = MailState.PENDING, 0, False, at
    mail.lease_until = mail.settled_at = mail.reason = None


def _due(now: datetime) -> list[ColumnElement[bool] | TextClause]:
    return [
        sql("state IN ('pending', 'sending')"),  # in these words, or SQLite ignores the index
        or_(
            and_(AnswerMail.state == MailState.PENDING, AnswerMail.due_at <= now),
            and_(AnswerMail.state == MailState.SENDING, AnswerMail.lease_until < now),
        ),
    ]


def _settle(session: Session, claimed: Claimed, state: MailState, reason: str | None, now: datetime) -> bool:
    words = reason[:_LONGEST_REASON] if reason else None
    return _change(
        session,
        claimed,
        {"state": state, "settled_at": now, "lease_until": None, "handing": False, "reason": words},
    )


def _change(session: Session, claimed: Claimed, values: dict[str, object]) -> bool:
    """Nothing happens when another worker took the mail over meanwhile."""
    held = (AnswerMail.state == MailState.SENDING, AnswerMail.lease_until == claimed.lease_until)
    changed = session.execute(
        update(AnswerMail)
        .where(AnswerMail.answer_id == claimed.answer_id, *held)
        .values(**values)
        .returning(AnswerMail.answer_id)
    )
    return changed.first() is not None
