"""Saved cross tables: what one asks for, keeping, sharing, removing, getting it by e-mail.

Raises NotFound, NotAllowed or Invalid, each fit to show.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.clock import fiscal_year
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.staff.rules import Actor, Permission
from feedback.statistics.crossing import Dimension, Show
from feedback.statistics.filters import FigureFilter, read
from feedback.statistics.models import CrossTable, CrossTableReader

E = TypeVar("E", bound=StrEnum)
LONGEST_NAME, MOST_TABLES = 60, 50
PERIOD_NAMES = {"year": "今年度", "last_year": "前年度", "month": "先月", "": "期間を指定"}
EVERY_NAMES = {"weekly": "毎週（週の初めの開庁日）", "monthly": "毎月（月の初めの開庁日）"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a cross table shows, as its address says it. ``period`` other than "" moves on with the calendar."""

    rows: Dimension
    columns: Dimension
    show: Show
    published: bool
    period: str
    wanted: FigureFilter

    def address(self) -> dict[str, str]:
        """Arguments of an address; `read_wish` makes the same wish of them on the same day."""
        found = {"rows": str(self.rows), "columns": str(self.columns), "show": str(self.show)}
        days = {} if self.period else {"from": self.wanted.first.isoformat(), "to": self.wanted.last.isoformat()}
        return (
            found
            | ({"published": "1"} if self.published else {})
            | ({"period": self.period} if self.period else days)
            | self.wanted.narrowed
        )


def read_wish(arguments: Mapping[str, str], *, today: date) -> Wish:
    """The wish in an address; what means nothing is left out, and rows and columns are never the same."""
    rows = _member(Dimension, arguments.get("rows"), Dimension.AREA)
    columns = _member(Dimension, arguments.get("columns"), Dimension.MONTH)
    if rows is columns:
        columns = Dimension.KIND if rows is Dimension.MONTH else Dimension.MONTH
    fixed = bool(arguments.get("from") or arguments.get("to"))
    period = arguments.get("period", "" if fixed else "year")
    period = period if period in PERIOD_NAMES else "year"
    first, last = period_of(period or "year", today)
    given = {key: value for key, value in arguments.items() if not period or key not in {"from", "to"}}
    return Wish(
        rows,
        columns,
        _member(Show, arguments.get("show"), Show.COUNT),
        bool(arguments.get("published")),
        period,
        read(given, first=first, last=last),
    )


def _member(kind: type[E], value: str | None, default: E) -> E:
    return kind(value) if value in set(kind) else default


def period_of(name: str, today: date) -> tuple[date, date]:
    """First and last day of a period that moves with the calendar."""
    year = fiscal_year(today)
    if name == "last_year":
        return date(year - 1, 4, 1), date(year, 3, 31)
    if name == "month":
        last = today.replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last
    return date(year, 4, 1), today


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved table as lists show it. ``every``: how often the person gets it by e-mail, None: not."""

    id: int
    name: str
    query: dict[str, str]
    shared: bool
    own: bool
    every: str | None


def listed(session: Session, *, actor: Actor) -> list[Saved]:
    """The person's own tables and the shared ones."""
    every = dict(
        iter(
            session.execute(
                select(CrossTableReader.table_id, CrossTableReader.every).where(CrossTableReader.staff_id == actor.id)
            )
        )
    )
    rows = session.scalars(
        select(CrossTable)
        .where(or_(CrossTable.staff_id == actor.id, CrossTable.shared))
        .order_by(CrossTable.name, CrossTable.id)
    )
    return [
        Saved(one.id, one.name, dict(one.query), one.shared, may_change(one, actor=actor), every.get(one.id))
        for one in rows
    ]


def save(session: Session, wish: Wish, *, name: str, shared: bool, actor: Actor, at: datetime) -> int:
    """Keep a table under a name; only those who see all figures share. Its id."""
    words = " ".join(name.split())
    if not words or len(words) > LONGEST_NAME:
        raise Invalid(f"名前を{LONGEST_NAME}文字以内で入力してください。")
    if shared and not actor.sees_all:
        raise NotAllowed("全員への共有は、全庁の数字を見られる人だけができます。")
    kept = session.scalar(select(func.count()).where(CrossTable.staff_id == actor.id)) or 0
    if kept >= MOST_TABLES:
        raise Invalid(f"保存できるのは{MOST_TABLES}件までです。使わないものを削除してください。")
    table = CrossTable(staff_id=actor.id, name=words, query=wish.address(), shared=shared, created_at=at)
    session.add(table)
    session.flush()
    _record(session, "cross_table.saved", table.id, actor, at)
    return table.id


def remove(session: Session, table_id: int, *, actor: Actor, at: datetime) -> None:
    """Take a table away, with all its e-mails."""
    table = seen(session, table_id, actor=actor)
    if not may_change(table, actor=actor):
        raise NotAllowed("ほかの人が保存した集計表は削除できません。")
    session.execute(delete(CrossTableReader).where(CrossTableReader.table_id == table.id))
    session.delete(table)
    _record(session, "cross_table.removed", table_id, actor, at)


def subscribe(session: Session, table_id: int, *, every: str, actor: Actor, at: datetime) -> None:
    """Have a table sent to the person; ``every`` "" stops it."""
    table = seen(session, table_id, actor=actor)
    if every and every not in EVERY_NAMES:
        raise Invalid("送る間隔を選び直してください。")
    session.execute(
        delete(CrossTableReader).where(CrossTableReader.table_id == table.id, CrossTableReader.staff_id == actor.id)
    )
    if every:
        session.add(CrossTableReader(table_id=table.id, staff_id=actor.id, every=every))
    _record(session, "cross_table.subscribed", table_id, actor, at)


def seen(session: Session, table_id: int, *, actor: Actor) -> CrossTable:
    """The table, if it is the person's own or shared."""
    table = session.get(CrossTable, table_id)
    if table is None or not (table.staff_id == actor.id or table.shared):
        raise NotFound("保存した集計表が見つかりません。")
    return table


def may_change(table: CrossTable, *, actor: Actor) -> bool:
    """Whether a table is the actor's to remove: their own, and for the desk every shared one."""
    return table.staff_id == actor.id or (table.shared and actor.may(Permission.TRIAGE))


def _record(session: Session, action: str, table_id: int, actor: Actor, at: datetime) -> None:
    audit.record(session, at=at, staff_id=actor.id, action=action, subject_type="cross_table", subject_id=table_id)
