"""Opinions that staff write down: from the telephone, letters, the counter, meetings, mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.deadlines import service as deadlines
from feedback.errors import Invalid, NotAllowed
from feedback.opinions import intake, search
from feedback.opinions.intake import IntakeRules, NewPart, Sender
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import Channel, Kind, MatterStatus, PartKind, receipt_number
from feedback.ports import Reading
from feedback.routing import service as routing
from feedback.staff.rules import Actor, Permission

LONGEST = 20_000
_COMPARED = 16
_FIRST_YEAR = 1926
_RECENT = timedelta(days=90)
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """What a member of staff wrote down. Area and kind are None where they leave it to the reading."""

    channel: Channel
    text: str
    received_at: datetime
    area_key: str | None
    kind: Kind | None
    sender: Sender


@dataclass(frozen=True, slots=True)
class Similar:
    """A matter that begins alike: perhaps the same opinion once more."""

    matter_id: int
    receipt: str
    received_at: datetime
    status: MatterStatus
    channel: Channel


def enter(session: Session, entry: Entry, *, actor: Actor, at: datetime, reading: Reading | None) -> Submission:
    """Record an opinion for a citizen who does not use LINE. Flushed. Invalid says what is missing."""
    if not actor.may(Permission.ENTER_OPINIONS):
        raise NotAllowed("意見を登録する権限がありません。")
    text = entry.text.strip()
    if not text:
        raise Invalid("内容を入力してください。")
    if len(text) > LONGEST:
        raise Invalid(f"内容は{LONGEST:,}文字までにしてください。")
    if entry.received_at.year < _FIRST_YEAR:
        raise Invalid("受付日時の年を確かめてください。")
    if entry.received_at > at:
        raise Invalid("受付日時が未来になっています。")
    submission = intake.receive(
        session,
        channel=entry.channel,
        parts=[NewPart(kind=PartKind.TEXT, text=text, sent_at=entry.received_at)],
        received_at=entry.received_at,
        rules=IntakeRules(router=routing.load_router(session), deadlines=deadlines.load(session)),
        reading=reading,
        sender=entry.sender,
        kind=entry.kind,
        area_key=entry.area_key,
        staff_id=actor.id,
    )
    session.flush()
    audit.record(
        session,
        at=at,
        staff_id=actor.id,
        action="opinion.entered",
        subject_type="submission",
        subject_id=submission.id,
        detail={"channel": entry.channel},
    )
    return submission


def similar(session: Session, text: str, *, actor: Actor, now: datetime) -> Sequence[Similar]:
    """Matters of the last months that contain the beginning of a text, as far as the actor may see them."""
    beginning = search.fold(text)[:_COMPARED]
    if len(beginning) < _COMPARED // 2:
        return []
    query = (
        select(Matter.id, Matter.submission_id, Submission.received_at, Matter.status, Matter.channel)
        .join(Matter.submission)
        .where(Matter.received_at >= now - _RECENT, search.matches(session, beginning))
        .order_by(Matter.received_at.desc())
        .limit(_SHOWN)
    )
    if not actor.sees_all:
        query = query.where(Matter.department_id == actor.department_id)
    return [
        Similar(
            matter_id, receipt_number(submission_id, received_at), received_at, MatterStatus(status), Channel(channel)
        )
        for matter_id, submission_id, received_at, status, channel in session.execute(query)
    ]
