"""From a receipt number to its matter."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.opinions.models import Matter
from feedback.opinions.queries import visible_to
from feedback.opinions.rules import submission_id_of
from feedback.staff.rules import Actor


def matter_of_receipt(session: Session, words: str, *, actor: Actor) -> int | None:
    """The matter whose receipt number the words are, if the actor sees exactly one of that number."""
    submission_id = submission_id_of(words)
    if submission_id is None:
        return None
    found = select(Matter.id).where(Matter.submission_id == submission_id, visible_to(actor)).limit(2)
    ids = session.scalars(found).all()
    return ids[0] if len(ids) == 1 else None
