"""The outbox: put a message in with the change that causes it, claim it, write down what became of it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import Table, Update, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from feedback import raw_json
from feedback.citizens.models import Citizen
from feedback.keys import KeyRing
from feedback.outbox.models import OutboundMessage, OutboundState, Via
from feedback.rows import write_rows

BODY: Final = b"outbound-body"
RECIPIENT: Final = b"outbound-recipient"
REPLY_TOKEN: Final = b"outbound-reply-token"
REPLY_WINDOW: Final = timedelta(seconds=50)
"""LINE takes a reply token for one minute; ten seconds are left for the way."""
LEASE: Final = timedelta(seconds=20)
"""How long a claimed message is left to its sender before another may take it. Longer than a call's time-out."""
_OPEN = (OutboundState.PENDING, OutboundState.SENDING)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in a sender's hands, decrypted. ``reachable``: the citizen has not blocked the account."""

    id: int
    purpose: str
    recipient: str
    reply_token: str | None
    reply_until: datetime | None
    via: Via
    retry_key: uuid.UUID
    messages: list[dict[str, Any]]
    attempts: int
    uncertain: bool
    reachable: bool
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to put in. With a reply token it goes out as a reply while the token lasts, else as a push."""

    citizen_key: bytes
    recipient: str
    messages: list[dict[str, Any]]
    purpose: str
    reply_token: str | None = None
    event_at: datetime | None = None
    matter_id: int | None = None


def enqueue(session: Session, messages: Sequence[Outgoing], *, keys: KeyRing, now: datetime) -> None:
    """Put messages in, all in one statement."""
    table = cast("Table", OutboundMessage.__table__)
    write_rows(session, table, [_row(message, keys, now) for message in messages])


def _row(message: Outgoing, keys: KeyRing, now: datetime) -> dict[str, Any]:
    token = message.reply_token
    body = raw_json.write(message.messages)
    return {
        "citizen_key": message.citizen_key,
        "matter_id": message.matter_id,
        "purpose": message.purpose,
        "recipient_sealed": keys.encrypt(message.recipient.encode(), purpose=RECIPIENT),
        "reply_token_sealed": keys.encrypt(token.encode(), purpose=REPLY_TOKEN) if token else None,
        "body_sealed": keys.encrypt(body, purpose=BODY),
        "retry_key": uuid.uuid4(),
        "state": OutboundState.PENDING,
        "attempts": 0,
        "uncertain": False,
        "reply_until": (message.event_at or now) + REPLY_WINDOW if token else None,
        "created_at": now,
        "due_at": now,
    }


def claim(session: Session, *, keys: KeyRing, now: datetime, limit: int) -> list[Claimed]:
    """Take due messages, at most one a citizen so that their order holds; commit before sending them.

    A message whose sender vanished is taken again after its lease, marked as uncertain.
    """
    earlier = aliased(OutboundMessage)
    takeable = or_(
        and_(OutboundMessage.state == OutboundState.PENDING, OutboundMessage.due_at <= now),
        and_(OutboundMessage.state == OutboundState.SENDING, OutboundMessage.lease_until < now),
    )
    waits = exists().where(
        earlier.citizen_key == OutboundMessage.citizen_key, earlier.state.in_(_OPEN), earlier.id < OutboundMessage.id
    )
    due = session.scalars(
        select(OutboundMessage)
        .where(takeable, ~waits)
        .order_by(OutboundMessage.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    blocked = set(
        session.scalars(
            select(Citizen.key).where(Citizen.key.in_({m.citizen_key for m in due}), Citizen.reachable.is_(False))
        )
    )
    for message in due:
        message.uncertain = message.uncertain or message.state == OutboundState.SENDING
        message.via = _next_via(message, now)
        message.state = OutboundState.SENDING
        message.lease_until = now + LEASE
        message.attempts += 1
    return [one for one in (_opened(message, keys, now, blocked) for message in due) if one is not None]


def _next_via(message: OutboundMessage, now: datetime) -> Via:
    """Written before the call, so that whoever takes over knows whether asking again is safe."""
    token_lasts = message.reply_until is not None and now < message.reply_until
    if message.via is Via.PUSH or (not token_lasts and not (message.via is Via.REPLY and message.uncertain)):
        return Via.PUSH
    return Via.REPLY


def _opened(message: OutboundMessage, keys: KeyRing, now: datetime, blocked: set[bytes]) -> Claimed | None:
    try:
        return _decrypted(message, keys, reachable=message.citizen_key not in blocked)
    except ValueError:  # sealed with a key that is gone: it must not keep all others from being sent
        message.state, message.settled_at, message.lease_until = OutboundState.FAILED, now, None
        message.reason = "暗号の鍵が合わないため開けませんでした"
        return None


def _decrypted(message: OutboundMessage, keys: KeyRing, *, reachable: bool) -> Claimed:
    token = message.reply_token_sealed
    return Claimed(
        id=message.id,
        purpose=message.purpose,
        recipient=keys.decrypt(message.recipient_sealed or b"", purpose=RECIPIENT).decode(),
        reply_token=keys.decrypt(token, purpose=REPLY_TOKEN).decode() if token else None,
        reply_until=message.reply_until,
        via=message.via or Via.PUSH,
        retry_key=message.retry_key,
        messages=raw_json.read(keys.decrypt(message.body_sealed or b"", purpose=BODY)),
        attempts=message.attempts,
        uncertain=message.uncertain,
        reachable=reachable,
        lease_until=message.lease_until or message.due_at,
    )


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a message ended: its state, by which call, LINE's request id, and the reason in words for staff.

    ``attempts``: as claimed; when another sender has taken the message since, that one's word counts.
    """

    id: int
    state: OutboundState
    via: Via | None = None
    line_request_id: str | None = None
    reason: str | None = None
    attempts: int | None = None


