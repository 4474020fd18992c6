"""Checking what the model was least sure of: one key or click to say "right", or the right area."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from admin import marking
from admin.access import allow
from admin.choices import area_choices, whole
from admin.context import actor, db, note_view, now
from feedback.errors import FeedbackError, Invalid
from feedback.learning.unsure import confirm, unsure
from feedback.opinions import service
from feedback.opinions.models import Matter
from feedback.routing.service import load_router
from feedback.staff.rules import Permission

blueprint = Blueprint("checking", __name__, url_prefix="/checking")

_SHOWN_CHARACTERS = 300


@blueprint.get("")
@allow(Permission.TRIAGE)
def index() -> Any:
    """Recent matters that nobody has checked, least certain first."""
    found = unsure(db(), actor=actor())
    note_view(action="matters.listed", subject_type="matters", subject_id="unsure", detail={"count": len(found)})
    return render_template(
        "checking/index.html",
        lines=[(one, marking.excerpt(one.row.excerpt, length=_SHOWN_CHARACTERS)) for one in found],
        areas=area_choices(),
        names=dict(area_choices(active_only=False)),
    )


@blueprint.post("/<int:matter_id>")
@allow(Permission.TRIAGE)
def check(matter_id: int) -> Any:
    """The area is right, or it is another; answers with a line that takes the row's place, or goes back to the list."""
    version = whole(request.form.get("version"))
    area_key = request.form.get("area", "")
    try:
        if version is None:
            raise Invalid("画面の情報が足りません。画面を開き直して、もう一度操作してください。")
        with db().begin_nested():
            told = _checked(matter_id, version, area_key)
    except FeedbackError as error:
        return _answer(matter_id, str(error), "warning")
    return _answer(matter_id, told, "success")


def _checked(matter_id: int, version: int, area_key: str) -> str:
    matter = db().get(Matter, matter_id)
    if area_key in {"", matter.area_key if matter else None}:
        confirm(db(), matter_id, actor=actor(), version=version, at=now())
        return "確かめました。"
    moved = service.correct(
        db(),
        matter_id,
        actor=actor(),
        version=version,
        at=now(),
        router=load_router(db()),
        area_key=area_key,
        kind=matter.kind if matter else None,
    )
    return "訂正し、担当課へ送りました。" if moved else "訂正しました。"


def _answer(matter_id: int, told: str, tone: str) -> Any:
    if request.headers.get("HX-Request"):
        return render_template("checking/done.html", matter_id=matter_id, told=told, tone=tone)
    flash(told, tone)
    return redirect(url_for(".index"))
