"""Keeping views of the inbox. Raises NotFound, NotAllowed or Invalid, each fit to show."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.staff.rules import Actor, Permission
from feedback.views.models import DefaultView, SavedView

LONGEST_NAME = 40
MOST_VIEWS = 30
_BROUGHT_BACK_WITHIN = timedelta(days=1)


def save(
    session: Session, *, actor: Actor, at: datetime, name: str, query: Mapping[str, str], shared: bool, first: bool
) -> int:
    """Keep a view under a name. ``shared``: for all, the desk only. ``first``: the inbox opens with it. Its id."""
    _forget_removed(session, actor=actor, at=at)
    kept = select(func.count()).where(SavedView.staff_id == actor.id, SavedView.removed_at.is_(None))
    if (session.scalar(kept) or 0) >= MOST_VIEWS:
        raise Invalid(f"保存できるのは{MOST_VIEWS}件までです。使わないものを削除してください。")
    view = SavedView(staff_id=actor.id, name=_checked(name), query=dict(query), created_at=at)
    _share(view, shared=shared, actor=actor)
    session.add(view)
    session.flush()
    _open_first(session, view.id, actor=actor, first=first)
    return view.id


def change(
    session: Session,
    view_id: int,
    *,
    actor: Actor,
    name: str,
    shared: bool,
    first: bool,
    query: Mapping[str, str] | None = None,
) -> None:
    """Rename a view, share it or not, have it open first or not; with ``query`` it asks for something else from now on.

    A shared view of somebody else can only be made the first.
    """
    view = _seen(session, view_id, actor=actor)
    if may_change(view, actor=actor):
        view.name = _checked(name)
        _share(view, shared=shared, actor=actor)
        if query is not None:
            view.query = dict(query)
    _open_first(session, view_id, actor=actor, first=first)


def remove(session: Session, view_id: int, *, actor: Actor, at: datetime) -> None:
    """Take a view away; for a day it can be brought back."""
    _own(session, view_id, actor=actor).removed_at = at


def bring_back(session: Session, view_id: int, *, actor: Actor) -> None:
    """Undo the removal of a view."""
    view = session.get(SavedView, view_id)
    if view is None or not may_change(view, actor=actor):
        raise NotFound("保存した条件が見つかりません。")
    view.removed_at = None


def may_change(view: SavedView, *, actor: Actor) -> bool:
    """Whether a view is the actor's to change: their own, and for the desk every shared one."""
    return view.staff_id == actor.id or (view.shared and actor.may(Permission.TRIAGE))


def _seen(session: Session, view_id: int, *, actor: Actor) -> SavedView:
    view = session.get(SavedView, view_id)
    if view is None or view.removed_at is not None or not (view.staff_id == actor.id or view.shared):
        raise NotFound("保存した条件が見つかりません。")
    return view


def _own(session: Session, view_id: int, *, actor: Actor) -> SavedView:
    view = _seen(session, view_id, actor=actor)
    if not may_change(view, actor=actor):
        raise NotAllowed("広聴担当が共有している条件は、広聴担当だけが変更できます。")
    return view


def _share(view: SavedView, *, shared: bool, actor: Actor) -> None:
    if shared and not actor.may(Permission.TRIAGE):
        raise NotAllowed("全員への共有は、広聴担当だけができます。")
    view.shared = shared


def _open_first(session: Session, view_id: int, *, actor: Actor, first: bool) -> None:
    present = session.get(DefaultView, actor.id)
    if first and present is None:
        session.add(DefaultView(staff_id=actor.id, view_id=view_id))
    elif first and present is not None:
        present.view_id = view_id
    elif present is not None and present.view_id == view_id:
        session.delete(present)


def _forget_removed(session: Session, *, actor: Actor, at: datetime) -> None:
    session.execute(
        delete(SavedView).where(SavedView.staff_id == actor.id, SavedView.removed_at < at - _BROUGHT_BACK_WITHIN)
    )


def _checked(name: str) -> str:
    words = " ".join(name.split())
    if not words:
        raise Invalid("名前を入力してください。")
    if len(words) > LONGEST_NAME:
        raise Invalid(f"名前は{LONGEST_NAME}文字以内で入力してください。")
    return words
