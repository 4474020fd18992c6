"""Linking matters and grouping them. Both ends are matters the actor may see; raises as `opinions.service` does."""

import re
import unicodedata
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from feedback.errors import Invalid, NotFound
from feedback.likeness.models import Fingerprint
from feedback.links.models import GroupedMatter, MatterLink
from feedback.links.rules import LinkKind
from feedback.opinions.models import Matter
from feedback.opinions.queries import open_matters, visible_to
from feedback.opinions.rules import submission_id_of
from feedback.opinions.service import note_change, open_matter, record
from feedback.staff.rules import Actor

MOST_GROUPED = 500
_NUMBERED = re.compile(r"(.+?)(?:\s*[-(]\s*(\d{1,3})\s*\)?)?")


def link(session: Session, matter_id: int, *, actor: Actor, at: datetime, other: str | int, kind: LinkKind) -> int:
    """Say what the matter is to another, by receipt number as people type it, or by id. Returns its id."""
    matter = open_matter(session, matter_id, actor=actor, version=None)
    other_id = other if isinstance(other, int) else _find(session, other, actor=actor, but=matter_id)
    if not session.scalar(select(Matter.id).where(Matter.id == other_id, visible_to(actor))):
        raise NotFound("案件が見つかりません。")
    if other_id == matter_id:
        raise Invalid("この案件自身とはつなげません。")
    if session.scalar(select(MatterLink.id).where(_between(matter_id, other_id))):
        raise Invalid("この二つの案件は、もうつながっています。")
    session.add(MatterLink(matter_id=matter_id, other_id=other_id, kind=kind, staff_id=actor.id, at=at))
    record(session, matter, "matter.linked", actor=actor, at=at, other_id=other_id, kind=kind)
    return other_id


def unlink(session: Session, matter_id: int, *, actor: Actor, at: datetime, other_id: int) -> LinkKind:
    """Take a link away, from either side. Returns what it was, so that it can be made again."""
    matter = open_matter(session, matter_id, actor=actor, version=None)
    found = session.scalar(
        select(MatterLink).join(Matter, Matter.id == other_id).where(_between(matter_id, other_id), visible_to(actor))
    )
    if found is None:
        raise NotFound("つながりが見つかりません。")
    kind = LinkKind(found.kind)
    session.delete(found)
    record(session, matter, "matter.unlinked", actor=actor, at=at, other_id=other_id)
    return kind


def group_like(session: Session, matter_id: int, *, actor: Actor, at: datetime) -> int:
    """Group the matter with what belongs to it as far as the actor may see it: open near-duplicates and open links.

    Returns how many matters the group now holds for the actor.
    """
    mine = select(Fingerprint.group_id).where(Fingerprint.matter_id == matter_id, Fingerprint.group_id.is_not(None))
    copies = select(Fingerprint.matter_id).where(Fingerprint.group_id.in_(mine))
    to = select(MatterLink.other_id).where(MatterLink.matter_id == matter_id)
    back = select(MatterLink.matter_id).where(MatterLink.other_id == matter_id)
    found = session.scalars(
        select(Matter.id)
        .where(Matter.id != matter_id, Matter.id.in_(copies.union(to, back)), visible_to(actor), open_matters)
        .order_by(Matter.id)
        .limit(MOST_GROUPED)
    ).all()
    return group(session, [matter_id, *found], actor=actor, at=at)


def group(session: Session, matter_ids: list[int], *, actor: Actor, at: datetime) -> int:
    """Put matters into one group: that of the first, or a new one. Those in another group stay there.

    Returns how many matters the group now holds for the actor. Invalid when it would hold one only.
    """
    matters = [open_matter(session, one, actor=actor, version=None) for one in matter_ids]
    present = {
        one.matter_id: one.group_id
        for one in session.scalars(select(GroupedMatter).where(GroupedMatter.matter_id.in_(matter_ids)))
    }
    group_id = present.get(matter_ids[0], matter_ids[0])
    new = [one for one in matters if one.id not in present]
    total = len(new) + sum(1 for one in present.values() if one == group_id)
    if total < 2:
        raise Invalid("まとめる相手の案件がありません。似た案件をつなぐか、受信箱で選んでまとめてください。")
    for matter in new:
        session.add(GroupedMatter(matter_id=matter.id, group_id=group_id, staff_id=actor.id, at=at))
        note_change(matter, "grouped", before=None, after=group_id, actor=actor, at=at)
        record(session, matter, "matter.grouped", actor=actor, at=at, group_id=group_id)
    return total


