"""決裁待ち: what waits for one's word, and who stands in while one is away (代決)."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from admin import formats
from admin.access import allow
from admin.choices import day, whole
from admin.context import actor, db, now
from feedback.answers import people, queries
from feedback.clock import tokyo_date
from feedback.deadlines.service import load as load_deadlines
from feedback.errors import FeedbackError, Invalid
from feedback.staff.rules import Permission

blueprint = Blueprint("approvals", __name__, url_prefix="/approvals")


def explain(error: FeedbackError) -> Any:
    """Back to the list with the refusal in words."""
    flash(str(error), "error")
    return redirect(url_for("approvals.index"))


blueprint.register_error_handler(Invalid, explain)


@blueprint.get("")
@allow(Permission.WORK_MATTERS)
def index() -> Any:
    """Everything that waits, the most urgent first."""
    today = tokyo_date(now())
    waiting = queries.awaiting(db(), actor=actor(), today=today)
    able, calendar = actor().may(Permission.APPROVE), load_deadlines(db()).calendar
    return render_template(
        "approvals/index.html",
        waiting=[(one, formats.due(one.due_on, today, calendar)) for one in waiting],
        substitutions=people.substitutions(db(), actor=actor(), today=today),
        deputies=people.deputy_choices(db(), actor=actor()) if able else [],
        able=able,
        today=today,
    )


@blueprint.post("/deputies")
@allow(Permission.APPROVE)
def name_deputy() -> Any:
    """Name who decides meanwhile."""
    deputy_id, from_on, to_on = (
        whole(request.form.get("deputy_id")),
        day(request.form.get("from_on")),
        day(request.form.get("to_on")),
    )
    if deputy_id is None or from_on is None or to_on is None:
        raise Invalid("代決する人と期間を入力してください。")
    people.name_deputy(db(), actor=actor(), deputy_id=deputy_id, from_on=from_on, to_on=to_on, at=now())
    flash("代決する人を設定しました。", "success")
    return redirect(url_for(".index"))


@blueprint.post("/deputies/<int:substitution_id>/end")
@allow(Permission.APPROVE)
def end_deputy(substitution_id: int) -> Any:
    """Nobody stands in any more."""
    people.end_deputy(db(), substitution_id, actor=actor(), at=now())
    flash("代決の設定を取り消しました。", "success")
    return redirect(url_for(".index"))
