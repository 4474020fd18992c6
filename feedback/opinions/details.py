"""Reads of one matter: everything its page shows, in a fixed small number of queries."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from feedback import masking
from feedback.citizens.models import Citizen
from feedback.departments.models import Department
from feedback.errors import NotFound
from feedback.notes.reading import NoteView, notes_of
from feedback.opinions.models import Attachment, HistoryEntry, Matter, MatterReading, Part, Submission
from feedback.opinions.queries import personal_data_of
from feedback.opinions.rules import Channel, Kind, MatterStatus, Outcome, PartKind, Source, receipt_number
from feedback.opinions.undoing import undoable
from feedback.outbox.models import OutboundMessage, OutboundState
from feedback.ports import AreaScore, PersonalDataSpan
from feedback.routing.models import Area
from feedback.staff.models import Staff
from feedback.staff.rules import Actor, Permission
from feedback.taxonomy.mapping import area_mapping, scores_now

_OTHERS = 10
_EXCERPT = 80


@dataclass(frozen=True, slots=True)
class FileView:
    """The file behind a part."""

    id: int
    state: str
    content_type: str | None
    size: int | None
    file_name: str | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class PartView:
    """One message as it came; ``erased`` when the citizen took it back."""

    id: int
    kind: PartKind
    text: str | None
    latitude: float | None
    longitude: float | None
    place_title: str | None
    place_address: str | None
    sent_at: datetime
    erased: bool
    file: FileView | None


@dataclass(frozen=True, slots=True)
class ReadingView:
    """The newest reading of the matter by a model."""

    model_version: str
    area: str | None
    areas: tuple[AreaScore, ...]
    kind: str | None
    urgency: str
    safety: str | None
    language: str | None
    evidence: tuple[str, ...]
    personal_data: tuple[PersonalDataSpan, ...]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the history, with who took it and whether it can be taken back."""

    id: int
    at: datetime
    source: Source
    staff: str | None
    action: str
    before: str | None
    after: str | None
    reason: str | None
    undoable: bool


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """What became of a message to the citizen."""

    purpose: str
    state: OutboundState
    via: str | None
    created_at: datetime
    settled_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RelatedView:
    """Another matter, of the same submission or of the same citizen. Personal data is masked in ``excerpt``."""

    id: int
    receipt: str
    number: int
    version: int
    excerpt: str
    area: str | None
    department: str
    status: MatterStatus
    received_at: datetime


@dataclass(frozen=True, slots=True)
class SenderView:
    """What is known of who sent the submission."""

    name: str | None
    contact: str | None
    age_band: str | None
    district: str | None
    language: str | None
    wants_reply: bool
    reachable: bool | None


@dataclass(frozen=True, slots=True)
class MatterView:
    """A matter with all that belongs to it."""

    id: int
    receipt: str
    number: int
    version: int
    text: str
    channel: Channel
    area: str | None
    area_name: str | None
    area_source: Source
    kind: Kind | None
    urgent: bool
    safety: str | None
    department_id: int
    department: str
    assignee_id: int | None
    assignee: str | None
    status: MatterStatus
    outcome: Outcome | None
    outcome_reason: str | None
    planned_month: date | None
    reflected_on: date | None
    due_on: date | None
    received_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    bounces: int
    erased: bool
    sender: SenderView
    parts: list[PartView]
    reading: ReadingView | None
    history: list[StepView]
    notes: list[NoteView]
    deliveries: list[DeliveryView]
    siblings: list[RelatedView]
    others: list[RelatedView]


def matter_view(
    session: Session, matter_id: int, *, actor: Actor, active_areas: frozenset[str] | None = None
) -> MatterView:
    """Everything about a matter. NotFound also when it is another department's.

    ``active_areas``: the areas in use, where the caller knows them already.
    """
    matter = session.scalar(
        select(Matter)
        .where(Matter.id == matter_id)
        .options(
            joinedload(Matter.submission).joinedload(Submission.citizen),
            joinedload(Matter.department),
            joinedload(Matter.area).lazyload(Area.department),
            joinedload(Matter.assignee).lazyload(Staff.department),
        )
    )
    if matter is None or not actor.sees(matter.department_id):
        raise NotFound("案件が見つかりません。")
    submission = matter.submission
    return MatterView(
        id=matter.id,
        receipt=submission.receipt_number,
        number=matter.number,
        version=matter.version,
        text=matter.text,
        channel=matter.channel,
        area=matter.area_key,
        area_name=matter.area.name if matter.area else None,
        area_source=matter.area_source,
        kind=matter.kind,
        urgent=matter.urgent,
        safety=matter.safety,
        department_id=matter.department_id,
        department=matter.department.name,
        assignee_id=matter.assignee_id,
        assignee=matter.assignee.name if matter.assignee else None,
        status=matter.status,
        outcome=matter.outcome,
        outcome_reason=matter.outcome_reason,
        planned_month=matter.planned_month,
        reflected_on=matter.reflected_on,
        due_on=matter.due_on,
        received_at=matter.received_at,
        answered_at=matter.answered_at,
        closed_at=matter.closed_at,
        bounces=matter.bounces,
        erased=submission.erased_at is not None,
        sender=_sender(submission, submission.citizen),
        parts=_parts(session, submission.id),
        reading=_reading(session, matter_id, active_areas),
        history=_history(session, matter_id),
        notes=notes_of(session, matter_id),
        deliveries=_deliveries(session, matter_id),
        siblings=_related(session, Matter.submission_id == submission.id, but=matter_id, actor=actor),
        others=_others(session, submission, actor=actor),
    )