def settle(session: Session, settlements: Sequence[Settlement], *, now: datetime) -> None:
    """Write down how messages ended. What was sent is forgotten at once; undelivered ones can be sent again."""
    for one in settlements:
        values: dict[str, Any] = {
            "state": one.state,
            "via": one.via,
            "line_request_id": one.line_request_id,
            "reason": one.reason,
            "settled_at": now,
            "lease_until": None,
            "reply_token_sealed": None,
        }
        if one.state is not OutboundState.FAILED:
            values |= {"recipient_sealed": None, "body_sealed": None}
        session.execute(_still_held(one.id, one.attempts).values(values))


def _still_held(message_id: int, attempts: int | None) -> Update:
    change = update(OutboundMessage).where(OutboundMessage.id == message_id)
    return change if attempts is None else change.where(OutboundMessage.attempts == attempts)


def give_back(session: Session, message: Claimed) -> None:
    """Leave a message that was not tried after all to the next round, as if it had never been taken."""
    session.execute(
        _still_held(message.id, message.attempts).values(
            state=OutboundState.PENDING,
            lease_until=None,
            attempts=message.attempts - 1,
            uncertain=message.uncertain,
        )
    )


def postpone(
    session: Session,
    message_id: int,
    *,
    due_at: datetime,
    via: Via,
    uncertain: bool,
    reason: str,
    attempts: int | None = None,
) -> None:
    """Try a message again later, by this call. The retry key stays, so that LINE takes it once.

    ``attempts``: as claimed; nothing happens when another sender has taken the message since.
    """
    session.execute(
        _still_held(message_id, attempts).values(
            state=OutboundState.PENDING,
            due_at=due_at,
            via=via,
            uncertain=uncertain,
            lease_until=None,
            reason=reason,
        )
    )


def send_again(session: Session, message_id: int, *, now: datetime) -> bool:
    """Staff ask for a failed message to be sent again, as a push. False when its content is gone."""
    changed = session.execute(
        update(OutboundMessage)
        .where(
            OutboundMessage.id == message_id,
            OutboundMessage.state == OutboundState.FAILED,
            OutboundMessage.body_sealed.is_not(None),
        )
        .values(
            state=OutboundState.PENDING,
            via=Via.PUSH,
            retry_key=uuid.uuid4(),
            uncertain=False,
            attempts=0,
            due_at=now,
            reason=None,
        )
        .returning(OutboundMessage.id)
    )
    return changed.first() is not None


def forget_of(session: Session, citizen_key: bytes, *, now: datetime, purposes: Sequence[str] = ()) -> None:
    """Take back what a citizen has not got yet and clear what was undelivered, of these purposes (none: of all)."""
    chosen = [OutboundMessage.citizen_key == citizen_key]
    if purposes:
        chosen.append(OutboundMessage.purpose.in_(purposes))
    nothing = {"body_sealed": None, "recipient_sealed": None, "reply_token_sealed": None}
    session.execute(
        update(OutboundMessage)
        .where(*chosen, OutboundMessage.state == OutboundState.PENDING)
        .values(**nothing, state=OutboundState.CANCELLED, settled_at=now, reason="本人の申し出により取りやめました")
    )
    session.execute(
        update(OutboundMessage).where(*chosen, OutboundMessage.state == OutboundState.FAILED).values(**nothing)
    )


def open_count(session: Session) -> int:
    """How many messages are not settled yet."""
    return session.scalar(select(func.count()).where(OutboundMessage.state.in_(_OPEN))) or 0


def forget_old(session: Session, *, now: datetime, text_days: int) -> int:
    """Clear the content of undelivered messages after the retention time. Returns how many."""
    rows = session.execute(
        update(OutboundMessage)
        .where(
            OutboundMessage.settled_at < now - timedelta(days=text_days),
            OutboundMessage.body_sealed.is_not(None),
            OutboundMessage.state.not_in(_OPEN),
        )
        .values(body_sealed=None, recipient_sealed=None)
        .returning(OutboundMessage.id)
    )
    return len(rows.all())


def in_hand(session: Session, *, now: datetime) -> int:
    """How many messages are due or in some sender's hands."""
    due = or_(OutboundMessage.state == OutboundState.SENDING, OutboundMessage.due_at <= now)
    return session.scalar(select(func.count()).where(OutboundMessage.state.in_(_OPEN), due)) or 0
