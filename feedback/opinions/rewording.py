"""Which matters got other words in a flush: everything derived from the old ones has to go with them."""

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE

from feedback.opinions.models import Matter
from feedback.opinions.rules import MatterStatus


def with_other_words(session: Session) -> list[int]:
    """Ids of the matters whose words this flush changed, withdrew or gave back."""
    return [one.id for one in session.dirty if isinstance(one, Matter) and _other_words(one)]


def _other_words(matter: Matter) -> bool:
    if get_history(matter, "text", PASSIVE_NO_INITIALIZE).has_changes():
        return True
    status = get_history(matter, "status", PASSIVE_NO_INITIALIZE)
    return status.has_changes() and MatterStatus.WITHDRAWN in {matter.status, *status.deleted}
