"""What a person sets for themselves."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from admin.access import allow
from admin.context import actor, db
from feedback.staff.models import Staff
from feedback.staff.rules import Permission

blueprint = Blueprint("preferences", __name__)


@blueprint.get("/preferences")
@allow(Permission.USE_ADMIN)
def index() -> Any:
    """The page."""
    return render_template("preferences/index.html")


@blueprint.post("/preferences")
@allow(Permission.USE_ADMIN)
def save() -> Any:
    """Keep the choices."""
    db().get_one(Staff, actor().id).shortcuts = "shortcuts" in request.form
    flash("個人設定を保存しました。", "success")
    return redirect(url_for(".index"))
