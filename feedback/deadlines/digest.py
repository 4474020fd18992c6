"""The morning summary of a department: once a business day for each reader, whatever runs twice."""

from datetime import date, datetime, time

from sqlalchemy import and_, func, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from feedback.business_days import add_business_days, previous_business_day
from feedback.clock import TOKYO, tokyo_date
from feedback.deadlines.rules import Deadlines
from feedback.deadlines.service import load
from feedback.departments.models import Department
from feedback.notices import service as notices
from feedback.notices.models import Notice
from feedback.notices.rules import NoticeKind
from feedback.notices.texts import Figures, digest
from feedback.opinions.models import OPEN_SQL, Matter
from feedback.opinions.rules import MatterStatus
from feedback.staff.rules import Role

_READERS = [Role.STAFF, Role.APPROVER, Role.DESK]


def figures_of(session: Session, *, today: date, deadlines: Deadlines) -> dict[int, Figures]:
    """What every department has before it; new is what reached it since the morning of the last business day."""
    since = datetime.combine(
        previous_business_day(today, deadlines.calendar), time(deadlines.discipline.notice_hour), TOKYO
    )
    near = add_business_days(today, deadlines.discipline.soon_days, deadlines.calendar)
    rows = session.execute(
        select(
            Matter.department_id,
            func.count().filter(Matter.routed_at >= since),
            func.count().filter(and_(Matter.due_on >= today, Matter.due_on <= near)),
            func.count().filter(Matter.due_on < today),
            func.count().filter(Matter.bounces > 0),
            func.count().filter(Matter.status == MatterStatus.APPROVING),
        )
        .where(sql(OPEN_SQL))
        .group_by(Matter.department_id)
    )
    return {department_id: Figures(*counts) for department_id, *counts in rows}


def write_digests(session: Session, *, now: datetime) -> int:
    """Write today's summaries that are not written yet. Returns how many readers and rooms get one."""
    today, deadlines = tokyo_date(now), load(session)
    figures = figures_of(session, today=today, deadlines=deadlines)
    written = 0
    for department in session.scalars(select(Department).where(Department.active).order_by(Department.id)):
        counted = figures.get(department.id)
        if counted is not None and counted.any():
            written += _write(session, department, counted, today=today, now=now)
    session.flush()
    return written


def _write(session: Session, department: Department, figures: Figures, *, today: date, now: datetime) -> int:
    key = f"digest:{today.isoformat()}:{department.id}"
    if session.scalar(select(Notice.id).where(Notice.unique_key.startswith(f"{key}:", autoescape=True)).limit(1)):
        return 0
    words = digest(department.name, today, figures)
    readers = notices.people_of(session, department.id, _READERS)
    told = notices.tell_staff(session, readers, kind=NoticeKind.DIGEST, words=words, now=now, unique_key=key)
    return told + notices.tell_rooms(
        session, department.id, kind=NoticeKind.DIGEST, words=words, now=now, unique_key=key
    )
