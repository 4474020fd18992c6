"""Tells the listening desk of a matter that nobody wants: from now on the desk decides."""

from datetime import datetime

from sqlalchemy.orm import Session

from feedback.departments.models import Department
from feedback.notices import service as notices
from feedback.notices.rules import NoticeKind
from feedback.notices.texts import MatterLine, about_matters
from feedback.opinions.models import Matter
from feedback.routing.models import Area
from feedback.staff.rules import Role


def tell_desk(session: Session, matter: Matter, *, desk_id: int, now: datetime) -> None:
    """Write the notices to the desk, in the transaction in which the matter came back (its submission is loaded)."""
    with session.no_autoflush:
        area = session.get(Area, matter.area_key) if matter.area_key else None
        desk = session.get_one(Department, desk_id)
        line = MatterLine(
            matter.id,
            matter.submission.receipt_number,
            area.short_name if area else "分野未定",
            desk.name,
            f"　差し戻し{matter.bounces}回",
        )
        words = about_matters(NoticeKind.RETURNED, [line])
        readers = notices.people_of(session, desk_id, [Role.DESK])
        notices.tell_staff(session, readers, kind=NoticeKind.RETURNED, words=words, now=now)
        notices.tell_rooms(session, desk_id, kind=NoticeKind.RETURNED, words=words, now=now)
