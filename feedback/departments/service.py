"""Changes departments: add, edit, order, make the listening desk, retire."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.departments.models import Department
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.staff.rules import Actor, Permission

_CODE = re.compile(r"[a-z][a-z0-9_]{1,31}")


def save(
    session: Session,
    *,
    department_id: int | None,
    code: str,
    name: str,
    bureau: str,
    email: str,
    phone: str,
    is_desk: bool,
    active: bool,
    actor: Actor,
    at: datetime,
) -> Department:
    """Add a department (``department_id`` None) or change one. Exactly one active department is the desk.

    Invalid: the code is taken or badly formed, or the city would be left without a desk.
    """
    _needs(actor)
    department = _department(session, department_id) if department_id else _new(session)
    _check(session, department, code=code, name=name)
    if department.is_desk and not (is_desk and active):
        raise Invalid("広聴の窓口となる課がなくなります。先に、ほかの課を窓口にしてください。")
    if is_desk and not active:
        raise Invalid("使わない課を広聴の窓口にはできません。")
    if is_desk and not department.is_desk:
        for other in session.scalars(select(Department).where(Department.is_desk)):
            other.is_desk = False
    department.code, department.name, department.bureau = code, name.strip(), bureau.strip()
    department.email, department.phone = email.strip(), phone.strip()
    department.is_desk, department.active = is_desk, active
    session.add(department)
    session.flush()
    _audit(session, "department.saved", department.id, actor, at, code=code, active=active, is_desk=is_desk)
    return department


def reorder(session: Session, *, ids: Sequence[int], actor: Actor, at: datetime) -> None:
    """Put the departments into this order; those not named keep their place behind."""
    _needs(actor)
    places = {department_id: place for place, department_id in enumerate(ids)}
    for department in session.scalars(select(Department)):
        department.position = places.get(department.id, len(places) + department.position)
    _audit(session, "departments.ordered", "all", actor, at)


def _new(session: Session) -> Department:
    last = session.scalar(select(func.max(Department.position)))
    return Department(position=(last or 0) + 1, is_desk=False, active=True)


def _check(session: Session, department: Department, *, code: str, name: str) -> None:
    if not _CODE.fullmatch(code):
        raise Invalid("コードは、英小文字で始まる半角の英小文字・数字・_ の2～32文字にしてください。")
    if not name.strip():
        raise Invalid("課の名前を入力してください。")
    with session.no_autoflush:
        taken = session.scalar(select(Department.id).where(Department.code == code))
    if taken is not None and taken != department.id:
        raise Invalid(f"コード「{code}」は、ほかの課が使っています。")


def _department(session: Session, department_id: int) -> Department:
    found = session.get(Department, department_id)
    if found is None:
        raise NotFound("部署が見つかりません。")
    return found


def _needs(actor: Actor) -> None:
    if not actor.may(Permission.MANAGE_MASTER):
        raise NotAllowed("この操作をする権限がありません。")


def _audit(session: Session, action: str, subject: int | str, actor: Actor, at: datetime, **detail: object) -> None:
    audit.record(
        session,
        at=at,
        staff_id=actor.id,
        action=action,
        subject_type="department",
        subject_id=subject,
        detail=detail,
    )
