"""Reads of links and groups; never a matter that the actor may not see."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from feedback.links.models import GroupedMatter, MatterLink
from feedback.links.rules import LinkKind
from feedback.opinions.details import require_visible
from feedback.opinions.models import Matter
from feedback.opinions.queries import Row, open_matters, rows_of, visible_to
from feedback.staff.rules import Actor, Permission


@dataclass(frozen=True, slots=True)
class LinkView:
    """A linked matter. ``back``: it is the other one that links to the matter on screen."""

    row: Row
    kind: LinkKind
    back: bool


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a matter: its links, oldest first, and the other members of its group."""

    links: list[LinkView]
    group: list[Row]
    grouped: bool


def around(session: Session, matter_id: int, *, actor: Actor) -> Around:
    """Links and group of a matter, as far as the actor may see the other ends. NotFound when it is not theirs."""
    require_visible(session, matter_id, actor=actor)
    found = session.execute(
        select(MatterLink.matter_id, MatterLink.other_id, MatterLink.kind)
        .where(or_(MatterLink.matter_id == matter_id, MatterLink.other_id == matter_id))
        .order_by(MatterLink.id)
    ).all()
    links = [
        (one.other_id, LinkKind(one.kind), False) if one.matter_id == matter_id else (one.matter_id, one.kind, True)
        for one in found
    ]
    members = _members(session, matter_id)
    ids = list(dict.fromkeys([other for other, _, _ in links] + [one for one in members if one != matter_id]))
    rows = {row.id: row for row in rows_of(session, ids, actor=actor)} if ids else {}
    return Around(
        links=[LinkView(rows[other], LinkKind(kind), back) for other, kind, back in links if other in rows],
        group=[rows[one] for one in members if one in rows and one != matter_id],
        grouped=matter_id in members,
    )


def members_to_answer(session: Session, matter_id: int, *, actor: Actor) -> list[int]:
    """Ids of the matters that one answer of the actor serves: the matter, and the open ones of its group they may work.

    Empty when the actor may not answer the matter itself.
    """
    if not actor.may(Permission.WORK_MATTERS):
        return []
    wanted = [matter_id, *(one for one in _members(session, matter_id) if one != matter_id)]
    allowed = set(session.scalars(select(Matter.id).where(Matter.id.in_(wanted), visible_to(actor), open_matters)))
    return [one for one in wanted if one in allowed] if matter_id in allowed else []


def _members(session: Session, matter_id: int) -> list[int]:
    mine, member = aliased(GroupedMatter), aliased(GroupedMatter)
    query = select(member.matter_id).join(mine, mine.group_id == member.group_id).where(mine.matter_id == matter_id)
    return list(session.scalars(query.order_by(member.matter_id)))
