"""Service standards and the city's own days of the demonstration."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from feedback.deadlines import service
from feedback.deadlines.closing_days import NewDay
from feedback.opinions.rules import Kind
from feedback.staff.rules import Actor

_STANDARDS: tuple[tuple[str | None, Kind | None, int], ...] = (
    (None, None, 10),
    (None, Kind.QUESTION, 7),
    (None, Kind.PROPOSAL, 15),
    ("roads", Kind.REPORT, 8),
)


def set_up_deadlines(session: Session, *, year: int, actor: Actor, at: datetime) -> None:
    """What the desk has decided before the first opinion: standards, closing days of this fiscal year and the last."""
    for area_key, kind, days in _STANDARDS:
        service.save_standard(session, area_key=area_key, kind=kind, business_days=days, actor=actor, at=at)
    own = [
        day
        for one in (year - 1, year)
        for day in (
            NewDay(date(one, 10, 14), False, "市制記念日"),
            NewDay(date(one + 1, 3, 28), True, "年度末の臨時窓口"),
        )
    ]
    service.save_days(session, own, actor=actor, at=at)
