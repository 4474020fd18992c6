"""声のまとめ: what citizens wrote about in a period, area by area, in their own words."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for

from admin.access import allow
from admin.choices import day, department_choices, whole
from admin.context import actor, db, note_view, now
from feedback.clock import tokyo_date
from feedback.opinions.rules import KIND_NAMES, Kind
from feedback.routing.queries import areas
from feedback.staff.rules import Permission
from feedback.statistics.queries import Scope
from feedback.themes.queries import AreaView, ThemeView, Wanted, voices

blueprint = Blueprint("themes", __name__)

_DAYS = 90


@blueprint.get("/voices")
@allow(Permission.VIEW_MATTERS)
def index() -> Any:
    """The themes of the period, area, department and kind in the address; without them, of the last 90 days."""
    today = tokyo_date(now())
    wanted = _wanted(today)
    found = voices(db(), wanted, actor=actor())
    quoted = [quote.matter_id for area in found.areas for theme in area.themes for quote in theme.quotes]
    note_view(
        action="themes.viewed",
        subject_type="matters",
        subject_id=wanted.area or "all",
        detail={"from": wanted.scope.first.isoformat(), "to": wanted.scope.last.isoformat(), "quoted": quoted},
    )
    return render_template(
        "themes/index.html",
        found=found,
        wanted=wanted,
        department=str(wanted.scope.department_id or ""),
        departments=department_choices(empty="すべての課", active_only=False) if actor().sees_all else [],
        areas=[("", "すべての分野"), *((one.key, one.name) for one in areas(db()))],
        kinds=[("", "すべての種別"), *((str(key), name) for key, name in KIND_NAMES.items())],
        periods=_periods(today),
        change_words=change_words,
        to_inbox=lambda **filters: _inbox(wanted, filters),
    )


def change_words(view: AreaView | ThemeView) -> str:
    """How a size differs from the period before, as tables of the city print it."""
    if view.change == 0:
        return "増減なし"
    return f"＋{view.change:,}件" if view.change > 0 else f"△{-view.change:,}件"


def _wanted(today: date) -> Wanted:
    last = day(request.args.get("to")) or today
    first = day(request.args.get("from")) or last - timedelta(days=_DAYS - 1)
    if first > last:
        first, last = last, first
    department_id = whole(request.args.get("department")) if actor().sees_all else None
    kind = request.args.get("kind", "")
    known = {one.key for one in areas(db(), active_only=False)}
    area = request.args.get("area", "")
    return Wanted(
        Scope(first, last, department_id),
        area=area if area in known else None,
        kind=Kind(kind) if kind in set(Kind) else None,
    )


def _periods(today: date) -> list[tuple[str, date, date]]:
    this = today.replace(day=1)
    before = this - timedelta(days=1)
    return [
        ("今月", this, today),
        ("先月", before.replace(day=1), before),
        (f"直近{_DAYS}日", today - timedelta(days=_DAYS - 1), today),
    ]


def _inbox(wanted: Wanted, filters: dict[str, Any]) -> str:
    """The inbox showing the opinions behind a figure."""
    arguments = {
        "tab": "all",
        "since": wanted.scope.first.isoformat(),
        "until": wanted.scope.last.isoformat(),
        "department": wanted.scope.department_id,
        "area": wanted.area,
        "kind": wanted.kind,
    }
    return url_for("inbox.index", **{name: value for name, value in (arguments | filters).items() if value})
