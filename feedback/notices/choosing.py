"""What staff decide about notices: which they want, and which chat rooms their department has."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.departments.models import Department
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.keys import KeyRing
from feedback.notices.models import NoticeChoice, NoticeHook
from feedback.notices.rules import HookStyle, NoticeKind, kinds_for
from feedback.staff.rules import Actor, Permission

HOOK_URL = b"notice-hook"
"""What a webhook's address is sealed for."""
_LONGEST_URL = 2000


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A chat room as the list shows it; its address is not shown again."""

    id: int
    department: str
    name: str
    style: HookStyle


def wanted_by(session: Session, actor: Actor) -> frozenset[NoticeKind]:
    """What a member of staff is told."""
    choice = session.get(NoticeChoice, actor.id)
    muted = set(choice.muted) if choice else set()
    return frozenset(kind for kind in kinds_for(actor) if kind not in muted)


def choose(session: Session, wanted: Collection[NoticeKind], *, actor: Actor, at: datetime) -> None:
    """Be told of these kinds and no others."""
    muted = sorted(str(kind) for kind in kinds_for(actor) if kind not in wanted)
    choice = session.get(NoticeChoice, actor.id)
    if choice is None:
        session.add(NoticeChoice(staff_id=actor.id, muted=muted))
    else:
        choice.muted = muted
    _audit(session, "notices.chosen", "staff", actor.id, actor, at, muted=muted)


def rooms(session: Session) -> list[RoomRow]:
    """All chat rooms, by department."""
    rows = session.execute(
        select(NoticeHook.id, Department.name, NoticeHook.name, NoticeHook.style)
        .join(Department, Department.id == NoticeHook.department_id)
        .where(NoticeHook.active)
        .order_by(Department.position, Department.id, NoticeHook.id)
    )
    return [RoomRow(*row) for row in rows]


def add_room(
    session: Session,
    *,
    department_id: int,
    name: str,
    style: HookStyle,
    url: str,
    allowed: str,
    keys: KeyRing,
    actor: Actor,
    at: datetime,
) -> None:
    """Add a chat room. ``allowed``: beginnings of addresses that notices may go to, comma separated."""
    _needs(actor)
    if not name.strip():
        raise Invalid("名前を入力してください。")
    if session.get(Department, department_id) is None:
        raise Invalid("課を選び直してください。")
    address = url.strip()
    if not is_allowed(address, allowed):
        raise Invalid("この送り先は使えません。https で始まる、Slack か Teams が発行した URL を入力してください。")
    session.add(
        NoticeHook(
            department_id=department_id,
            name=name.strip()[:64],
            style=style,
            url_sealed=keys.encrypt(address.encode(), purpose=HOOK_URL),
        )
    )
    session.flush()
    _audit(session, "notice_room.added", "department", department_id, actor, at, style=style)


def delete_room(session: Session, room_id: int, *, actor: Actor, at: datetime) -> None:
    """Tell a chat room nothing more; notices that still wait for it are dropped."""
    _needs(actor)
    room = session.get(NoticeHook, room_id)
    if room is None:
        raise NotFound("送り先が見つかりません。")
    _audit(session, "notice_room.deleted", "department", room.department_id, actor, at)
    session.delete(room)
    session.flush()


def is_allowed(url: str, allowed: str) -> bool:
    """Whether an address begins as the operator allows, names a host and carries no log-in."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= _LONGEST_URL
    return named and plain and any(url.startswith(one.strip()) for one in allowed.split(",") if one.strip())


def _needs(actor: Actor) -> None:
    if not actor.may(Permission.MANAGE_MASTER):
        raise NotAllowed("この操作をする権限がありません。")


def _audit(
    session: Session, action: str, subject: str, subject_id: int, actor: Actor, at: datetime, **detail: object
) -> None:
    audit.record(
        session, at=at, staff_id=actor.id, action=action, subject_type=subject, subject_id=subject_id, detail=detail
    )
