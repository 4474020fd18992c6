"""The inbox: lists of matters with filters, tabs with counts, and pages that stay fast however many there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import InstrumentedAttribute, Session

from feedback import masking
from feedback.clock import TOKYO
from feedback.departments.models import Department
from feedback.errors import Invalid
from feedback.likeness import folding
from feedback.notes.calling import calls
from feedback.opinions import search
from feedback.opinions.models import OPEN_SQL, Matter, MatterReading, Part
from feedback.opinions.narrowing import EVERYTHING, Narrowing
from feedback.opinions.rules import Channel, Kind, MatterStatus, PartKind, receipt_number, submission_id_of
from feedback.ports import PersonalDataSpan
from feedback.routing.models import Area
from feedback.staff.models import Staff
from feedback.staff.rules import Actor, Permission
from feedback.taxonomy.mapping import area_mapping, counts_as
from feedback.themes.membership import in_theme

PAGE = 50
COUNT_CAP = 1000
"""Counts stop here; the inbox then says "1,000+"."""
_EXCERPT = 400
_MEDIA = (PartKind.IMAGE, PartKind.VIDEO, PartKind.AUDIO, PartKind.FILE)

open_matters = cast("ColumnElement[bool]", sql(f"matters.{OPEN_SQL}"))
"""Condition: somebody has to work on the matter. As plain text, since SQLite is told "= 1" behind any other kind, and
then ignores the partial indexes."""
_bounced = cast("ColumnElement[bool]", sql("matters.bounces > 0"))


class Tab(StrEnum):
    """A ready-made view of the inbox."""

    MINE = "mine"
    MENTIONED = "mentioned"
    DEPARTMENT = "department"
    UNROUTED = "unrouted"
    BOUNCED = "bounced"
    URGENT = "urgent"
    OVERDUE = "overdue"
    ALL = "all"


class Sort(StrEnum):
    """Order of a list."""

    NEW = "new"
    OLD = "old"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which matters a list shows; what is left empty does not narrow it. Days are days in Japan, both included.

    ``hits``, ``in_area``: words and area, looked up beforehand. ``group``: near-duplicates of one text. ``folded``: of
    near-duplicates a page shows one; counts count them all. ``further``: what figures are narrowed by beside.
    """

    status: MatterStatus | None = None
    open_only: bool = False
    area: str | None = None
    no_area: bool = False
    kind: Kind | None = None
    department_id: int | None = None
    assignee_id: int | None = None
    channel: Channel | None = None
    received_from: date | None = None
    received_to: date | None = None
    urgent: bool = False
    media: bool = False
    words: str = ""
    hits: search.Hits | None = None
    in_area: ColumnElement[bool] | None = field(default=None, compare=False)
    group: int | None = None
    theme: int | None = None
    folded: bool = False
    further: Narrowing = EVERYTHING


@dataclass(frozen=True, slots=True)
class Row:
    """A matter as a list shows it. ``excerpt`` is the beginning of its text, with personal data masked."""

    id: int
    receipt: str
    number: int
    version: int
    excerpt: str
    area: str | None
    kind: Kind | None
    channel: Channel
    department: str
    assignee: str | None
    status: MatterStatus
    urgent: bool
    safety: str | None
    bounces: int
    received_at: datetime
    due_on: date | None
    media: frozenset[PartKind]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, and where the neighbouring pages begin."""

    rows: list[Row]
    next: str | None
    previous: str | None


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Condition: the actor may know of the matter at all."""
    return true() if actor.sees_all else Matter.department_id == actor.department_id


def tabs_of(actor: Actor) -> list[Tab]:
    """The tabs that mean something to an actor, in order."""
    tabs = [Tab.BOUNCED, Tab.URGENT, Tab.OVERDUE, Tab.ALL]
    if actor.may(Permission.TRIAGE):
        tabs.insert(0, Tab.UNROUTED)
    if actor.department_id is not None:
        tabs.insert(0, Tab.DEPARTMENT)
    tabs.insert(0, Tab.MENTIONED)
    if actor.may(Permission.WORK_MATTERS):
        tabs.insert(0, Tab.MINE)
    return tabs


def in_tab(tab: Tab, *, actor: Actor, today: date) -> ColumnElement[bool]:
    """Condition: the matter belongs under a tab."""
    conditions: dict[Tab, ColumnElement[bool]] = {
        Tab.MINE: and_(Matter.assignee_id == actor.id, open_matters),
        Tab.DEPARTMENT: and_(Matter.department_id == actor.department_id, open_matters),
        Tab.MENTIONED: calls(actor),
        Tab.UNROUTED: Matter.status == MatterStatus.RECEIVED,
        Tab.BOUNCED: and_(_bounced, open_matters),
        Tab.URGENT: and_(Matter.urgent.is_(True), open_matters),
        Tab.OVERDUE: and_(Matter.due_on < today, open_matters),
        Tab.ALL: true(),
    }
    return conditions[tab]


