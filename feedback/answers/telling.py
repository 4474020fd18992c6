"""Notices on the way of an answer: asked to approve, given back, decided. Nothing of the answer stands in them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.answers.models import Answer, Deputy
from feedback.clock import tokyo_date
from feedback.notices.rules import NoticeKind
from feedback.opinions.telling import tell

_PAGE = "/answer"


def asked(session: Session, answer: Answer, reviewer_id: int, *, last: bool, but: int, now: datetime) -> None:
    """Somebody's word is waited for: they and who stands in for them today are told, except who caused it."""
    day = tokyo_date(now)
    deputies = session.scalars(
        select(Deputy.deputy_id).where(Deputy.absent_id == reviewer_id, Deputy.from_on <= day, Deputy.to_on >= day)
    )
    people = {reviewer_id, *deputies} - {but}
    state = "　決裁" if last else "　確認"
    tell(session, answer.matter, people, kind=NoticeKind.ASKED, now=now, state=state, page=_PAGE)


def given_back(session: Session, answer: Answer, people: set[int], *, but: int, now: datetime) -> None:
    """The draft came back to who wrote it, or to an earlier reviewer."""
    tell(session, answer.matter, people - {but}, kind=NoticeKind.GIVEN_BACK, now=now, page=_PAGE)


def decided(session: Session, answer: Answer, people: set[int], *, but: int, now: datetime) -> None:
    """Who wrote the draft hears that it was decided, and whether something is left to do."""
    state = "　発送してください" if answer.sent_at is None else ""
    tell(session, answer.matter, people - {but}, kind=NoticeKind.DECIDED, now=now, state=state, page=_PAGE)
