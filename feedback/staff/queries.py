"""Reads of staff accounts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.staff.models import EndedSession, Staff
from feedback.staff.rules import PERMISSIONS, Permission, Role


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff as colleagues pick them."""

    id: int
    name: str
    department_id: int | None


@dataclass(frozen=True, slots=True)
class StaffRow:
    """An account as the administrator's list shows it."""

    id: int
    email: str
    name: str
    role: Role
    department_id: int | None
    department: str | None
    active: bool
    must_change_password: bool
    last_login_at: datetime | None
    locked_until: datetime | None
    second_factor: bool


def by_session(session: Session, *, account_key: str, session_key: str) -> Staff | None:
    """The active account a session belongs to, or None when the session, or every one of the account, was ended."""
    ended = select(EndedSession.key).where(EndedSession.key == session_key).exists()
    return session.scalar(select(Staff).where(Staff.fs_uniquifier == account_key, Staff.active, ~ended))


def colleagues(session: Session, *, department_id: int) -> list[Colleague]:
    """Who of a department can be given matters, by name."""
    roles = [role for role, granted in PERMISSIONS.items() if Permission.WORK_MATTERS in granted]
    rows = session.execute(
        select(Staff.id, Staff.name, Staff.department_id)
        .where(Staff.department_id == department_id, Staff.active, Staff.role.in_(roles))
        .order_by(Staff.name, Staff.id)
    )
    return [Colleague(*row) for row in rows]


def names_and_colleagues(session: Session, *, department_id: int) -> tuple[dict[int, str], list[Colleague]]:
    """`names` and `colleagues` in one statement."""
    roles = [role for role, granted in PERMISSIONS.items() if Permission.WORK_MATTERS in granted]
    rows = session.execute(
        select(Staff.id, Staff.name, Staff.department_id, Staff.active, Staff.role).order_by(Staff.name, Staff.id)
    ).all()
    here = [one for one in rows if one.department_id == department_id and one.active and one.role in roles]
    return {one.id: one.name for one in rows}, [Colleague(one.id, one.name, one.department_id) for one in here]


def all_staff(session: Session) -> list[StaffRow]:
    """Every account, active ones first, by department and name."""
    found = session.scalars(select(Staff).order_by(Staff.active.desc(), Staff.department_id, Staff.name, Staff.id))
    return [
        StaffRow(
            id=one.id,
            email=one.email,
            name=one.name,
            role=Role(one.role),
            department_id=one.department_id,
            department=one.department.name if one.department else None,
            active=one.active,
            must_change_password=one.must_change_password,
            last_login_at=one.last_login_at,
            locked_until=one.locked_until,
            second_factor=one.totp_secret is not None,
        )
        for one in found
    ]


def names(session: Session) -> dict[int, str]:
    """The name behind every account, closed ones too."""
    return {key: name for key, name in session.execute(select(Staff.id, Staff.name))}  # noqa: C416 (rows are not typed as pairs)