def count_tabs(session: Session, *, actor: Actor, today: date) -> dict[Tab, int]:
    """How many matters each tab holds, at most ``COUNT_CAP`` + 1. One statement; "all" is not counted."""
    tabs = [tab for tab in tabs_of(actor) if tab is not Tab.ALL]
    if not tabs:
        return {}
    counts = [
        select(func.count())
        .select_from(_capped(select(Matter.id).where(visible_to(actor), in_tab(tab, actor=actor, today=today))))
        .scalar_subquery()
        for tab in tabs
    ]
    return dict(zip(tabs, session.execute(select(*counts)).one(), strict=True))


def count(session: Session, *, actor: Actor, tab: Tab, wanted: Filter, today: date) -> int:
    """How many matters a list holds, at most ``COUNT_CAP`` + 1."""
    everything = actor.sees_all and tab is Tab.ALL and replace(wanted, words="", hits=None, folded=False) == Filter()
    if everything and wanted.hits is not None and wanted.hits.many:
        return COUNT_CAP + 1
    query = select(Matter.id).where(*_conditions(session, actor=actor, tab=tab, wanted=wanted, today=today))
    return session.scalar(select(func.count()).select_from(_capped(query))) or 0


def listed(session: Session, *, actor: Actor, tab: Tab, wanted: Filter, today: date) -> ColumnElement[bool]:
    """Condition: the matter belongs to a list, on whichever page."""
    return and_(*_conditions(session, actor=actor, tab=tab, wanted=wanted, today=today))


def page(
    session: Session,
    *,
    actor: Actor,
    tab: Tab,
    wanted: Filter,
    sort: Sort,
    today: date,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page:
    """One page of a list by keyset: no page is slower than the first. Invalid: the cursor cannot be read."""
    backwards = cursor is not None and cursor.startswith("p")
    conditions = list(_conditions(session, actor=actor, tab=tab, wanted=wanted, today=today))
    query = _rows_query().where(*conditions)
    if wanted.folded:
        query = folding.folded(query, conditions, newest=sort is Sort.NEW)
    key: InstrumentedAttribute[Any] = Matter.due_on if sort is Sort.DUE else Matter.received_at
    descending = (sort is Sort.NEW) != backwards
    if sort is Sort.DUE:
        query = query.where(Matter.due_on.is_not(None))
    if cursor:
        query = query.where(_beyond(key, _read_cursor(cursor, sort), descending=descending))
    order = (key.desc(), Matter.id.desc()) if descending else (key.asc(), Matter.id.asc())
    found = session.execute(query.order_by(*order).limit(limit + 1)).all()
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found = found[::-1]
    rows = _as_rows(session, found)
    return Page(
        rows,
        next=_cursor("n", rows[-1], sort) if rows and (more or backwards) else None,
        previous=_cursor("p", rows[0], sort) if rows and cursor and (more or not backwards) else None,
    )


def rows_of(session: Session, matter_ids: Sequence[int], *, actor: Actor) -> list[Row]:
    """Rows of these matters, in this order; matters that the actor may not see are left out."""
    query = _rows_query().where(Matter.id.in_(matter_ids), visible_to(actor))
    places = {matter_id: place for place, matter_id in enumerate(matter_ids)}
    return sorted(_as_rows(session, session.execute(query).all()), key=lambda row: places[row.id])


def _as_rows(session: Session, found: Sequence[Any]) -> list[Row]:
    media = _media_of(session, {row.submission_id for row in found})
    personal = personal_data_of(session, [row.id for row in found])
    return [
        Row(
            id=one.id,
            receipt=receipt_number(one.submission_id, one.received_at),
            number=one.number,
            version=one.version,
            excerpt=masking.mask(one.excerpt, personal.get(one.id, ())),
            area=one.area,
            kind=Kind(one.kind) if one.kind else None,
            channel=Channel(one.channel),
            department=one.department,
            assignee=one.assignee,
            status=MatterStatus(one.status),
            urgent=one.urgent,
            safety=one.safety,
            bounces=one.bounces,
            received_at=one.received_at,
            due_on=one.due_on,
            media=media.get(one.submission_id, frozenset()),
        )
        for one in found
    ]


def personal_data_of(session: Session, matter_ids: Sequence[int]) -> dict[int, list[PersonalDataSpan]]:
    """Where the newest reading of each matter saw personal data, as offsets into the matter's text."""
    rows = session.execute(
        select(MatterReading.matter_id, MatterReading.personal_data)
        .where(MatterReading.matter_id.in_(matter_ids))
        .order_by(MatterReading.id)
    )
    return {row.matter_id: masking.spans_from(row.personal_data) for row in rows}


def _rows_query() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Matter.id,
            Matter.submission_id,
            Matter.number,
            Matter.version,
            func.substr(Matter.text, 1, _EXCERPT).label("excerpt"),
            Area.short_name.label("area"),
            Matter.kind,
            Matter.channel,
            Department.name.label("department"),
            Staff.name.label("assignee"),
            Matter.status,
            Matter.urgent,
            Matter.safety,
            Matter.bounces,
            Matter.received_at,
            Matter.due_on,
        )
        .join(Department, Department.id == Matter.department_id)
        .outerjoin(Area, Area.key == Matter.area_key)
        .outerjoin(Staff, Staff.id == Matter.assignee_id)
    )


