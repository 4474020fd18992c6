"""Reminders and escalation: each matter is told of once at every level of a due date, however often this runs."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from feedback.clock import tokyo_date
from feedback.deadlines.models import Reminder
from feedback.deadlines.rules import Level, left_in_words, spans
from feedback.deadlines.service import load
from feedback.departments.models import Department
from feedback.notices import service as notices
from feedback.notices.rules import NoticeKind
from feedback.notices.texts import MatterLine, about_matters
from feedback.opinions.models import OPEN_SQL, Matter
from feedback.opinions.rules import receipt_number
from feedback.routing.models import Area
from feedback.routing.service import desk_id
from feedback.staff.models import Staff
from feedback.staff.rules import PERMISSIONS, Permission, Role

AT_ONCE = 200
WORKERS = [
    role
    for role, granted in PERMISSIONS.items()
    if Permission.WORK_MATTERS in granted and role is not Role.ADMINISTRATOR
]


@dataclass(frozen=True, slots=True)
class _Late:
    """A matter that reached a level: whose it is, and how it is told."""

    department_id: int
    assignee_id: int | None
    line: MatterLine


def remind(session: Session, *, level: Level, now: datetime) -> int:
    """Tell of matters that reached a level and were not told of at it yet, `AT_ONCE` at most.

    The reminders and the notices are one transaction: killed in between, neither is there. Two workers at once: the
    unique key lets one through, and the other's transaction fails and is done again.
    """
    rows = _due(session, level, now=now)
    session.add_all(Reminder(matter_id=matter_id, level=level, due_on=due_on, at=now) for matter_id, due_on, _ in rows)
    session.flush()
    late, kind = [one for _, _, one in rows], NoticeKind(level)
    for readers, lines in _by_readers(session, level, late).items():
        notices.tell_staff(session, readers, kind=kind, words=about_matters(kind, lines), now=now)
    _tell_rooms(session, level, late, now=now)
    return len(rows)


def _due(session: Session, level: Level, *, now: datetime) -> list[tuple[int, date, _Late]]:
    deadlines, today = load(session), tokyo_date(now)
    span = spans(today, deadlines)[level]
    told = select(Reminder.id).where(
        Reminder.matter_id == Matter.id, Reminder.level == level, Reminder.due_on == Matter.due_on
    )
    query = (
        select(Matter, Area.short_name, Department.name)
        .join(Department, Department.id == Matter.department_id)
        .outerjoin(Area, Area.key == Matter.area_key)
        .where(sql(f"matters.{OPEN_SQL}"), Matter.due_on <= span.last, ~told.exists())
        .order_by(Matter.due_on, Matter.id)
        .limit(AT_ONCE)
    )
    if span.first is not None:
        query = query.where(Matter.due_on >= span.first)
    found = []
    for matter, area, department in session.execute(query):
        due_on = cast("date", matter.due_on)  # it is compared above
        left = left_in_words(due_on, today, deadlines.calendar)
        receipt = receipt_number(matter.submission_id, matter.received_at)
        state = f"　期限 {due_on.month}/{due_on.day}（{left}）"
        line = MatterLine(matter.id, receipt, area or "分野未定", department, state)
        found.append((matter.id, due_on, _Late(matter.department_id, matter.assignee_id, line)))
    return found


def _by_readers(session: Session, level: Level, late: Collection[_Late]) -> dict[frozenset[int], list[MatterLine]]:
    """Who is told of which matters: one notice for all of them, not one each."""
    lines: dict[frozenset[int], list[MatterLine]] = defaultdict(list)
    known: dict[tuple[int, int | None], frozenset[int]] = {}
    desk = desk_id(session) if late else 0
    for one in late:
        whose = (one.department_id, one.assignee_id)
        if whose not in known:
            known[whose] = frozenset(_readers(session, level, *whose, desk=desk))
        lines[known[whose]].append(one.line)
    return lines


def _readers(
    session: Session, level: Level, department_id: int, assignee_id: int | None, *, desk: int
) -> Collection[int]:
    if level is Level.DESK:
        return notices.people_of(session, desk, [Role.DESK])
    if level is Level.APPROVER:
        return notices.people_of(session, department_id, [Role.APPROVER]) or notices.people_of(
            session, desk, [Role.DESK]
        )
    assignee = session.get(Staff, assignee_id) if assignee_id is not None else None
    if assignee is not None and assignee.active and assignee.department_id == department_id:
        return [assignee.id]
    return notices.people_of(session, department_id, WORKERS)


def _tell_rooms(session: Session, level: Level, late: Collection[_Late], *, now: datetime) -> None:
    lines: dict[int, list[MatterLine]] = defaultdict(list)
    for one in late:
        lines[desk_id(session) if level is Level.DESK else one.department_id].append(one.line)
    kind = NoticeKind(level)
    for department_id, about in lines.items():
        notices.tell_rooms(session, department_id, kind=kind, words=about_matters(kind, about), now=now)
