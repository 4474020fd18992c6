"""Reads of links and groups; never a matter that the actor may not see."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from feedback.links.models import GroupedMatter, MatterLink
from feedback.links.rules import LinkKind
from feedback.opinions.details import require_visible
from feedback.opinions.queries import Row, rows_of
from feedback.staff.rules import Actor


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
    together = members(session, matter_id)
    ids = list(dict.fromkeys([other for other, _, _ in links] + [one for one in together if one != matter_id]))
    rows = {row.id: row for row in rows_of(session, ids, actor=actor)} if ids else {}
    return Around(
        links=[LinkView(rows[other], LinkKind(kind), back) for other, kind, back in links if other in rows],
        group=[rows[one] for one in together if one in rows and one != matter_id],
        grouped=matter_id in together,
    )


def members(session: Session, matter_id: int) -> list[int]:
    """Ids of the matters of a group, the matter itself among them, by id; whoever may see them. Empty: not grouped."""
    mine, member = aliased(GroupedMatter), aliased(GroupedMatter)
    query = select(member.matter_id).join(mine, mine.group_id == member.group_id).where(mine.matter_id == matter_id)
    return list(session.scalars(query.order_by(member.matter_id)))
