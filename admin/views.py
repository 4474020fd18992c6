"""Saved views of the inbox: keeping, changing, removing, and bringing back."""

from typing import Any

from flask import Blueprint, flash, redirect, request, session, url_for

from admin.access import allow
from admin.context import actor, db, now
from admin.listing import read_wish
from feedback.audit import service as audit
from feedback.errors import Invalid, NotAllowed
from feedback.opinions import queries
from feedback.staff.rules import Permission
from feedback.views import service

blueprint = Blueprint("views", __name__, url_prefix="/views")


def explain(error: Exception) -> Any:
    """Back to the list with the refusal in words."""
    flash(str(error), "error")
    return redirect(_address())


blueprint.register_error_handler(Invalid, explain)
blueprint.register_error_handler(NotAllowed, explain)


@blueprint.post("")
@allow(Permission.VIEW_MATTERS)
def save() -> Any:
    """Keep what the inbox shows, under a name."""
    view_id = service.save(
        db(), actor=actor(), at=now(), name=request.form.get("name", ""), query=_query(), **_switches()
    )
    _record("view.saved", view_id)
    flash("この条件を保存しました。", "success")
    return redirect(_address(view=str(view_id)))


@blueprint.post("/<int:view_id>")
@allow(Permission.VIEW_MATTERS)
def change(view_id: int) -> Any:
    """Rename, share, open first; with ``replace`` the view asks for what the inbox shows now."""
    service.change(
        db(),
        view_id,
        actor=actor(),
        name=request.form.get("name", ""),
        query=_query() if request.form.get("replace") else None,
        **_switches(),
    )
    _record("view.saved", view_id)
    flash("保存した条件を変更しました。", "success")
    return redirect(_address(view=str(view_id)))


@blueprint.post("/<int:view_id>/remove")
@allow(Permission.VIEW_MATTERS)
def remove(view_id: int) -> Any:
    """Take a view away; the inbox offers to bring it back."""
    service.remove(db(), view_id, actor=actor(), at=now())
    _record("view.removed", view_id)
    session["removed_view"] = view_id
    return redirect(_address())


@blueprint.post("/<int:view_id>/bring-back")
@allow(Permission.VIEW_MATTERS)
def bring_back(view_id: int) -> Any:
    """Undo the removal."""
    service.bring_back(db(), view_id, actor=actor())
    _record("view.brought_back", view_id)
    flash("保存した条件を元に戻しました。", "success")
    return redirect(_address(view=str(view_id)))


def _switches() -> dict[str, bool]:
    return {"shared": "shared" in request.form, "first": "first" in request.form}


def _query() -> dict[str, str]:
    wish = read_wish(request.args, tabs=queries.tabs_of(actor()))
    return {name: value for name, value in wish.arguments(view="").items() if name != "view"}


def _address(view: str = "") -> str:
    wish = read_wish(request.args, tabs=queries.tabs_of(actor()))
    return url_for("inbox.index", **wish.arguments(view=view))


def _record(action: str, view_id: int) -> None:
    audit.record(db(), at=now(), staff_id=actor().id, action=action, subject_type="view", subject_id=view_id)
