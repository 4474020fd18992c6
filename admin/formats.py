"""How values are shown: Japanese dates, names of states, hashed addresses of assets."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, url_for

from feedback.answers.group_rules import OBSTACLE_WORDS
from feedback.answers.rules import (
    ANSWER_STATE_NAMES,
    APPROVAL_ACTION_NAMES,
    METHOD_NAMES,
    STEP_STATE_NAMES,
    Method,
)
from feedback.business_days import Calendar, business_days_between
from feedback.clock import TOKYO, era_date
from feedback.deadlines.rules import left_in_words
from feedback.letters.rules import LETTER_STATE_NAMES
from feedback.mails.rules import MAIL_STATE_NAMES
from feedback.opinions.rules import (
    AGE_BANDS,
    CHANNEL_NAMES,
    KIND_NAMES,
    OUTCOME_NAMES,
    SAFETY_NAMES,
    STATUS_NAMES,
)
from feedback.outbox.models import OutboundState
from feedback.staff.rules import ROLE_NAMES, Permission

DELIVERY_NAMES = {
    OutboundState.PENDING: "送信待ち",
    OutboundState.SENDING: "送信中",
    OutboundState.SENT: "送信済",
    OutboundState.UNKNOWN: "届いたか確認できません",
    OutboundState.FAILED: "送信できませんでした",
    OutboundState.CANCELLED: "送信を取りやめました",
}
TO_DO_NAMES = {
    Method.LINE: "LINEで送る",
    Method.LETTER: "手紙で発送する",
    Method.EMAIL: "電子メールで送る",
    Method.IN_PERSON: "電話・窓口で伝える",
}
_SOON = 2
_WEEKDAYS = "月火水木金土日"
_STATIC = Path(__file__).parent / "static"


def jdate(value: datetime | date | None) -> str:
    """令和8年11月22日（日）; a dash for nothing."""
    if value is None:
        return "―"
    day = _day(value)
    return f"{era_date(day)}（{_WEEKDAYS[day.weekday()]}）"


def jdatetime(value: datetime | None) -> str:
    """令和8年11月22日（日）13:05; a dash for nothing."""
    return "―" if value is None else f"{jdate(value)}{value.astimezone(TOKYO):%H:%M}"


def short_date(value: datetime | date | None) -> str:
    """11/22（日）, for dense lists; a dash for nothing."""
    if value is None:
        return "―"
    day = _day(value)
    return f"{day.month}/{day.day}（{_WEEKDAYS[day.weekday()]}）"


def short_datetime(value: datetime | None) -> str:
    """2026/11/22 13:05; a dash for nothing."""
    return "―" if value is None else f"{value.astimezone(TOKYO):%Y/%m/%d %H:%M}"


def iso(value: datetime | date | None) -> str:
    """For ``<time datetime>``: the moment in Japan."""
    if isinstance(value, datetime):
        return value.astimezone(TOKYO).isoformat(timespec="minutes")
    return value.isoformat() if value else ""


@dataclass(frozen=True, slots=True)
class Due:
    """How a due date stands: in words, and whether it is "overdue", "soon" or "ahead"."""

    text: str
    state: str


def due(due_on: date | None, today: date, calendar: Calendar) -> Due | None:
    """Business days until a due date, or since; None without one."""
    if due_on is None:
        return None
    words = left_in_words(due_on, today, calendar)
    if due_on < today:
        return Due(words, "overdue")
    return Due(words, "soon" if business_days_between(today, due_on, calendar) <= _SOON else "ahead")


def number(value: float) -> str:
    """12,345"""
    return f"{value:,}"


def change(value: int) -> str:
    """A difference as cities print it: △ for a decrease."""
    return f"△{-value:,}" if value < 0 else f"{value:,}"


def percent(value: float) -> str:
    """0.1234 → 12.3%"""
    return f"{value * 100:.1f}%"


def _day(value: datetime | date) -> date:
    return value.astimezone(TOKYO).date() if isinstance(value, datetime) else value


def _named(names: dict[Any, str]) -> Callable[[Any], str]:
    def show(value: Any) -> str:
        return "―" if value is None else names.get(value, str(value))

    return show


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """Address of a static file that changes with its content."""
    return url_for("static", filename=name, v=_fingerprint(name))


def install(app: Flask) -> None:
    """Give every template the filters and names."""
    app.jinja_env.filters.update(
        jdate=jdate,
        jdatetime=jdatetime,
        short_date=short_date,
        short_datetime=short_datetime,
        iso=iso,
        number=number,
        percent=percent,
        change=change,
        channel_name=_named(CHANNEL_NAMES),
        kind_name=_named(KIND_NAMES),
        status_name=_named(STATUS_NAMES),
        outcome_name=_named(OUTCOME_NAMES),
        safety_name=_named(SAFETY_NAMES),
        role_name=_named(ROLE_NAMES),
        age_name=_named(AGE_BANDS),
        answer_state_name=_named(ANSWER_STATE_NAMES),
        obstacle_words=_named(OBSTACLE_WORDS),
        to_do_name=_named(TO_DO_NAMES),
        delivery_name=_named(DELIVERY_NAMES),
        letter_state_name=_named(LETTER_STATE_NAMES),
        mail_state_name=_named(MAIL_STATE_NAMES),
        method_name=_named(METHOD_NAMES),
        step_state_name=_named(STEP_STATE_NAMES),
        approval_action_name=_named(APPROVAL_ACTION_NAMES),
    )
    app.jinja_env.globals.update(asset=asset, Permission=Permission)