def ungroup(session: Session, matter_id: int, *, actor: Actor, at: datetime) -> None:
    """Take a matter out of its group; a group of one is none."""
    matter = open_matter(session, matter_id, actor=actor, version=None)
    row = session.get(GroupedMatter, matter_id)
    if row is None:
        raise Invalid("この案件は、まとめられていません。")
    session.delete(row)
    _dissolve_single(session, row.group_id)
    note_change(matter, "ungrouped", before=row.group_id, after=None, actor=actor, at=at)
    record(session, matter, "matter.ungrouped", actor=actor, at=at, group_id=row.group_id)


def take_over(session: Session, matter_id: int, *, merged_id: int) -> None:
    """A matter takes another one in: the other's links become its own, and it takes the other's place in a group."""
    mine = {matter_id, merged_id}
    found = session.scalars(
        select(MatterLink)
        .where(or_(MatterLink.matter_id.in_(mine), MatterLink.other_id.in_(mine)))
        .order_by(MatterLink.id)
    ).all()
    ends: set[frozenset[int]] = set()
    for one in sorted(found, key=lambda one: merged_id in {one.matter_id, one.other_id}):
        pair = [matter_id if end == merged_id else end for end in (one.matter_id, one.other_id)]
        if pair[0] == pair[1] or frozenset(pair) in ends:
            session.delete(one)
        else:
            one.matter_id, one.other_id = pair
            ends.add(frozenset(pair))
    _take_place(session, matter_id, merged_id=merged_id)
    session.flush()


def _take_place(session: Session, matter_id: int, *, merged_id: int) -> None:
    place = session.get(GroupedMatter, merged_id)
    if place is None:
        return
    session.delete(place)
    session.flush()
    if session.get(GroupedMatter, matter_id) is None:
        session.add(GroupedMatter(matter_id=matter_id, group_id=place.group_id, staff_id=place.staff_id, at=place.at))
    else:
        _dissolve_single(session, place.group_id)


def _dissolve_single(session: Session, group_id: int) -> None:
    """A group of one is none."""
    session.flush()
    rest = session.scalars(select(GroupedMatter.matter_id).where(GroupedMatter.group_id == group_id)).all()
    if len(rest) == 1:
        session.execute(delete(GroupedMatter).where(GroupedMatter.group_id == group_id))


def _between(one: int, other: int) -> ColumnElement[bool]:
    return or_(
        and_(MatterLink.matter_id == one, MatterLink.other_id == other),
        and_(MatterLink.matter_id == other, MatterLink.other_id == one),
    )


def _find(session: Session, typed: str, *, actor: Actor, but: int) -> int:
    """The matter of a receipt number, "R8-000123", or with its number among several, "R8-000123(2)"."""
    words = unicodedata.normalize("NFKC", typed).strip().replace("‐", "-").replace("ー", "-")
    plain, number = submission_id_of(words), None
    if plain is None and (match := _NUMBERED.fullmatch(words)) and match[2]:
        plain, number = submission_id_of(match[1]), int(match[2])
    if plain is None:
        raise Invalid("受付番号は「R8-000123」のように入力してください。")
    query = select(Matter.id).where(Matter.submission_id == plain, Matter.id != but, visible_to(actor))
    if number is not None:
        query = query.where(Matter.number == number)
    found = session.scalar(query.order_by(Matter.number).limit(1))
    if found is None:
        raise Invalid("その受付番号の案件は見つかりません。番号を確かめてください。")
    return found
