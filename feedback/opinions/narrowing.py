"""What narrows a list beside the inbox's own filters: by outcome, by whom it is from, by how long an answer took."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session, aliased

from feedback.clock import tokyo_date
from feedback.deadlines.reckoning import business_days_of
from feedback.opinions.models import OPEN_SQL, Matter, Submission
from feedback.opinions.rules import Outcome

UNKNOWN = "none"
"""Asks for those of which it is not known."""
_SENDER = aliased(Submission)
"""An alias, since lists join submissions for themselves."""
_open = cast("ColumnElement[bool]", sql(f"matters.{OPEN_SQL}"))


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is left empty does not narrow.

    ``overdue``: open, and due before this day. ``answered_in``: business days from receipt to answer, from and to
    (None: or more).
    """

    outcome: Outcome | None = None
    no_outcome: bool = False
    no_kind: bool = False
    district: str = ""
    age: str = ""
    overdue: date | None = None
    answered_in: tuple[int, int | None] | None = None

    def conditions(self, session: Session) -> Iterator[ColumnElement[bool]]:
        """As conditions on `Matter`."""
        if self.outcome is not None:
            yield Matter.outcome == self.outcome
        if self.no_outcome:
            yield Matter.outcome.is_(None)
        if self.no_kind:
            yield Matter.kind.is_(None)
        for column, wanted in ((_SENDER.district, self.district), (_SENDER.age_band, self.age)):
            if wanted:
                of_sender = column.is_(None) if wanted == UNKNOWN else column == wanted
                yield exists().where(_SENDER.id == Matter.submission_id, of_sender)
        if self.overdue is not None:
            yield and_(_open, Matter.due_on < self.overdue)
        if self.answered_in is not None:
            yield from _answered_in(session, *self.answered_in)


def _answered_in(session: Session, least: int, most: int | None) -> Iterator[ColumnElement[bool]]:
    yield Matter.answered_at.is_not(None)
    first, last = session.execute(select(func.min(Matter.received_at), func.max(Matter.answered_at))).one()
    if first is None or last is None:
        return
    days = business_days_of(
        session, Matter.received_at, Matter.answered_at, first=tokyo_date(first), last=tokyo_date(last)
    )
    if least:
        yield days >= least
    if most is not None:
        yield days <= most


EVERYTHING = Narrowing()
"""Narrows nothing."""