def require_visible(session: Session, matter_id: int, *, actor: Actor) -> None:
    """NotFound when there is no such matter, or it is another department's."""
    department_id = session.scalar(select(Matter.department_id).where(Matter.id == matter_id))
    if department_id is None or not actor.sees(department_id):
        raise NotFound("案件が見つかりません。")


def file_of(session: Session, matter_id: int, file_id: int, *, actor: Actor) -> tuple[FileView, str]:
    """A stored file of a matter and its storage key. NotFound unless the actor may see the matter."""
    found = session.execute(
        select(Attachment, Matter.department_id)
        .join(Part, Part.id == Attachment.part_id)
        .join(Matter, Matter.submission_id == Part.submission_id)
        .where(Matter.id == matter_id, Attachment.id == file_id, Part.erased_at.is_(None))
    ).first()
    if found is None or not actor.sees(found.department_id) or found[0].storage_key is None:
        raise NotFound("ファイルが見つかりません。")
    return _file(found[0]), found[0].storage_key


def _sender(submission: Submission, citizen: Citizen | None) -> SenderView:
    return SenderView(
        name=submission.sender_name,
        contact=submission.sender_contact,
        age_band=submission.age_band,
        district=submission.district,
        language=submission.language,
        wants_reply=submission.wants_reply,
        reachable=citizen.reachable if citizen else None,
    )


def _file(one: Attachment) -> FileView:
    return FileView(one.id, one.state, one.content_type, one.size, one.file_name, one.problem)


def _parts(session: Session, submission_id: int) -> list[PartView]:
    rows = session.execute(
        select(Part, Attachment)
        .outerjoin(Attachment, Attachment.part_id == Part.id)
        .where(Part.submission_id == submission_id)
        .order_by(Part.sent_at, Part.id)
    )
    return [
        PartView(
            id=part.id,
            kind=part.kind,
            text=part.text,
            latitude=part.latitude,
            longitude=part.longitude,
            place_title=part.place_title,
            place_address=part.place_address,
            sent_at=part.sent_at,
            erased=part.erased_at is not None,
            file=_file(attachment) if attachment is not None else None,
        )
        for part, attachment in rows
    ]


def _reading(session: Session, matter_id: int, active: frozenset[str] | None) -> ReadingView | None:
    newest = session.scalar(
        select(MatterReading).where(MatterReading.matter_id == matter_id).order_by(MatterReading.id.desc()).limit(1)
    )
    if newest is None:
        return None
    mapping = area_mapping(session)
    return ReadingView(
        model_version=newest.model_version,
        area=mapping.now(newest.area_key),
        areas=scores_now(session, mapping, newest.areas, active=active),
        kind=newest.kind,
        urgency=newest.urgency,
        safety=newest.safety,
        language=newest.language,
        evidence=tuple(newest.evidence),
        personal_data=tuple(masking.spans_from(newest.personal_data)),
        read_at=newest.read_at,
    )


def _history(session: Session, matter_id: int) -> list[StepView]:
    rows = session.execute(
        select(HistoryEntry, Staff.name)
        .outerjoin(Staff, Staff.id == HistoryEntry.staff_id)
        .where(HistoryEntry.matter_id == matter_id)
        .order_by(HistoryEntry.id)
    )
    found = list(rows)
    can_undo = undoable([entry for entry, _ in found])
    return [
        StepView(
            id=entry.id,
            at=entry.at,
            source=entry.source,
            staff=name,
            action=entry.action,
            before=entry.before,
            after=entry.after,
            reason=entry.reason,
            undoable=entry.id in can_undo,
        )
        for entry, name in found
    ]


def _deliveries(session: Session, matter_id: int) -> list[DeliveryView]:
    rows = session.scalars(
        select(OutboundMessage).where(OutboundMessage.matter_id == matter_id).order_by(OutboundMessage.id)
    )
    return [DeliveryView(one.purpose, one.state, one.via, one.created_at, one.settled_at, one.reason) for one in rows]


def _others(session: Session, submission: Submission, *, actor: Actor) -> list[RelatedView]:
    if submission.citizen_id is None or not actor.may(Permission.VIEW_CITIZEN_LINKS):
        return []
    others = select(Submission.id).where(Submission.citizen_id == submission.citizen_id, Submission.id != submission.id)
    return _related(session, Matter.submission_id.in_(others), but=None, actor=actor)


def _related(session: Session, condition: object, *, but: int | None, actor: Actor) -> list[RelatedView]:
    query = (
        select(
            Matter.id,
            Matter.submission_id,
            Matter.number,
            Matter.version,
            func.substr(Matter.text, 1, _EXCERPT).label("excerpt"),
            Area.short_name.label("area"),
            Department.name.label("department"),
            Matter.status,
            Matter.received_at,
        )
        .join(Department, Department.id == Matter.department_id)
        .outerjoin(Area, Area.key == Matter.area_key)
        .where(condition)  # type: ignore[arg-type]  # any condition on the row
        .order_by(Matter.received_at.desc(), Matter.number)
        .limit(_OTHERS)
    )
    if but is not None:
        query = query.where(Matter.id != but)
    if not actor.sees_all:
        query = query.where(Matter.department_id == actor.department_id)
    rows = session.execute(query).all()
    personal = personal_data_of(session, [row.id for row in rows]) if rows else {}
    return [
        RelatedView(
            id=row.id,
            receipt=receipt_number(row.submission_id, row.received_at),
            number=row.number,
            version=row.version,
            excerpt=masking.mask(row.excerpt, personal.get(row.id, ())),
            area=row.area,
            department=row.department,
            status=row.status,
            received_at=row.received_at,
        )
        for row in rows
    ]
