"""Lists that show a text sent many times as one line."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from feedback.likeness.models import Fingerprint
from feedback.opinions.models import Matter


def in_group(group_id: int) -> ColumnElement[bool]:
    """Condition on `Matter`: it belongs to a group of near-duplicates."""
    return Matter.id.in_(select(Fingerprint.matter_id).where(Fingerprint.group_id == group_id))


def folded(
    query: Select[*tuple[Any, ...]], conditions: Sequence[ColumnElement[bool]], *, newest: bool
) -> Select[*tuple[Any, ...]]:
    """The query of `Matter`, showing of near-duplicates that meet ``conditions`` only the newest, or the first.

    Costs as much as there are copies on the way to a page's last line, however many there are elsewhere. The copies are
    asked about through their fingerprints, since conditions name the table of matters, some of them as plain text.
    """
    mine, copy = aliased(Fingerprint), aliased(Fingerprint)
    before_it = copy.matter_id > mine.matter_id if newest else copy.matter_id < mine.matter_id
    shown_instead = (
        select(copy.matter_id)
        .join(Matter, Matter.id == copy.matter_id)
        .where(copy.group_id == mine.group_id, before_it, *conditions)
        .correlate(mine)
        .exists()
    )
    return query.outerjoin(mine, mine.matter_id == Matter.id).where(or_(mine.group_id.is_(None), ~shown_instead))
