"""Cross tables by e-mail: figures and a link, to each reader what they may see. Nothing a citizen wrote."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.business_days import Calendar, is_business_day
from feedback.clock import era_date, tokyo_date
from feedback.deadlines.service import calendar as load_calendar
from feedback.notices import service as notices
from feedback.notices.models import Notice
from feedback.notices.rules import NoticeKind
from feedback.notices.texts import STAFF_URL, Words
from feedback.staff.models import Staff
from feedback.staff.rules import Actor, Permission
from feedback.staff.service import actor_of
from feedback.statistics.cross_tables import EVERY_NAMES, Wish, read_wish
from feedback.statistics.crossing import DIMENSION_NAMES, Grid, cross
from feedback.statistics.models import CrossTable, CrossTableReader

NOBODYS = -1
"""No department: somebody of a department's role without one sees nothing."""
_SHOWN = 30


def is_due(every: str, today: date, calendar: Calendar) -> bool:
    """Whether a table is sent on this day: the first of the week or month on which the city hall is open."""
    begun = today - timedelta(days=today.weekday()) if every == "weekly" else today.replace(day=1)
    earlier = (begun + timedelta(days=n) for n in range((today - begun).days))
    return is_business_day(today, calendar) and not any(is_business_day(one, calendar) for one in earlier)


def as_seen_by(wish: Wish, actor: Actor) -> Wish:
    """The wish as far as the actor may see its figures."""
    if actor.sees_all:
        return wish
    return replace(wish, wanted=replace(wish.wanted, department_id=actor.department_id or NOBODYS))


def write_due(session: Session, *, now: datetime) -> int:
    """Write today's e-mails that are not written yet. Returns how many."""
    today = tokyo_date(now)
    due = [every for every in EVERY_NAMES if is_due(every, today, load_calendar(session))]
    if not due:
        return 0
    written = 0
    readers = session.execute(
        select(CrossTable, Staff)
        .join(CrossTableReader, CrossTableReader.table_id == CrossTable.id)
        .join(Staff, Staff.id == CrossTableReader.staff_id)
        .where(CrossTableReader.every.in_(due), Staff.active)
        .order_by(CrossTable.id, Staff.id)
    )
    for table, staff in readers:
        actor = actor_of(staff)
        key = f"table:{table.id}:{today.isoformat()}"
        told = session.scalar(select(Notice.id).where(Notice.unique_key == f"{key}:{staff.id}"))
        mine = table.staff_id == staff.id or table.shared
        if told is None and mine and actor.may(Permission.VIEW_DASHBOARD):
            wish = as_seen_by(read_wish(table.query, today=today), actor)
            grid = cross(session, wish.wanted, wish.rows, wish.columns, published=wish.published)
            words = _words(table, wish, grid)
            written += notices.tell_staff(
                session, [staff.id], kind=NoticeKind.TABLE, words=words, now=now, unique_key=key
            )
    session.flush()
    return written


def _words(table: CrossTable, wish: Wish, grid: Grid) -> Words:
    period = f"{era_date(wish.wanted.first)}から{era_date(wish.wanted.last)}まで"
    total = grid.total
    lines = [f"{table.name}", f"{period}に受け付けた意見", "", f"合計：{_figure(total.count, total.before)}", ""]
    lines.append(f"{DIMENSION_NAMES[wish.rows]}ごとの件数")
    for (_, name), cells in list(zip(grid.rows, grid.cells, strict=False))[:_SHOWN]:
        lines.append(f"・{name}：{_figure(cells[-1].count, cells[-1].before)}")
    if len(grid.rows) > _SHOWN:
        lines.append(f"ほか{len(grid.rows) - _SHOWN}行は、画面でご覧ください。")
    address = f"{STAFF_URL}/cross-tables?{urlencode(dict(table.query))}"
    return Words(f"集計表「{table.name}」", "\n".join([*lines, "", "表を開く：", address, ""]))


def _figure(count: int | None, before: int | None) -> str:
    now = "x" if count is None else f"{count:,}件"
    return now if before is None else f"{now}（前年同期 {before:,}件）"
