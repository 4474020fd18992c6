"""移送: a matter is handed on to another body, and the citizen is told so."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from admin.access import allow
from admin.choices import whole
from admin.context import actor, db, note_view, now, post
from admin.letters import variables
from feedback.answers.models import TransferGuide
from feedback.answers.rules import fill
from feedback.answers.templates import guides
from feedback.answers.transferring import transfer
from feedback.errors import Conflict, FeedbackError, Invalid, NotAllowed
from feedback.opinions import details
from feedback.staff.rules import Permission

blueprint = Blueprint("transfers", __name__, url_prefix="/matters/<int:matter_id>/transfer")


def explain(error: FeedbackError) -> Any:
    """Back to the matter with the refusal in words; the transaction was rolled back."""
    flash(str(error), "warning" if isinstance(error, Conflict) else "error")
    return redirect(url_for("matters.show", matter_id=(request.view_args or {})["matter_id"]))


for _kind in (Conflict, Invalid, NotAllowed):
    blueprint.register_error_handler(_kind, explain)


@blueprint.get("")
@allow(Permission.WORK_MATTERS)
def show(matter_id: int) -> Any:
    """Choose the body, and look over the guidance."""
    matter = details.matter_view(db(), matter_id, actor=actor())
    note_view(action="matter.viewed", subject_type="matter", subject_id=matter_id)
    chosen = whole(request.args.get("guide"))
    guide = db().get(TransferGuide, chosen) if chosen is not None else None
    return render_template(
        "answers/transfer.html",
        matter=matter,
        guides=guides(db()),
        guide=guide or TransferGuide(),
        body=fill(guide.body, variables(matter)) if guide is not None else "",
    )


@blueprint.post("")
@allow(Permission.WORK_MATTERS)
def send(matter_id: int) -> Any:
    """Hand the matter on."""
    guide_id, version = whole(request.form.get("guide_id")), whole(request.form.get("version"))
    if guide_id is None or version is None:
        raise Invalid("移送先を選んでください。")
    told = transfer(
        db(),
        matter_id,
        actor=actor(),
        version=version,
        at=now(),
        guide_id=guide_id,
        body=request.form.get("body", ""),
        post=post(),
    )
    flash(
        "移送しました。" + ("市民に案内を送ります。" if told else "市民への案内は、電話や手紙でお伝えください。"),
        "success",
    )
    return redirect(url_for("matters.show", matter_id=matter_id))
