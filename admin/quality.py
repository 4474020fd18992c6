"""How good the classifying is: acceptance, accuracy, confusions, drift; each figure leads to the matters behind it."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request

from admin import marking
from admin.access import allow
from admin.choices import area_choices, day, department_choices
from admin.context import actor, db, note_view, now
from feedback.clock import tokyo_date
from feedback.learning import quality as learning_quality
from feedback.learning.quality import DRIFT_BEFORE_DAYS, DRIFT_DAYS
from feedback.opinions import queries
from feedback.staff.rules import Permission
from feedback.statistics.queries import Scope

blueprint = Blueprint("quality", __name__, url_prefix="/quality")

NONE = "none"
"""Stands in addresses for "no area"."""
_DAYS = 90
_MOST_CONFUSIONS = 40


@blueprint.get("")
@allow(Permission.VIEW_QUALITY)
def index() -> Any:
    """The figures of a period, the last three months without one."""
    first, last = _period()
    found = learning_quality.quality(db(), Scope(first, last))
    return render_template(
        "quality/index.html",
        found=found,
        confusions=found.confusions[:_MOST_CONFUSIONS],
        drift=learning_quality.drift_until(db(), now()),
        drift_days=(DRIFT_DAYS, DRIFT_BEFORE_DAYS),
        first=first,
        last=last,
        areas=dict(area_choices(active_only=False)),
        departments=dict(department_choices(active_only=False)),
        nothing=NONE,
    )


@blueprint.get("/matters")
@allow(Permission.VIEW_QUALITY)
def matters() -> Any:
    """The matters behind one cell: read as one area, and really of another."""
    first, last = _period()
    read, true = _area("read"), _area("true")
    ids = learning_quality.behind(db(), Scope(first, last), read=read, true=true)
    rows = queries.rows_of(db(), ids, actor=actor())
    note_view(action="matters.listed", subject_type="matters", subject_id="confusion", detail={"count": len(rows)})
    return render_template(
        "quality/matters.html",
        lines=[(row, marking.excerpt(row.excerpt)) for row in rows],
        read=read,
        true=true,
        first=first,
        last=last,
        areas=dict(area_choices(active_only=False)),
    )


def _period() -> tuple[date, date]:
    today = tokyo_date(now())
    last = day(request.args.get("to")) or today
    first = day(request.args.get("from")) or last - timedelta(days=_DAYS)
    return (first, last) if first <= last else (last, first)


def _area(name: str) -> str | None:
    value = request.args.get(name, NONE)
    return None if value == NONE else value
