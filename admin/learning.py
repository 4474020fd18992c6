"""Learning from the city's corrections: start it, look at what came of it, put a model into force, go back."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from admin.access import allow
from admin.context import actor, db, now, services
from feedback.errors import Invalid
from feedback.jobs import queries as job_queries
from feedback.learning import queries, service
from feedback.learning.rules import FIGURE_NAMES, SUGGESTED_AFTER, Basis, worse
from feedback.staff.rules import Permission

blueprint = Blueprint("learning", __name__, url_prefix="/learning")

_KINDS = ("learn", "reread")


@blueprint.errorhandler(Invalid)
def explain(error: Invalid) -> Any:
    """Back to the page with the refusal in words; the transaction was rolled back."""
    flash(str(error), "error")
    return redirect(url_for(".index"))


@blueprint.get("")
@allow(Permission.MANAGE_MODELS)
def index() -> Any:
    """The model in force, the candidates beside it, and what changed when."""
    session = db()
    models = queries.models(session)
    return render_template(
        "learning/index.html",
        present=queries.active(session),
        previous=queries.previous(session),
        models=models,
        verdicts={one.id: worse(one.comparison) if one.comparison else [] for one in models},
        history=queries.history(session),
        corrections=queries.new_corrections(session),
        suggested_after=SUGGESTED_AFTER,
        figure_names=FIGURE_NAMES,
        later=Basis.LATER,
        jobs=_jobs(),
    )


@blueprint.get("/jobs")
@allow(Permission.MANAGE_MODELS)
def progress() -> Any:
    """How far learning and re-reading are, for the page that stays open."""
    return render_template("learning/jobs.html", jobs=_jobs())


@blueprint.post("/start")
@allow(Permission.MANAGE_MODELS)
def start() -> Any:
    """Ask for a learning, or for reading all opinions again."""
    kind = request.form.get("kind", "")
    if kind not in _KINDS:
        raise Invalid("画面を開き直して、もう一度操作してください。")
    service.request(db(), kind=kind, at=now(), staff_id=actor().id)
    flash("始めました。この画面を閉じても続きます。", "success")
    return redirect(url_for(".index"))


@blueprint.post("/activate")
@allow(Permission.MANAGE_MODELS)
def activate() -> Any:
    """Put a model into force; what is worse only when asked for in so many words."""
    version = request.form.get("version", "")
    force = request.form.get("force") == "1"
    service.activate(db(), services().settings, version=version, at=now(), staff_id=actor().id, force=force)
    flash(f"{version} に切り替えました。数秒のうちに、新しい意見から使われます。", "success")
    return redirect(url_for(".index"))


@blueprint.post("/rollback")
@allow(Permission.MANAGE_MODELS)
def rollback() -> Any:
    """Back to the model before."""
    name = service.roll_back(db(), services().settings, at=now(), staff_id=actor().id)
    flash(f"{name} に戻しました。", "success")
    return redirect(url_for(".index"))


def _jobs() -> list[job_queries.JobRow]:
    found = [job for kind in _KINDS for job in job_queries.recent(db(), kind=kind, limit=3)]
    return sorted(found, key=lambda job: -job.id)[:4]
