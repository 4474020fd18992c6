"""What stands around a matter: who else has it open, links to other matters, the group it is answered with."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from admin.access import allow
from admin.choices import whole
from admin.context import actor, db, now
from feedback.errors import Invalid
from feedback.links import queries, service
from feedback.links.rules import BACKLINK_NAMES, LINK_NAMES, LinkKind
from feedback.notes.queries import waiting
from feedback.presence.service import stay
from feedback.staff.rules import Permission

blueprint = Blueprint("around", __name__, url_prefix="/matters/<int:matter_id>")


@blueprint.errorhandler(Invalid)
def explain(error: Invalid) -> Any:
    """Back to the matter with the refusal in words."""
    flash(str(error), "error")
    return _back((request.view_args or {})["matter_id"])


@blueprint.post("/presence")
@allow(Permission.VIEW_MATTERS)
def presence(matter_id: int) -> Any:
    """Say that the page is open, and hear who else has it open; polled by the page."""
    others = stay(db(), matter_id, actor=actor(), editing=request.form.get("editing") == "1", at=now())
    called = waiting(db(), matter_id, actor=actor())
    return render_template("matters/presence.html", matter_id=matter_id, others=others, called=called)


@blueprint.get("/around")
@allow(Permission.VIEW_MATTERS)
def show(matter_id: int) -> Any:
    """Links and group, for the matter's page."""
    return render_template(
        "matters/around.html",
        matter_id=matter_id,
        around=queries.around(db(), matter_id, actor=actor()),
        link_names=LINK_NAMES,
        backlink_names=BACKLINK_NAMES,
    )


@blueprint.post("/links")
@allow(Permission.WORK_MATTERS)
def link(matter_id: int) -> Any:
    """Link to another matter by receipt number, or (taking an unlinking back) by id."""
    kind = request.form.get("kind", "")
    if kind not in set(LinkKind):
        raise Invalid("つながりの種類を選んでください。")
    other = whole(request.form.get("other_id")) or request.form.get("receipt", "")
    service.link(db(), matter_id, actor=actor(), at=now(), other=other, kind=LinkKind(kind))
    flash("案件をつなぎました。", "success")
    return _back(matter_id)


@blueprint.post("/links/<int:other_id>/remove")
@allow(Permission.WORK_MATTERS)
def unlink(matter_id: int, other_id: int) -> Any:
    """Take a link away."""
    service.unlink(db(), matter_id, actor=actor(), at=now(), other_id=other_id)
    flash("つながりを外しました。", "success")
    return _back(matter_id)


@blueprint.post("/group")
@allow(Permission.WORK_MATTERS)
def group(matter_id: int) -> Any:
    """Group the matter with its near-duplicates and links, in one click."""
    together = service.group_like(db(), matter_id, actor=actor(), at=now())
    flash(f"{together}件をまとめました。一つの回答を、まとめた全員に送れます。", "success")
    return _back(matter_id)


@blueprint.post("/ungroup")
@allow(Permission.WORK_MATTERS)
def ungroup(matter_id: int) -> Any:
    """Take the matter out of its group."""
    service.ungroup(db(), matter_id, actor=actor(), at=now())
    flash("この案件を、まとめから外しました。", "success")
    return _back(matter_id)


def _back(matter_id: int) -> Any:
    return redirect(url_for("matters.show", matter_id=matter_id))
