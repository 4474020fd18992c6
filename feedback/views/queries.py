"""Reads of saved views."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from feedback.staff.rules import Actor
from feedback.views.models import DefaultView, SavedView
from feedback.views.service import may_change


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as one person sees it. ``first``: their inbox opens with it."""

    id: int
    name: str
    query: Mapping[str, str]
    shared: bool
    changeable: bool
    first: bool


def views_of(session: Session, *, actor: Actor) -> list[View]:
    """The actor's own views and those shared with all, shared ones first, by age."""
    rows = session.execute(
        select(SavedView, DefaultView.view_id)
        .outerjoin(DefaultView, and_(DefaultView.view_id == SavedView.id, DefaultView.staff_id == actor.id))
        .where(SavedView.removed_at.is_(None), or_(SavedView.staff_id == actor.id, SavedView.shared.is_(True)))
        .order_by(SavedView.shared.desc(), SavedView.id)
    )
    return [
        View(one.id, one.name, one.query, one.shared, may_change(one, actor=actor), first is not None)
        for one, first in rows
    ]
