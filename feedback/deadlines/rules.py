"""Pure decisions about deadlines: which standard holds, when an answer is due, who is reminded when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from feedback.business_days import (
    NATIONAL,
    Calendar,
    add_business_days,
    business_days_between,
    is_business_day,
    subtract_business_days,
)

DEFAULT_DAYS = 10
"""The service standard of a city that has set none."""
MOST_DAYS = 90


@dataclass(frozen=True, slots=True)
class Discipline:
    """What the city has decided about reminders and re-routing; days are business days.

    ``soon_days``: how long before its end a deadline is near. ``approver_after``, ``desk_after``: how late a matter is
    when the department's approver and then the listening desk are told. ``notice_hour``: from when in the day notices
    go out. ``least_after_reroute``: what a department that receives a matter from another still has, as far as
    ``most_extension`` beyond the original deadline allows. ``bounces_before_desk``: after so many
    「当課ではない」 the next one leads to the desk, and what the desk then decides stands.
    """

    soon_days: int = 3
    approver_after: int = 2
    desk_after: int = 5
    notice_hour: int = 8
    least_after_reroute: int = 3
    most_extension: int = 5
    bounces_before_desk: int = 2


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Everything that decides by when a matter is to be answered. ``standards``: business days by (area, kind)."""

    standards: Mapping[tuple[str | None, str | None], int] = field(default_factory=dict)
    calendar: Calendar = NATIONAL
    discipline: Discipline = field(default_factory=Discipline)

    def days(self, area_key: str | None, kind: str | None) -> int:
        """The standard: of area and kind, else of the area, else of the kind, else of the city."""
        for key in ((area_key, kind), (area_key, None), (None, kind)):
            if key in self.standards and key != (None, None):
                return self.standards[key]
        return self.standards.get((None, None), DEFAULT_DAYS)

    def due_on(self, received: date, area_key: str | None, kind: str | None) -> date:
        """When a matter received on a day is to be answered."""
        return add_business_days(received, self.days(area_key, kind), self.calendar)

    def revised(
        self,
        present: date | None,
        *,
        received: date,
        routed: date,
        today: date,
        area_key: str | None,
        kind: str | None,
    ) -> date:
        """When a matter is due after its area, kind or department changed.

        The clock runs on from receipt. A department that got the matter on a later day has at least
        ``least_after_reroute`` days, but all re-routing together extends by no more than ``most_extension``. A shorter
        standard leaves as many days from today, unless the present deadline comes before.
        """
        least = self.discipline.least_after_reroute
        due = base = self.due_on(received, area_key, kind)
        if routed > received:
            latest = add_business_days(base, self.discipline.most_extension, self.calendar)
            due = max(base, min(add_business_days(routed, least, self.calendar), latest))
        if present is not None and due < present:
            due = max(due, min(present, add_business_days(today, least, self.calendar)))
        return due


class Level(StrEnum):
    """How far a deadline has come; each is told once."""

    SOON = "soon"
    TODAY = "today"
    OVERDUE = "overdue"
    APPROVER = "approver"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Span:
    """Due dates from ``first`` (None: any) to ``last``, both included."""

    first: date | None
    last: date

    def holds(self, due_on: date) -> bool:
        """Whether a due date lies within."""
        return due_on <= self.last and (self.first is None or due_on >= self.first)


def spans(today: date, deadlines: Deadlines) -> dict[Level, Span]:
    """Which due dates have reached which level on a day. Overdue ones stay so, and escalate on top."""
    rules, calendar = deadlines.discipline, deadlines.calendar
    yesterday = _previous(today)
    escalated = {
        Level.APPROVER: subtract_business_days(today, rules.approver_after, calendar),
        Level.DESK: subtract_business_days(today, rules.desk_after, calendar),
    }
    return {
        Level.SOON: Span(_next(today), add_business_days(today, rules.soon_days, calendar)),
        Level.TODAY: Span(today, today),
        Level.OVERDUE: Span(None, yesterday),
        **{level: Span(None, min(last, yesterday)) for level, last in escalated.items()},
    }


def reached(due_on: date, today: date, deadlines: Deadlines) -> frozenset[Level]:
    """The levels a due date has reached on a day."""
    return frozenset(level for level, span in spans(today, deadlines).items() if span.holds(due_on))


def is_open_for_notices(today: date, hour: int, deadlines: Deadlines) -> bool:
    """Whether notices go out now: on business days, from the hour the city has set until the evening."""
    return is_business_day(today, deadlines.calendar) and deadlines.discipline.notice_hour <= hour < _EVENING


def left_in_words(due_on: date, today: date, calendar: Calendar) -> str:
    """How a due date stands: あと3営業日, 本日まで, 2営業日超過."""
    if due_on == today:
        return "本日まで"
    if due_on > today:
        return f"あと{business_days_between(today, due_on, calendar)}営業日"
    late = business_days_between(due_on, today, calendar)
    return f"{late}営業日超過" if late else "期限超過"  # a weekend has no business day yet


_EVENING = 20


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _previous(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
