"""Loads what decides deadlines, and changes it as the city's staff do."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import CompoundSelect, Date, String, case, cast, delete, literal, null, select, union_all
from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.business_days import Calendar
from feedback.deadlines.closing_days import LONGEST_NAME, NewDay
from feedback.deadlines.models import CityDay, DeadlineRules, ServiceStandard
from feedback.deadlines.rules import MOST_DAYS, Deadlines, Discipline
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.opinions.rules import Kind
from feedback.routing.models import Area
from feedback.staff.rules import Actor, Permission

_KEY = "deadlines"
_LIMITS = {
    "soon_days": (1, 20, "「期限が近い」とする日数"),
    "approver_after": (1, 60, "決裁者へ知らせるまでの日数"),
    "desk_after": (1, 60, "広聴担当へ知らせるまでの日数"),
    "notice_hour": (0, 18, "知らせる時刻"),
    "least_after_reroute": (0, 20, "振り分け直したあとに残す日数"),
    "most_extension": (0, 40, "延長の上限"),
    "bounces_before_desk": (1, 10, "広聴担当が決めるまでの差し戻し回数"),
}


def load(session: Session) -> Deadlines:
    """The city's calendar, standards and discipline; read once in a transaction, and anew after a change in it."""
    found: Deadlines | None = session.info.get(_KEY)
    if found is None:
        with session.no_autoflush:  # what is under way is written, and checked, by whoever changes it
            found = session.info[_KEY] = _read(session)
    return found


def forget_loaded(session: Session) -> None:
    """Whoever changed standards, days or rules: what comes next in this transaction reads them anew."""
    session.info.pop(_KEY, None)


def calendar(session: Session) -> Calendar:
    """The city's own days."""
    return load(session).calendar


def install_default(session: Session, *, business_days: int) -> None:
    """Give a city without a standard of its own its first one."""
    if not session.scalar(select(ServiceStandard.id).limit(1)):
        session.add(ServiceStandard(business_days=business_days))
        forget_loaded(session)


def save_standard(
    session: Session, *, area_key: str | None, kind: str | None, business_days: int, actor: Actor, at: datetime
) -> None:
    """Set the standard of an area, a kind, both, or of everything else. Matters keep the deadlines they have."""
    _needs(actor)
    if not 1 <= business_days <= MOST_DAYS:
        raise Invalid(f"日数は1～{MOST_DAYS}営業日にしてください。")
    if area_key is not None and session.get(Area, area_key) is None:
        raise Invalid("分野を選び直してください。")
    if kind is not None and kind not in list(Kind):
        raise Invalid("種別を選び直してください。")
    found = _standard(session, area_key, kind)
    if found is None:
        session.add(ServiceStandard(area_key=area_key, kind=kind, business_days=business_days))
    else:
        found.business_days = business_days
    _changed(session, "standard.saved", actor, at, area=area_key, kind=kind, business_days=business_days)


def delete_standard(session: Session, *, standard_id: int, actor: Actor, at: datetime) -> None:
    """Take a standard away; the next more general one holds then. Invalid for the city's own, the last resort."""
    _needs(actor)
    found = session.get(ServiceStandard, standard_id)
    if found is None:
        raise NotFound("回答期限のめやすが見つかりません。")
    if found.area_key is None and found.kind is None:
        raise Invalid("全体のめやすは削除できません。日数を変更してください。")
    session.delete(found)
    _changed(session, "standard.deleted", actor, at, area=found.area_key, kind=found.kind)


def save_discipline(session: Session, wanted: Discipline, *, actor: Actor, at: datetime) -> None:
    """Set when reminders go out, and how re-routing moves deadlines."""
    _needs(actor)
    values = asdict(wanted)
    for name, (least, most, words) in _LIMITS.items():
        if not least <= values[name] <= most:
            raise Invalid(f"{words}は{least}～{most}にしてください。")
    if wanted.desk_after < wanted.approver_after:
        raise Invalid("広聴担当へ知らせるのは、決裁者へ知らせるのと同じ日か、そのあとにしてください。")
    row = session.get(DeadlineRules, 1)
    if row is None:
        session.add(DeadlineRules(id=1, **values))
    else:
        for name, value in values.items():
            setattr(row, name, value)
    _changed(session, "deadline_rules.saved", actor, at, **values)


def save_days(session: Session, days: Sequence[NewDay], *, actor: Actor, at: datetime) -> None:
    """Add days of the city's own; a day that is there already is replaced. Matters keep the deadlines they have."""
    _needs(actor)
    if any(len(one.name) > LONGEST_NAME for one in days):
        raise Invalid(f"名前は{LONGEST_NAME}文字までにしてください。")
    for one in days:
        session.merge(CityDay(day=one.day, is_open=one.is_open, name=one.name))
    _changed(session, "city_days.saved", actor, at, days=[one.day.isoformat() for one in days])


def delete_day(session: Session, day: date, *, actor: Actor, at: datetime) -> None:
    """Let a day be what it is in the whole country again."""
    _needs(actor)
    gone = session.execute(delete(CityDay).where(CityDay.day == day).returning(CityDay.day)).all()
    if not gone:
        raise NotFound("この日は登録されていません。")
    _changed(session, "city_day.deleted", actor, at, day=day.isoformat())


def _everything() -> CompoundSelect[Any]:
    """Standards, days and rules in one statement, since every page of a matter needs all of them."""
    no_text, no_day = cast(null(), String), cast(null(), Date)
    own = ServiceStandard
    standards = select(literal("standard"), own.area_key, own.kind, own.business_days, no_day)
    days = select(literal("day"), no_text, no_text, case((CityDay.is_open, 1), else_=0), CityDay.day)
    rules = [
        select(literal("rule"), literal(one.name), no_text, getattr(DeadlineRules, one.name), no_day)
        for one in fields(Discipline)
    ]
    return union_all(standards, days, *rules)


def _read(session: Session) -> Deadlines:
    rows = session.execute(_everything()).all()
    own = {day: is_open for what, _, _, is_open, day in rows if what == "day"}
    return Deadlines(
        standards={(area_key, kind): days for what, area_key, kind, days, _ in rows if what == "standard"},
        calendar=Calendar(
            closed=frozenset(day for day, is_open in own.items() if not is_open),
            opened=frozenset(day for day, is_open in own.items() if is_open),
        ),
        discipline=Discipline(**{name: value for what, name, _, value, _ in rows if what == "rule"}),
    )


def _standard(session: Session, area_key: str | None, kind: str | None) -> ServiceStandard | None:
    return session.scalar(
        select(ServiceStandard).where(
            ServiceStandard.area_key.is_not_distinct_from(area_key), ServiceStandard.kind.is_not_distinct_from(kind)
        )
    )


def _changed(session: Session, action: str, actor: Actor, at: datetime, **detail: object) -> None:
    forget_loaded(session)
    audit.record(
        session,
        at=at,
        staff_id=actor.id,
        action=action,
        subject_type="deadlines",
        subject_id="all",
        detail=detail,
    )
    session.flush()


def _needs(actor: Actor) -> None:
    if not actor.may(Permission.MANAGE_MASTER):
        raise NotAllowed("この操作をする権限がありません。")
