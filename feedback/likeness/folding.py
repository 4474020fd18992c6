"""Lists that show a text sent many times as one line."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select

from feedback.likeness.models import Fingerprint
from feedback.opinions.models import Matter


def in_group(group_id: int) -> ColumnElement[bool]:
    """Condition on `Matter`: it belongs to a group of near-duplicates."""
    return Matter.id.in_(select(Fingerprint.matter_id).where(Fingerprint.group_id == group_id))


def one_of_each(conditions: Sequence[ColumnElement[bool]], *, newest: bool) -> ColumnElement[bool]:
    """Condition on `Matter`: of near-duplicates that meet ``conditions`` only the newest, or the first.

    Costs as much as there are near-duplicates, however many other matters there are.
    """
    grouped = select(Fingerprint.matter_id).where(Fingerprint.group_id.is_not(None))
    shown = (
        select(func.max(Matter.id) if newest else func.min(Matter.id))
        .join(Fingerprint, Fingerprint.matter_id == Matter.id)
        .where(Fingerprint.group_id.is_not(None), *conditions)
        .group_by(Fingerprint.group_id)
        .correlate(None)
    )
    return or_(Matter.id.not_in(grouped), Matter.id.in_(shown))
