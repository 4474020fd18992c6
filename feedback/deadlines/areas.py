"""Standards follow their area when areas are merged or split, and come back with it.

Nobody's promise becomes longer: areas that become one have the shortest of their standards, kind by kind. What a
change did is plain data (`Followed`), kept with it to be taken back.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback.deadlines.models import ServiceStandard
from feedback.deadlines.service import forget_loaded, load

Followed = dict[str, list[list[Any]]]
"""``before`` and ``after``: the standards of all areas concerned, as area, kind (or None) and business days."""


def merge(session: Session, gone: Sequence[str], into: str, *, is_new: bool) -> Followed:
    """The areas ``gone`` are one with ``into`` now; when that area is new, it brings no standard of its own."""
    areas = [*gone, into]
    before = _rows(session, areas)
    deadlines = load(session)
    judged = list(gone) if is_new else areas
    kinds = dict.fromkeys(kind for area, kind, _ in before if area in judged)
    for area in gone:
        _delete(session, area)
    for kind in kinds:
        _set(session, into, kind, min(deadlines.days(area, kind) for area in judged))
    return _followed(session, areas, before)


def split(session: Session, source: str, parts: Sequence[str]) -> Followed:
    """Parts without a standard of their own take over those of the area they were part of.

    That area keeps its own too, for matters that still wait to be sorted.
    """
    areas = [source, *parts]
    before = _rows(session, areas)
    has_own = {area for area, _, _ in before}
    for part in parts:
        if part not in has_own:
            for area, kind, days in before:
                if area == source:
                    _set(session, part, kind, days)
    return _followed(session, areas, before)


def undo(session: Session, followed: Followed) -> None:
    """Bring back what stood before; a standard that somebody has set since stays."""
    before = {(area, kind): days for area, kind, days in followed.get("before", [])}
    after = {(area, kind): days for area, kind, days in followed.get("after", [])}
    present = {(area, kind): days for area, kind, days in _rows(session, {area for area, _ in before | after})}
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key) and present.get(key) == after.get(key):
            _set(session, *key, before.get(key))
    forget_loaded(session)
    session.flush()


def _followed(session: Session, areas: Sequence[str], before: list[list[Any]]) -> Followed:
    session.flush()
    forget_loaded(session)
    return {"before": before, "after": _rows(session, areas)}


def _rows(session: Session, areas: Iterable[str]) -> list[list[Any]]:
    own = ServiceStandard
    rows = session.execute(
        select(own.area_key, own.kind, own.business_days).where(own.area_key.in_(sorted(areas))).order_by(own.id)
    )
    return [list(row) for row in rows]


def _delete(session: Session, area: str) -> None:
    session.execute(delete(ServiceStandard).where(ServiceStandard.area_key == area))


def _set(session: Session, area: str, kind: str | None, days: int | None) -> None:
    found = session.scalar(
        select(ServiceStandard).where(ServiceStandard.area_key == area, ServiceStandard.kind.is_not_distinct_from(kind))
    )
    if found is not None and days is None:
        session.delete(found)
    elif found is not None and days is not None:
        found.business_days = days
    elif days is not None:
        session.add(ServiceStandard(area_key=area, kind=kind, business_days=days))
