"""How an opinion comes in: receive a submission, add to it, withdraw it, unsend a message of it.

These run inside the worker's batches, so they neither flush nor query where an object in hand will do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, selectinload

from feedback.citizens.models import Citizen
from feedback.clock import tokyo_date
from feedback.deadlines.rules import Deadlines
from feedback.inbox.models import LineEvent
from feedback.opinions import bulk, due
from feedback.opinions.models import Attachment, HistoryEntry, Label, Matter, MatterReading, Part, Submission
from feedback.opinions.rules import Channel, Kind, MatterStatus, PartKind, Source, matter_text
from feedback.ports import Reading
from feedback.routing.rules import Decision, Router

_UNSTARTED = frozenset({MatterStatus.RECEIVED, MatterStatus.ROUTED})


@dataclass(frozen=True, slots=True)
class NewPart:
    """One message that joins a submission. ``media``: the encrypted LINE message id of a file to fetch."""

    kind: PartKind
    sent_at: datetime
    text: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    place_title: str | None = None
    place_address: str | None = None
    line_message_key: bytes | None = None
    line_event_id: int | None = None
    media: bytes | None = None
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """What is known of the person behind a submission; everything may be empty."""

    citizen: Citizen | None = None
    name: str | None = None
    contact: str | None = None
    age_band: str | None = None
    district: str | None = None
    wants_reply: bool = True


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """What intake needs to know of the city: the routes, and by when it answers."""

    router: Router
    deadlines: Deadlines = field(default_factory=Deadlines)
    area_keys: frozenset[str] = field(default_factory=frozenset)


def receive(
    session: Session,
    *,
    channel: Channel,
    parts: Sequence[NewPart],
    received_at: datetime,
    rules: IntakeRules,
    reading: Reading | None,
    sender: Sender | None = None,
    source_id: str | None = None,
    kind: Kind | None = None,
    area_key: str | None = None,
    staff_id: int | None = None,
    deferred: bool = False,
) -> Submission:
    """Record a new submission with one matter, routed. Flush to learn its receipt number.

    ``deferred`` is the worker's fast way: written by `bulk.flush`, and changed only through `bulk.kept`.
    ``kind`` and ``area_key`` are a clerk's own decision (``staff_id``) and win over the reading.
    """
    sender = sender or Sender()
    text = matter_text([part.text for part in parts])
    judged = _judged(reading, rules, kind=kind) if reading else {"area_key": None, "kind": kind}
    if area_key is not None:
        judged |= {"area_key": area_key, "area_source": Source.STAFF}
    decision = rules.router.route(area_key=judged["area_key"], kind=judged["kind"], text=text, district=sender.district)
    submission_values: dict[str, Any] = {
        "channel": channel,
        "source_id": source_id,
        "received_at": received_at,
        "last_part_at": max(part.sent_at for part in parts),
        "age_band": sender.age_band,
        "district": sender.district,
        "sender_name": sender.name,
        "sender_contact": sender.contact,
        "wants_reply": sender.wants_reply,
        "language": reading.language if reading else None,
    }
    matter_values: dict[str, Any] = {
        "number": 1,
        "text": text,
        "channel": channel,
        "received_at": received_at,
        "due_on": rules.deadlines.due_on(tokyo_date(received_at), judged["area_key"], judged["kind"]),
        "status": _status_after(decision, judged["area_key"]),
        "department_id": decision.department_id,
        "routed_at": received_at,
        "area_source": Source.MODEL,
        "urgent": False,
        **judged,
    }
    if deferred and _may_be_deferred(parts, sender):
        citizen_id = sender.citizen.id if sender.citizen else None
        matter = bulk.unmapped(Matter, **matter_values)
        submission = bulk.unmapped(Submission, **submission_values, citizen_id=citizen_id, matters=[matter])
        bulk.defer(session, submission, matter)
    else:
        submission = Submission(**submission_values, citizen=sender.citizen)
        matter = Matter(**matter_values, submission=submission)
        session.add_all([submission, matter])
    for part in parts:
        _add_new_part(session, submission, part)
    if reading:
        bulk.add(session, MatterReading, matter=matter, **reading_row(reading, received_at))
    _first_steps(session, matter, decision, staff_id=staff_id)
    if staff_id is not None:
        _label(matter, staff_id=staff_id, at=received_at, area=area_key, kind=kind)
    return submission


def _first_steps(session: Session, matter: Matter, decision: Decision, *, staff_id: int | None) -> None:
    received: dict[str, Any] = {"action": "received", "before": None, "after": matter.channel, "reason": None}
    source = Source.STAFF if staff_id else Source.CITIZEN
    at = matter.received_at
    bulk.add(session, HistoryEntry, matter=matter, at=at, source=source, staff_id=staff_id, **received)
    routed = _routed(None, decision)
    bulk.add(session, HistoryEntry, matter=matter, at=at, source=Source.SYSTEM, staff_id=None, **routed)


def _label(matter: Matter, *, staff_id: int, at: datetime, **decided: str | None) -> None:
    for name, value in decided.items():
        if value is not None:
            Label(matter=matter, source=Source.STAFF, field=name, value=value, staff_id=staff_id, at=at)


def _may_be_deferred(parts: Sequence[NewPart], sender: Sender) -> bool:
    """A part with a file and a citizen just met have rows of their own that need the mapper."""
    return all(part.media is None for part in parts) and (sender.citizen is None or sender.citizen.id is not None)


def take_reading(matter: Matter, reading: Reading, *, read_at: datetime, rules: IntakeRules) -> None:
    """Keep a reading and let it decide what nobody has decided: area, kind, urgency, safety."""
    MatterReading(matter=matter, **reading_row(reading, read_at))
    _decide(matter, reading, rules)


def reading_row(reading: Reading, read_at: datetime) -> dict[str, Any]:
    """A reading as the columns of its row."""
    return {
        "model_version": reading.model_version,
        "area_key": reading.area,
        "areas": [[score.key, round(score.score, 4)] for score in reading.areas],
        "also": list(reading.also),
        "kind": reading.kind,
        "urgency": reading.urgency,
        "safety": reading.safety,
        "language": reading.language,
        "evidence": list(reading.evidence),
        "personal_data": [[span.start, span.end, span.type] for span in reading.personal_data],
        "read_at": read_at,
    }


def _decide(matter: Matter, reading: Reading, rules: IntakeRules) -> None:
    judged = _judged(reading, rules, kind=matter.kind, safety=matter.safety, urgent=matter.urgent)
    for name, value in judged.items():
        setattr(matter, name, value)


def _judged(
    reading: Reading, rules: IntakeRules, *, kind: Kind | None, safety: str | None = None, urgent: bool = False
) -> dict[str, Any]:
    """What a reading makes of a matter, by column. What stood there before is kept where the reading says nothing."""
    return {
        "area_key": reading.area if not rules.area_keys or reading.area in rules.area_keys else None,
        "kind": kind or (Kind(reading.kind) if reading.kind else None),
        "safety": reading.safety or safety,
        "urgent": urgent or reading.urgency == "high" or reading.safety is not None,
    }


def move(
    matter: Matter,
    decision: Decision,
    *,
    at: datetime,
    source: Source,
    staff_id: int | None = None,
    reason: str | None = None,
) -> None:
    """Send a matter to a department and write it into the history.

    A matter whose area nobody knows stays "received": it waits for the desk.
    """
    step = _routed(matter.department_id, decision, reason)
    _set_department(matter, decision, at=at, source=source)
    HistoryEntry(matter=matter, at=at, source=source, staff_id=staff_id, **step)


def _set_department(matter: Matter, decision: Decision, *, at: datetime, source: Source) -> None:
    matter.department_id = decision.department_id
    matter.assignee_id = None
    matter.routed_at = at
    if matter.status in _UNSTARTED:
        by_staff = source is Source.STAFF
        matter.status = MatterStatus.ROUTED if by_staff else _status_after(decision, matter.area_key)


def _status_after(decision: Decision, area_key: str | None) -> MatterStatus:
    """A matter that neither an area nor a rule sent anywhere stays with the desk as received."""
    known = area_key is not None or decision.rule is not None
    return MatterStatus.ROUTED if known else MatterStatus.RECEIVED


def _routed(before: int | None, decision: Decision, reason: str | None = None) -> dict[str, Any]:
    return {
        "action": "routed",
        "before": str(before) if before else None,
        "after": str(decision.department_id),
        "reason": reason or decision.rule,
    }


def add_part(
    session: Session,
    submission: Submission,
    *,
    part: NewPart,
    rules: IntakeRules,
    reading: Reading | None,
    at: datetime,
) -> None:
    """Add a message to a submission (its matters loaded); what no person has decided is read and routed again."""
    matter = submission.matters[0]
    late = part.sent_at < submission.last_part_at
    new = _part(part)
    new.submission = submission
    submission.last_part_at = max(submission.last_part_at, part.sent_at)
    HistoryEntry(matter=matter, at=at, source=Source.CITIZEN, action="added", after=part.kind)
    if not part.text:
        return
    matter.text = _text_in_order(session, submission) if late else matter_text([matter.text, part.text])
    if reading and matter.status in _UNSTARTED:
        _read_again(matter, reading, rules=rules, district=submission.district, at=at)


def _read_again(matter: Matter, reading: Reading, *, rules: IntakeRules, district: str | None, at: datetime) -> None:
    decided = matter.area_key if matter.area_source is not Source.MODEL else None
    take_reading(matter, reading, read_at=at, rules=rules)
    if decided is not None:
        matter.area_key = decided
    due.begin(matter, rules.deadlines)
    if decided is not None:
        return
    decision = rules.router.route(area_key=matter.area_key, kind=matter.kind, text=matter.text, district=district)
    if decision.department_id != matter.department_id:
        move(matter, decision, at=at, source=Source.SYSTEM)
    elif matter.area_key is not None:
        matter.status = MatterStatus.ROUTED


def _text_in_order(session: Session, submission: Submission) -> str:
    bulk.flush(session)
    parts = session.scalars(select(Part).where(Part.submission_id == submission.id).order_by(Part.sent_at, Part.id))
    return matter_text([part.text for part in parts])


def choose_area(submission: Submission, *, area_key: str, rules: IntakeRules, at: datetime) -> None:
    """The citizen says which area it is: kept as a label, and routed by it while nobody works on it."""
    matter = submission.matters[0]
    Label(matter=matter, source=Source.CITIZEN, field="area", value=area_key, at=at)
    HistoryEntry(matter=matter, at=at, source=Source.CITIZEN, action="area", before=matter.area_key, after=area_key)
    if matter.status not in _UNSTARTED or matter.area_source is Source.STAFF:
        return
    matter.area_key = area_key
    matter.area_source = Source.CITIZEN
    due.begin(matter, rules.deadlines)
    decision = rules.router.route(area_key=area_key, kind=matter.kind, text=matter.text, district=submission.district)
    move(matter, decision, at=at, source=Source.CITIZEN)


def withdraw(submission: Submission, *, at: datetime, reason: str = "本人の申し出") -> bool:
    """The citizen takes a submission back. False when every matter of it was withdrawn before."""
    changed = False
    for matter in submission.matters:
        if matter.status is MatterStatus.WITHDRAWN:
            continue
        HistoryEntry(
            matter=matter,
            at=at,
            source=Source.CITIZEN,
            action="withdrawn",
            before=matter.status,
            after=MatterStatus.WITHDRAWN,
            reason=reason,
        )
        matter.status = MatterStatus.WITHDRAWN
        matter.closed_at = at
        changed = True
    return changed


def unsend(
    session: Session, *, line_message_key: bytes, at: datetime, read: Callable[[str], Reading] | None = None
) -> bool:
    """Erase one message that a citizen unsent: words, media, what was derived, the stored event.

    A submission with nothing left is withdrawn; only its tombstone is counted. ``read`` reads the words that are
    left, so that personal data in them stays masked; it decides nothing. False: no such message is kept.
    """
    bulk.flush(session)
    part = session.scalar(
        select(Part)
        .where(Part.line_message_key == line_message_key)
        .options(selectinload(Part.attachment), selectinload(Part.submission).selectinload(Submission.matters))
    )
    if part is None:
        return False
    submission = part.submission
    erase_parts(session, [part], at=at)
    rest = session.scalars(
        select(Part)
        .where(Part.submission_id == submission.id, Part.erased_at.is_(None), Part.id != part.id)
        .order_by(Part.sent_at, Part.id)
    ).all()
    erase_derived(session, [matter.id for matter in submission.matters])
    for matter in submission.matters:
        # Which excerpt a split matter took is not known, so the whole remaining text replaces it.
        matter.text = matter_text([one.text for one in rest])
        if read is not None and matter.text:
            MatterReading(matter=matter, **reading_row(read(matter.text), at))
    if not rest:
        withdraw(submission, at=at, reason="送信取消")
        submission.erased_at = at
    return True


def erase_parts(session: Session, parts: Sequence[Part], *, at: datetime) -> None:
    """Forget the content of messages (attachments loaded): their words, places, files and stored events."""
    events = [part.line_event_id for part in parts if part.line_event_id is not None]
    if events:
        session.execute(update(LineEvent).where(LineEvent.id.in_(events)).values(payload=None, held_until=None))
    for part in parts:
        part.text = part.latitude = part.longitude = part.line_message_key = None
        part.place_title = part.place_address = None
        part.erased_at = at
        if part.attachment is not None:
            part.attachment.state = "erased"
            part.attachment.due_at = at
            part.attachment.line_message_id_sealed = part.attachment.file_name = None


def erase_derived(session: Session, matter_ids: Sequence[int]) -> None:
    """Forget what was derived from matters' words: readings and their evidence. Labels stay; they hold no words."""
    session.execute(delete(MatterReading).where(MatterReading.matter_id.in_(matter_ids)))


def _add_new_part(session: Session, submission: Submission, new: NewPart) -> None:
    """A part with a file needs its row's id at once; one without is written in bulk."""
    if new.media is not None:
        _part(new).submission = submission
    else:
        bulk.add(session, Part, submission=submission, **_part_row(new))


def _part_row(new: NewPart) -> dict[str, Any]:
    return {
        "kind": new.kind,
        "text": new.text,
        "latitude": new.latitude,
        "longitude": new.longitude,
        "place_title": new.place_title,
        "place_address": new.place_address,
        "line_message_key": new.line_message_key,
        "line_event_id": new.line_event_id,
        "sent_at": new.sent_at,
    }


def _part(new: NewPart) -> Part:
    part = Part(**_part_row(new))
    if new.media is not None:
        part.attachment = Attachment(
            line_message_id_sealed=new.media, state="pending", file_name=new.file_name, due_at=new.sent_at
        )
    return part
