"""Lists of matters whose notes call on somebody."""

from sqlalchemy import ColumnElement, select

from feedback.notes.models import Mention
from feedback.opinions.models import Matter, Note
from feedback.staff.rules import Actor


def calls(actor: Actor) -> ColumnElement[bool]:
    """Condition on `Matter`: a note mentions the actor, who has not said yet that they read it."""
    return Matter.id.in_(
        select(Note.matter_id)
        .join(Mention, Mention.note_id == Note.id)
        .where(Mention.staff_id == actor.id, Mention.seen_at.is_(None))
    )
