"""Asks departments what became of 反映予定 whose month is over: once for a matter and a planned month."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.clock import tokyo_date
from feedback.deadlines.models import Reminder
from feedback.deadlines.reminding import AT_ONCE, WORKERS
from feedback.notices import service as notices
from feedback.notices.rules import NoticeKind
from feedback.notices.texts import MatterLine, about_matters
from feedback.opinions.outcomes import open_plans

_LEVEL = "result"


def collect(session: Session, *, now: datetime) -> int:
    """Tell of plans that are due and were not told of yet, `AT_ONCE` at most. Returns how many."""
    plans = open_plans(session, until=_last_month_over(tokyo_date(now)))
    told = {
        (matter_id, month)
        for matter_id, month in session.execute(
            select(Reminder.matter_id, Reminder.due_on).where(Reminder.level == _LEVEL)
        )
    }
    new = [one for one in plans if (one.matter_id, one.month) not in told][:AT_ONCE]
    session.add_all(Reminder(matter_id=one.matter_id, level=_LEVEL, due_on=one.month, at=now) for one in new)
    session.flush()
    lines: dict[int, list[MatterLine]] = defaultdict(list)
    for one in new:
        planned = f"反映予定 {one.month.year}年{one.month.month}月"
        lines[one.department_id].append(MatterLine(one.matter_id, one.receipt, planned, one.department, ""))
    for department_id, about in lines.items():
        words = about_matters(NoticeKind.RESULT, about)
        readers = notices.people_of(session, department_id, WORKERS)
        notices.tell_staff(session, readers, kind=NoticeKind.RESULT, words=words, now=now)
        notices.tell_rooms(session, department_id, kind=NoticeKind.RESULT, words=words, now=now)
    return len(new)


def _last_month_over(today: date) -> date:
    """The first day of the month before this one."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
