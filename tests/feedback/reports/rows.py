"""Raw rows for reports: submissions and matters by the handful, written past intake, which would take minutes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select

from feedback.clock import TOKYO
from feedback.db import Database
from feedback.departments.models import Department
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import Channel, MatterStatus, Source


def moment(day: date, hour: int = 10) -> datetime:
    """A moment of a day in Japan."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=TOKYO)


class Rows:
    """Collects submissions with their matters, and writes them in one go."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._submissions: list[dict[str, Any]] = []
        self._matters: list[dict[str, Any]] = []
        with database.read() as session:
            self.departments = dict(iter(session.execute(select(Department.code, Department.id))))
            self._next = (session.scalar(select(func.max(Submission.id))) or 0) + 1

    def add(
        self,
        day: date,
        *,
        times: int = 1,
        channel: Channel = Channel.LINE,
        matters: Sequence[dict[str, Any]] = ({},),
        **submission: Any,
    ) -> None:
        """So many submissions of a day, each with these matters; what a matter does not say is usual."""
        for _ in range(times):
            at = moment(day)
            self._submissions.append(
                {
                    "id": self._next,
                    "channel": channel,
                    "received_at": at,
                    "last_part_at": at,
                    "age_band": None,
                    "district": None,
                    "sender_name": None,
                    "wants_reply": True,
                }
                | submission
            )
            for number, one in enumerate(matters, start=1):
                self._matters.append(self._matter(at, channel, number) | one)
            self._next += 1

    def _matter(self, at: datetime, channel: Channel, number: int) -> dict[str, Any]:
        return {
            "submission_id": self._next,
            "number": number,
            "text": "街路灯が切れています。",
            "channel": channel,
            "area_key": "roads",
            "area_source": Source.MODEL,
            "kind": "request",
            "urgent": False,
            "department_id": self.departments["roads"],
            "status": MatterStatus.CLOSED,
            "outcome": None,
            "outcome_reason": None,
            "planned_month": None,
            "reflected_on": None,
            "due_on": None,
            "received_at": at,
            "answered_at": None,
            "bounces": 0,
            "version": 1,
        }

    def write(self) -> None:
        """Write them all."""
        with self._database.write() as session:
            if self._submissions:
                session.execute(insert(Submission), self._submissions)
            if self._matters:
                session.execute(insert(Matter), self._matters)
        self._submissions, self._matters = [], []


def answered(days: int, day: date) -> dict[str, Any]:
    """A matter answered so many calendar days after a day."""
    return {"status": MatterStatus.ANSWERED, "answered_at": moment(day) + timedelta(days=days)}
