"""What somebody passed on a short while ago and can still take back: kept in their session, shown above the inbox."""

from flask import session

from admin.context import actor, db, now
from feedback.opinions.declining import Declined, declined

_KEY = "declined"
_MOST = 5


def remember_declined(matter_id: int) -> None:
    """Offer a matter for being taken back."""
    session[_KEY] = [*(one for one in session.get(_KEY, []) if one != matter_id), matter_id][-_MOST:]


def still_declined() -> list[Declined]:
    """What can still be taken back; the rest is forgotten. Whoever sees all undoes on the matter's own page."""
    remembered = [] if actor().sees_all else session.get(_KEY, [])
    found = [one for matter_id in remembered if (one := declined(db(), matter_id, actor=actor(), at=now()))]
    if len(found) < len(remembered):
        session[_KEY] = [one.matter_id for one in found]
    return found
