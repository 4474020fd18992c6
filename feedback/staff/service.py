"""Staff accounts: registering, signing in and out, passwords. Hashes are argon2id."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.departments.models import Department
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.staff import attempts
from feedback.staff.attempts import Origin
from feedback.staff.models import EndedSession, Staff
from feedback.staff.rules import (
    LOCK,
    LONGEST_SESSION,
    Actor,
    Permission,
    Role,
    locked_until,
    password_problem,
)

HASHER = PasswordHasher()
"""argon2id with the library's defaults (RFC 9106, low memory)."""

_DEPARTMENT_ROLES = frozenset({Role.STAFF, Role.APPROVER, Role.DESK, Role.PR})
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_WRONG = "メールアドレスまたはパスワードが違います。"
_LOCKED = (
    f"続けて間違えたため、ログインを止めています。{int(LOCK.total_seconds() // 60)}分ほど待ってからお試しください。"
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What came of an attempt: the staff member, maybe with a code still to come, or why not, for the login page."""

    staff: Staff | None
    problem: str | None = None
    code_needed: bool = False


def new_session_key() -> str:
    """What the cookies of an account carry; a new one ends all its sessions."""
    return secrets.token_hex(32)


def one_time_password() -> str:
    """A random password (95 bits) without letters that look alike, to be changed at the first login."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def actor_of(staff: Staff) -> Actor:
    """The actor behind an account (its department is loaded with it)."""
    return Actor(
        id=staff.id,
        name=staff.name,
        email=staff.email,
        role=Role(staff.role),
        department_id=staff.department_id,
        department_name=staff.department.name if staff.department else None,
        shortcuts=staff.shortcuts,
    )


def register(
    session: Session,
    *,
    email: str,
    name: str,
    role: Role,
    department_id: int | None,
    password: str,
    at: datetime,
    must_change_password: bool = True,
    actor: Actor | None = None,
    hasher: PasswordHasher = HASHER,
) -> Staff:
    """Add an account. Invalid: the e-mail address is taken or the role needs a department.

    ``actor`` None is the command line (`machikoe init`).
    """
    _needs(actor, Permission.MANAGE_STAFF)
    address = _checked_email(session, email, staff_id=None)
    _check_department(session, role, department_id)
    staff = Staff(
        email=address,
        name=_checked_name(name),
        role=role,
        department_id=department_id,
        password=hasher.hash(password),
        must_change_password=must_change_password,
        active=True,
        fs_uniquifier=new_session_key(),
        failed_logins=0,
        created_at=at,
    )
    session.add(staff)
    session.flush()
    _audit(session, at, actor, "staff.registered", staff, role=role, department_id=department_id)
    return staff


def update(
    session: Session,
    *,
    staff_id: int,
    email: str,
    name: str,
    role: Role,
    department_id: int | None,
    active: bool,
    at: datetime,
    actor: Actor,
) -> Staff:
    """Change an account. What changes rights or closes the account ends its sessions at once.

    Invalid: nobody would be left to administrate.
    """
    _needs(actor, Permission.MANAGE_STAFF)
    staff = _staff(session, staff_id)
    _check_department(session, role, department_id)
    if staff.role == Role.ADMINISTRATOR and staff.active and not (active and role == Role.ADMINISTRATOR):
        _check_other_administrator(session, staff_id)
    if (staff.role, staff.department_id, staff.active) != (role, department_id, active):
        staff.fs_uniquifier = new_session_key()
    staff.email = _checked_email(session, email, staff_id=staff_id)
    staff.name = _checked_name(name)
    staff.role, staff.department_id, staff.active = role, department_id, active
    _audit(session, at, actor, "staff.updated", staff, role=role, department_id=department_id, active=active)
    return staff


def reset_password(
    session: Session, *, staff_id: int, at: datetime, actor: Actor | None, hasher: PasswordHasher = HASHER
) -> str:
    """Give an account a new one-time password, open it again and end its sessions. Returns the password."""
    _needs(actor, Permission.MANAGE_STAFF)
    staff = _staff(session, staff_id)
    password = one_time_password()
    _set_password(staff, password, hasher=hasher, must_change=True)
    _audit(session, at, actor, "staff.password_reset", staff)
    return password


def unlock(session: Session, *, staff_id: int, at: datetime, actor: Actor) -> None:
    """Open an account again that was closed after wrong passwords."""
    _needs(actor, Permission.MANAGE_STAFF)
    staff = _staff(session, staff_id)
    staff.failed_logins = 0
    staff.locked_until = None
    _audit(session, at, actor, "staff.unlocked", staff)


def change_password(
    session: Session, *, actor: Actor, current: str, new: str, at: datetime, hasher: PasswordHasher = HASHER
) -> Staff:
    """Change the own password; every other session ends. Invalid says what is wrong."""
    staff = _staff(session, actor.id)
    if not _verified(hasher, staff.password, current):
        raise Invalid("今のパスワードが違います。")
    if current == new:
        raise Invalid("今と違うパスワードにしてください。")
    problem = password_problem(new, email=staff.email)
    if problem:
        raise Invalid(problem)
    _set_password(staff, new, hasher=hasher, must_change=False)
    _audit(session, at, actor, "staff.password_changed", staff)
    return staff


def sign_in(
    session: Session, *, email: str, password: str, source: Origin, at: datetime, hasher: PasswordHasher = HASHER
) -> SignIn:
    """Check an attempt and count it. Five failures in a row close the account for fifteen minutes.

    Of an account with a second factor nothing is settled yet: `second_factor.finish` does that.
    """
    if attempts.too_many_from(session, source, at=at):
        return SignIn(None, _LOCKED)
    staff = session.scalar(select(Staff).where(Staff.email == email.strip().lower()))
    if staff is None:
        _verified(hasher, _decoy(hasher), password)  # as slow as for a known address, and locked as it would be
        if attempts.too_many_for(session, source, at=at):
            return SignIn(None, _LOCKED)
        attempts.note(session, source, at=at)
        return SignIn(None, _WRONG)
    if is_locked(staff, at=at):
        return SignIn(None, _LOCKED)
    if not _verified(hasher, staff.password, password) or not staff.active:
        failed(session, staff, source=source, at=at)
        return SignIn(None, _WRONG)
    if staff.password and hasher.check_needs_rehash(staff.password):
        staff.password = hasher.hash(password)
    if staff.totp_secret is not None:
        return SignIn(staff, code_needed=True)
    succeeded(session, staff, at=at)
    return SignIn(staff)


def is_locked(staff: Staff, *, at: datetime) -> bool:
    """Whether the account is closed for a while after wrong passwords or codes."""
    return staff.locked_until is not None and staff.locked_until > at


def failed(session: Session, staff: Staff, *, source: Origin, at: datetime) -> None:
    """Count a wrong password or code."""
    staff.failed_logins += 1
    staff.locked_until = locked_until(staff.failed_logins, now=at)
    attempts.note(session, source, at=at)
    audit.record(
        session,
        at=at,
        staff_id=staff.id,
        action="staff.login_failed",
        subject_type="staff",
        subject_id=staff.id,
        detail={"locked": staff.locked_until is not None},
    )


def succeeded(session: Session, staff: Staff, *, at: datetime) -> None:
    """The person has shown all that was asked for."""
    staff.failed_logins = 0
    staff.locked_until = None
    staff.last_login_at = at
    _audit(session, at, actor_of(staff), "staff.login", staff)


def sign_out(session: Session, *, actor: Actor, session_key: str, at: datetime) -> None:
    """End one session: a copy of its cookie is worth nothing afterwards; the account's others go on."""
    session.execute(delete(EndedSession).where(EndedSession.forget_at < at))
    session.add(EndedSession(key=session_key, forget_at=at + LONGEST_SESSION))
    _audit(session, at, actor, "staff.logout", _staff(session, actor.id))


def sign_out_everywhere(session: Session, *, actor: Actor, at: datetime) -> None:
    """End every session of the account, on whatever machine it is."""
    staff = _staff(session, actor.id)
    staff.fs_uniquifier = new_session_key()
    _audit(session, at, actor, "staff.logout_everywhere", staff)


@cache
def _decoy(hasher: PasswordHasher) -> str:
    return hasher.hash(one_time_password())


def _verified(hasher: PasswordHasher, stored: str | None, password: str) -> bool:
    try:
        return hasher.verify(stored or "", password)
    except (VerificationError, InvalidHashError):
        return False


def _set_password(staff: Staff, password: str, *, hasher: PasswordHasher, must_change: bool) -> None:
    staff.password = hasher.hash(password)
    staff.must_change_password = must_change
    staff.fs_uniquifier = new_session_key()
    staff.failed_logins = 0
    staff.locked_until = None


def _staff(session: Session, staff_id: int) -> Staff:
    staff = session.get(Staff, staff_id)
    if staff is None:
        raise NotFound("職員が見つかりません。")
    return staff


def _needs(actor: Actor | None, permission: Permission) -> None:
    if actor is not None and not actor.may(permission):
        raise NotAllowed("この操作をする権限がありません。")


def _checked_email(session: Session, email: str, *, staff_id: int | None) -> str:
    address = email.strip().lower()
    if "@" not in address or len(address) > 254 or any(sign.isspace() for sign in address):
        raise Invalid("メールアドレスを正しく入力してください。")
    taken = session.scalar(select(Staff.id).where(Staff.email == address))
    if taken is not None and taken != staff_id:
        raise Invalid("このメールアドレスはすでに使われています。")
    return address


def _checked_name(name: str) -> str:
    if not name.strip():
        raise Invalid("氏名を入力してください。")
    return name.strip()[:64]


def _check_department(session: Session, role: Role, department_id: int | None) -> None:
    if department_id is None:
        if role in _DEPARTMENT_ROLES:
            raise Invalid("この役割には所属の部署が必要です。")
    elif session.get(Department, department_id) is None:
        raise Invalid("部署が見つかりません。")


def _check_other_administrator(session: Session, staff_id: int) -> None:
    others = session.scalar(
        select(func.count())
        .select_from(Staff)
        .where(Staff.role == Role.ADMINISTRATOR, Staff.active, Staff.id != staff_id)
    )
    if not others:
        raise Invalid("システム管理者が一人もいなくなるため、変更できません。")


def _audit(session: Session, at: datetime, actor: Actor | None, action: str, staff: Staff, **detail: object) -> None:
    audit.record(
        session,
        at=at,
        staff_id=actor.id if actor else None,
        action=action,
        subject_type="staff",
        subject_id=staff.id,
        detail=detail,
    )
