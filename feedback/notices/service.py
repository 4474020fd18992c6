"""Notices: written with what causes them, claimed by a worker, settled. At least once, so a copy may come twice."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, TextClause, delete, or_, select, update
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from feedback.notices.models import Notice, NoticeChoice, NoticeHook
from feedback.notices.rules import HookStyle, NoticeKind, NoticeState, Via, pause_after
from feedback.notices.texts import Words
from feedback.staff.models import Staff
from feedback.staff.rules import Role

LEASE = timedelta(minutes=3)
_KEPT = timedelta(days=30)
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice in a worker's hands. ``attempt`` is its proof; ``url_sealed`` or ``address`` says where it goes."""

    id: int
    via: Via
    subject: str
    body: str
    message_id: UUID
    attempt: int
    created_at: datetime
    address: str | None
    style: HookStyle | None
    url_sealed: bytes | None


def tell_staff(
    session: Session,
    staff_ids: Collection[int],
    *,
    kind: NoticeKind,
    words: Words,
    now: datetime,
    unique_key: str | None = None,
) -> int:
    """Have each of them told by e-mail who has not chosen otherwise. Returns how many are."""
    if not staff_ids:
        return 0
    muted = dict(
        iter(
            session.execute(
                select(NoticeChoice.staff_id, NoticeChoice.muted).where(NoticeChoice.staff_id.in_(staff_ids))
            )
        )
    )
    told = [one for one in sorted(staff_ids) if kind not in muted.get(one, [])]
    for one in told:
        key = f"{unique_key}:{one}" if unique_key else None
        session.add(_new(kind, words, now=now, unique_key=key, via=Via.EMAIL, staff_id=one))
    return len(told)


def tell_rooms(
    session: Session,
    department_id: int,
    *,
    kind: NoticeKind,
    words: Words,
    now: datetime,
    unique_key: str | None = None,
) -> int:
    """Have the department's chat rooms told. Returns how many are."""
    rooms = session.scalars(
        select(NoticeHook.id).where(NoticeHook.department_id == department_id, NoticeHook.active)
    ).all()
    for room in rooms:
        key = f"{unique_key}:room{room}" if unique_key else None
        session.add(_new(kind, words, now=now, unique_key=key, via=Via.WEBHOOK, hook_id=room))
    return len(rooms)


def _new(
    kind: NoticeKind,
    words: Words,
    *,
    now: datetime,
    unique_key: str | None,
    via: Via,
    staff_id: int | None = None,
    hook_id: int | None = None,
) -> Notice:
    return Notice(
        kind=kind,
        via=via,
        staff_id=staff_id,
        hook_id=hook_id,
        subject=words.subject,
        body=words.body,
        message_id=uuid4(),
        unique_key=unique_key,
        state=NoticeState.PENDING,
        attempts=0,
        created_at=now,
        due_at=now,
    )


def people_of(session: Session, department_id: int, roles: Sequence[Role]) -> list[int]:
    """Ids of a department's active staff in any of the roles."""
    return list(
        session.scalars(
            select(Staff.id)
            .where(Staff.department_id == department_id, Staff.active, Staff.role.in_(roles))
            .order_by(Staff.id)
        )
    )


def is_due(session: Session, *, now: datetime) -> bool:
    """Whether a notice may wait to be sent; asked often, and free of locks."""
    return session.scalar(select(Notice.id).where(*_due(now)).limit(1)) is not None


def _due(now: datetime) -> list[ColumnElement[bool] | TextClause]:
    return [
        sql("state IN ('pending', 'sending')"),  # in these words, or SQLite ignores the index
        Notice.due_at <= now,
        or_(Notice.lease_until.is_(None), Notice.lease_until < now),
    ]


def claim(session: Session, *, now: datetime, limit: int) -> list[Claimed]:
    """Take notices that are due, or whose worker fell silent. Commit before sending them."""
    rows = session.scalars(
        select(Notice)
        .where(*_due(now))
        .order_by(Notice.due_at, Notice.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    addresses = _addresses(session, [row.staff_id for row in rows if row.staff_id is not None])
    rooms = {
        one.id: one
        for one in session.scalars(
            select(NoticeHook).where(NoticeHook.id.in_([row.hook_id for row in rows]), NoticeHook.active)
        )
    }
    claimed = []
    for row in rows:
        row.state, row.lease_until = NoticeState.SENDING, now + LEASE
        row.attempts += 1
        room = rooms.get(row.hook_id or 0)
        claimed.append(
            Claimed(
                id=row.id,
                via=row.via,
                subject=row.subject,
                body=row.body,
                message_id=row.message_id,
                attempt=row.attempts,
                created_at=row.created_at,
                address=addresses.get(row.staff_id or 0),
                style=room.style if room else None,
                url_sealed=room.url_sealed if room else None,
            )
        )
    return claimed


def _addresses(session: Session, staff_ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(select(Staff.id, Staff.email).where(Staff.id.in_(staff_ids), Staff.active))
    return dict(iter(rows))


def sent(session: Session, claimed: Claimed, *, now: datetime) -> None:
    """It was taken by the server."""
    _settle(session, claimed, {"state": NoticeState.SENT, "settled_at": now})


def cancel(session: Session, claimed: Claimed, *, now: datetime, reason: str) -> None:
    """It cannot be sent and will not be tried again."""
    _settle(session, claimed, {"state": NoticeState.CANCELLED, "settled_at": now, "reason": reason[:_LONGEST_REASON]})


def failed(session: Session, claimed: Claimed, *, now: datetime, reason: str, again: bool) -> None:
    """The attempt failed. ``again``: it comes back later and later, until the last attempt."""
    pause = pause_after(claimed.attempt) if again else None
    values: dict[str, object] = {"reason": reason[:_LONGEST_REASON]}
    if pause is None:
        values |= {"state": NoticeState.FAILED, "settled_at": now}
    else:
        values |= {"state": NoticeState.PENDING, "due_at": now + pause}
    _settle(session, claimed, values)


def _settle(session: Session, claimed: Claimed, values: dict[str, object]) -> None:
    """Nothing happens when another worker took the notice over meanwhile."""
    session.execute(
        update(Notice)
        .where(Notice.id == claimed.id, Notice.state == NoticeState.SENDING, Notice.attempts == claimed.attempt)
        .values(lease_until=None, **values)
    )


def send_again(session: Session, notice_id: int, *, now: datetime) -> bool:
    """Give a notice that failed or was cancelled another round of attempts. False when there is none."""
    changed = session.execute(
        update(Notice)
        .where(Notice.id == notice_id, Notice.state.in_((NoticeState.FAILED, NoticeState.CANCELLED)))
        .values(state=NoticeState.PENDING, attempts=0, due_at=now, settled_at=None, lease_until=None, reason=None)
        .returning(Notice.id)
    ).all()
    return bool(changed)


def forget_old(session: Session, *, now: datetime) -> int:
    """Delete what was settled a month ago. Returns how many that were."""
    gone = session.execute(delete(Notice).where(Notice.settled_at < now - _KEPT).returning(Notice.id)).all()
    return len(gone)
