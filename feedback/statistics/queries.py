"""What every figure is counted over: a period of days in Japan, and perhaps a department."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, String, cast, func, literal_column
from sqlalchemy.orm import Session

from feedback.clock import TOKYO
from feedback.opinions.models import Matter

SMALL_BASE = 30
"""Below this many answers a median is only a reference value."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which matters are counted: received from ``first`` to ``last`` (days in Japan), of a department or of all."""

    first: date
    last: date
    department_id: int | None = None

    @property
    def start(self) -> datetime:
        """First moment counted."""
        return datetime.combine(self.first, time(), TOKYO).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """First moment no longer counted."""
        return datetime.combine(self.last + timedelta(days=1), time(), TOKYO).astimezone(UTC)

    def conditions(self) -> list[ColumnElement[bool]]:
        """The scope as conditions on `Matter`."""
        found: list[ColumnElement[bool]] = [Matter.received_at >= self.start, Matter.received_at < self.end]
        if self.department_id is not None:
            found.append(Matter.department_id == self.department_id)
        return found


def day_of(session: Session, column: Any) -> ColumnElement[Any]:
    """The day in Japan of a moment, as the database has days; read it with `as_day`."""
    if session.get_bind().dialect.name == "sqlite":
        return func.date(cast(column, String), literal_column("'+9 hours'"))
    return cast(func.timezone("Asia/Tokyo", column), Date)


def as_day(value: date | str) -> date:
    """A day that the database gave."""
    return date.fromisoformat(value) if isinstance(value, str) else value