def _conditions(
    session: Session, *, actor: Actor, tab: Tab, wanted: Filter, today: date
) -> Iterable[ColumnElement[bool]]:
    yield visible_to(actor)
    yield in_tab(tab, actor=actor, today=today)
    equal = (
        (Matter.status, wanted.status),
        (Matter.kind, wanted.kind),
        (Matter.department_id, wanted.department_id),
        (Matter.assignee_id, wanted.assignee_id),
        (Matter.channel, wanted.channel),
    )
    yield from (column == value for column, value in equal if value is not None)
    if wanted.area is not None:
        yield (
            counts_as(area_mapping(session), Matter.area_key, wanted.area) if wanted.in_area is None else wanted.in_area
        )
    flags = (
        (wanted.open_only, open_matters),
        (wanted.no_area, Matter.area_key.is_(None)),
        (wanted.urgent, Matter.urgent.is_(True)),
        (wanted.media, exists().where(Part.submission_id == Matter.submission_id, Part.kind.in_(_MEDIA))),
    )
    yield from (condition for on, condition in flags if on)
    if wanted.received_from is not None:
        yield Matter.received_at >= _midnight(wanted.received_from)
    if wanted.received_to is not None:
        yield Matter.received_at < _midnight(wanted.received_to + timedelta(days=1))
    if wanted.group is not None:
        yield folding.in_group(wanted.group)
    if wanted.theme is not None:
        yield in_theme(wanted.theme, area_mapping(session))
    yield from wanted.further.conditions(session)
    if wanted.words.strip():
        yield _with_words(session, wanted)


def looked_up(session: Session, wanted: Filter) -> Filter:
    """The same filter, its words and its area looked up once for all queries that use it."""
    in_area = _in_area(session, wanted.area) if wanted.area is not None else None
    hits = search.look_up(session, wanted.words) if wanted.words.strip() else None
    return replace(wanted, hits=hits, in_area=in_area)


def _in_area(session: Session, area: str) -> ColumnElement[bool]:
    return counts_as(area_mapping(session), Matter.area_key, area)


def _with_words(session: Session, wanted: Filter) -> ColumnElement[bool]:
    found = search.contains(session, wanted.hits or search.look_up(session, wanted.words))
    submission_id = submission_id_of(wanted.words)
    return found if submission_id is None else or_(Matter.submission_id == submission_id, found)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), TOKYO).astimezone(UTC)


def _capped(query: Select[int]) -> Subquery:
    return query.limit(COUNT_CAP + 1).subquery()


def _media_of(session: Session, submission_ids: set[int]) -> dict[int, frozenset[PartKind]]:
    found: dict[int, set[PartKind]] = {}
    rows = session.execute(
        select(Part.submission_id, Part.kind)
        .where(Part.submission_id.in_(submission_ids), Part.kind != PartKind.TEXT, Part.erased_at.is_(None))
        .distinct()
    )
    for submission_id, kind in rows:
        found.setdefault(submission_id, set()).add(PartKind(kind))
    return {submission_id: frozenset(kinds) for submission_id, kinds in found.items()}


def _beyond(key: InstrumentedAttribute[Any], at: tuple[Any, int], *, descending: bool) -> ColumnElement[bool]:
    # The first half is implied by the second; it lets the index be entered at the right place.
    value, matter_id = literal(at[0], key.type), at[1]
    if descending:
        return and_(key <= value, or_(key < value, Matter.id < matter_id))
    return and_(key >= value, or_(key > value, Matter.id > matter_id))


def _cursor(direction: str, row: Row, sort: Sort) -> str:
    if sort is Sort.DUE:
        return f"{direction}{row.due_on:%Y%m%d}-{row.id}"
    moment = row.received_at - datetime(1970, 1, 1, tzinfo=UTC)
    return f"{direction}{moment // timedelta(microseconds=1)}-{row.id}"


def _read_cursor(cursor: str, sort: Sort) -> tuple[Any, int]:
    try:
        value, _, written = cursor[1:].rpartition("-")
        matter_id = min(int(written), 2**31 - 1)  # the largest of the database
        if sort is Sort.DUE:
            return datetime.strptime(value, "%Y%m%d").replace(tzinfo=UTC).date(), matter_id
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(value)), matter_id
    except (ValueError, OverflowError):
        raise Invalid("ページの位置を読み取れませんでした。一覧を開き直してください。") from None
