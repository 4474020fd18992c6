"""The mapping in force: what an area of then counts as now, for figures, filters, exports and learning."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from feedback.ports import AreaScore, Reading
from feedback.routing.models import Area
from feedback.taxonomy.models import TaxonomyVersion
from feedback.taxonomy.rules import AreaMapping, Change, mapping_of, names_now, translate

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


def area_mapping(session: Session) -> AreaMapping:
    """The mapping after all changes that were not taken back."""
    rows = session.execute(
        select(TaxonomyVersion.number, TaxonomyVersion.operation, TaxonomyVersion.sources, TaxonomyVersion.targets)
        .where(TaxonomyVersion.undone_at.is_(None))
        .order_by(TaxonomyVersion.number)
    )
    return mapping_of((row.number, Change(row.operation, tuple(row.sources), tuple(row.targets))) for row in rows)


def area_now(session: Session, key: str | None) -> str | None:
    """The area that an area of then counts as today."""
    return area_mapping(session).now(key)


def names_of_areas(session: Session, mapping: AreaMapping) -> dict[str, str]:
    """What every area, past ones too, is called in figures of today."""
    rows = session.execute(select(Area.key, Area.name, Area.short_name)).all()
    return names_now({r.key: r.name for r in rows}, {r.key: r.short_name for r in rows}, mapping)


def areas_today(session: Session, mapping: AreaMapping) -> dict[str, str]:
    """For every area of then that counts as one in use today, which; what was split or retired is missing."""
    rows = session.execute(select(Area.key, Area.active)).all()
    active = {row.key for row in rows if row.active}
    counted = {row.key: mapping.now(row.key) or row.key for row in rows}
    return {key: now for key, now in counted.items() if now in active}


def scores_now(
    session: Session, mapping: AreaMapping, stored: Sequence[Sequence[Any]], *, active: frozenset[str] | None = None
) -> tuple[AreaScore, ...]:
    """What a stored reading offered (keys and scores), in today's areas. ``active``: those, where known already."""
    scores = tuple(AreaScore(str(key), float(score)) for key, score in stored)
    if active is None:
        active = frozenset(session.scalars(select(Area.key).where(Area.active)))
    return translate(Reading(model_version="", areas=scores, area=None), mapping, active).areas


def now_column(mapping: AreaMapping, column: Column) -> Column:
    """A column of area keys as today's keys, for grouping and comparing in SQL."""
    if not mapping.successors:
        return column
    return case(dict(mapping.successors), value=column, else_=column)


def counts_as(mapping: AreaMapping, column: Column, key: str) -> ColumnElement[bool]:
    """Condition: a column of area keys counts as this area today. Uses the column's index."""
    then = mapping.then(key)
    return column == key if then == (key,) else column.in_(then)
