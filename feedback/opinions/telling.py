"""Notices about one matter, written in the transaction that causes them. Never the citizen's words, nor staff's."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.departments.models import Department
from feedback.notices import service as notices
from feedback.notices.rules import NoticeKind
from feedback.notices.texts import MatterLine, Words, about_matters
from feedback.opinions.models import Matter
from feedback.opinions.rules import receipt_number
from feedback.routing.models import Area


def words_about(session: Session, matter: Matter, kind: NoticeKind, *, state: str = "", page: str = "") -> Words:
    """What a notice says of a matter: receipt number, area, department. ``page``: which of its pages to open."""
    with session.no_autoflush:
        area = session.scalar(select(Area.short_name).where(Area.key == matter.area_key))
        department = session.scalar(select(Department.name).where(Department.id == matter.department_id))
    receipt = receipt_number(matter.submission_id, matter.received_at)
    line = MatterLine(matter.id, receipt, area or "分野未定", department or "", state, page)
    return about_matters(kind, [line])


def tell(
    session: Session,
    matter: Matter,
    staff_ids: Collection[int],
    *,
    kind: NoticeKind,
    now: datetime,
    state: str = "",
    page: str = "",
) -> None:
    """Tell members of staff about a matter, who may all see it."""
    if staff_ids:
        words = words_about(session, matter, kind, state=state, page=page)
        notices.tell_staff(session, staff_ids, kind=kind, words=words, now=now)
