"""Reads of likeness: the group a matter's text belongs to, and earlier matters about the same thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, case, func, or_, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session, aliased

from feedback import masking
from feedback.departments.models import Department
from feedback.likeness import rules
from feedback.likeness.models import Fingerprint
from feedback.opinions.models import Matter, Submission
from feedback.opinions.queries import personal_data_of, visible_to
from feedback.opinions.rules import MatterStatus, Outcome, receipt_number
from feedback.ports import SimilarMatters
from feedback.routing.models import Area
from feedback.rows import among
from feedback.staff.rules import Actor

_EXCERPT = 120
_LISTED = 10
_LOOKED_AT = 150


@dataclass(frozen=True, slots=True)
class LikeView:
    """A matter like another, and what became of it. Personal data is masked in ``excerpt`` and ``reason``."""

    id: int
    receipt: str
    excerpt: str
    area: str | None
    department: str
    status: MatterStatus
    outcome: Outcome | None
    reason: str | None
    received_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Size:
    """How many matters (件) a group has, of how many people (人); entries by staff count as one each."""

    matters: int
    people: int


@dataclass(frozen=True, slots=True)
class Copies:
    """The near-duplicates of a matter's text that an actor may see, the matter itself counted but not listed."""

    size: Size
    listed: list[LikeView]


def people() -> ColumnElement[int]:
    """Number of people behind matters (`Submission` joined): each citizen once, and each submission of nobody known."""
    unknown = case((Submission.citizen_id.is_(None), Submission.id))
    return sql_cast(func.count(Submission.citizen_id.distinct()) + func.count(unknown.distinct()), Integer)


def copies_of(session: Session, matter_id: int, *, actor: Actor) -> Copies | None:
    """The group of a matter as far as the actor may see it; None when nobody else sent its text."""
    group = session.scalar(select(Fingerprint.group_id).where(Fingerprint.matter_id == matter_id))
    if group is None:
        return None
    members = select(Fingerprint.matter_id).where(Fingerprint.group_id == group)
    matters, persons = session.execute(
        select(func.count(), people())
        .select_from(Matter)
        .join(Submission, Submission.id == Matter.submission_id)
        .where(Matter.id.in_(members), visible_to(actor))
    ).one()
    if matters < 2:
        return None
    newest = (
        select(Matter.id)
        .where(Matter.id.in_(members), Matter.id != matter_id, visible_to(actor))
        .order_by(Matter.received_at.desc(), Matter.id.desc())
        .limit(_LISTED)
    )
    return Copies(Size(matters, persons), _views(session, list(session.scalars(newest))))


def earlier_like(
    session: Session, matter_id: int, *, actor: Actor, similar: SimilarMatters, limit: int = 5
) -> list[LikeView]:
    """Earlier matters nearest to one in what they say, as far as the actor may see them.

    Copies of its text are left out; of another text sent many times one is named.
    """
    matter = session.get_one(Matter, matter_id)
    own = None if actor.sees_all else actor.department_id
    nearest = dict(similar.nearest(matter_id, department_id=own, limit=_LOOKED_AT))
    mine, other = aliased(Fingerprint), aliased(Fingerprint)
    rows = session.execute(
        select(Matter.id, Matter.text, other.group_id)
        .join(other, other.matter_id == Matter.id)
        .join(mine, mine.matter_id == matter_id)
        .where(
            among(session, Matter.id, nearest),
            visible_to(actor),
            Matter.received_at <= matter.received_at,
            Matter.submission_id != matter.submission_id,
            other.stale.is_(False),
            or_(mine.group_id.is_(None), other.group_id.is_(None), other.group_id != mine.group_id),
        )
        .order_by(Matter.received_at.desc(), Matter.id.desc())
    ).all()
    chosen: dict[int, int] = {}
    for position in rules.rank(matter.text, [(row.text, nearest[row.id]) for row in rows]):
        row = rows[position]
        chosen.setdefault(row.group_id or row.id, row.id)
        if len(chosen) == limit:
            break
    return _views(session, list(chosen.values()))


def sizes(session: Session, matter_ids: Sequence[int], *, among: ColumnElement[bool]) -> dict[int, tuple[int, Size]]:
    """Group id and size of the groups these matters are in, counting only members that meet a condition on `Matter`."""
    mine, wanted, member = aliased(Fingerprint), aliased(Fingerprint), aliased(Fingerprint)
    counted = (
        select(member.group_id, func.count().label("matters"), people().label("persons"))
        .select_from(Matter)
        .join(member, member.matter_id == Matter.id)
        .join(Submission, Submission.id == Matter.submission_id)
        .where(member.group_id.in_(select(wanted.group_id).where(wanted.matter_id.in_(matter_ids))), among)
        .group_by(member.group_id)
        .subquery()
    )
    rows = session.execute(
        select(mine.matter_id, counted.c.group_id, counted.c.matters, counted.c.persons)
        .join(counted, counted.c.group_id == mine.group_id)
        .where(mine.matter_id.in_(matter_ids))
    )
    return {row.matter_id: (row.group_id, Size(row.matters, row.persons)) for row in rows}


def _views(session: Session, ids: Sequence[int]) -> list[LikeView]:
    rows = session.execute(
        select(
            Matter.id,
            Matter.submission_id,
            func.substr(Matter.text, 1, _EXCERPT).label("excerpt"),
            Area.short_name.label("area"),
            Department.name.label("department"),
            Matter.status,
            Matter.outcome,
            Matter.outcome_reason,
            Matter.received_at,
            Matter.answered_at,
        )
        .join(Department, Department.id == Matter.department_id)
        .outerjoin(Area, Area.key == Matter.area_key)
        .where(Matter.id.in_(ids))
    ).all()
    personal = personal_data_of(session, ids) if ids else {}
    views = {
        row.id: LikeView(
            id=row.id,
            receipt=receipt_number(row.submission_id, row.received_at),
            excerpt=masking.mask(row.excerpt, personal.get(row.id, ())),
            area=row.area,
            department=row.department,
            status=row.status,
            outcome=row.outcome,
            reason=masking.mask(row.outcome_reason) if row.outcome_reason else None,
            received_at=row.received_at,
            answered_at=row.answered_at,
        )
        for row in rows
    }
    return [views[one] for one in ids]
