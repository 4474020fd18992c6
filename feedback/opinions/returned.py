"""Tells the listening desk of a matter that nobody wants: from now on the desk decides."""

from datetime import datetime

from sqlalchemy.orm import Session

from feedback.notices import service as notices
from feedback.notices.rules import NoticeKind
from feedback.opinions.models import Matter
from feedback.opinions.telling import words_about
from feedback.staff.rules import Role


def tell_desk(session: Session, matter: Matter, *, desk_id: int, now: datetime) -> None:
    """Write the notices to the desk, in the transaction in which the matter came back."""
    words = words_about(session, matter, NoticeKind.RETURNED, state=f"　差し戻し{matter.bounces}回")
    with session.no_autoflush:
        readers = notices.people_of(session, desk_id, [Role.DESK])
        notices.tell_staff(session, readers, kind=NoticeKind.RETURNED, words=words, now=now)
        notices.tell_rooms(session, desk_id, kind=NoticeKind.RETURNED, words=words, now=now)
