"""Opinions whose words change, are withdrawn or go leave their theme in the same transaction."""

from sqlalchemy import delete, event
from sqlalchemy.orm import Session, UOWTransaction

from feedback.opinions.models import Matter
from feedback.opinions.rewording import with_other_words
from feedback.themes.models import ThemeMember


@event.listens_for(Session, "after_flush")
def _words_changed(session: Session, _context: UOWTransaction) -> None:
    _leave(session, with_other_words(session))


@event.listens_for(Session, "before_flush")
def _matter_goes(session: Session, _context: UOWTransaction, _instances: object) -> None:
    _leave(session, [one.id for one in session.deleted if isinstance(one, Matter)])


def _leave(session: Session, ids: list[int]) -> None:
    if ids:
        session.execute(delete(ThemeMember).where(ThemeMember.matter_id.in_(ids)))
