"""Master data: the city's own map of its districts; and the rising topics beside the dashboard's figures."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from admin import dashboard
from admin.access import allow
from admin.context import actor, db, note_view, now
from admin.themes import change_words
from feedback.clock import tokyo_date
from feedback.errors import Invalid
from feedback.learning.quality import quality
from feedback.opinions.narrowing import UNKNOWN
from feedback.opinions.rules import Kind
from feedback.staff.rules import Permission
from feedback.statistics import city_map as service
from feedback.statistics.places import districts
from feedback.themes.queries import Wanted, voices

blueprint = Blueprint("city_map", __name__)
_RISING = 5


@blueprint.get("/district-map")
@allow(Permission.MANAGE_MASTER)
def index() -> Any:
    """The map in use, and which districts it does not know."""
    kept = service.current(db())
    known = service.names_on(kept) if kept is not None else []
    missing = [one for one in districts(db()) if one not in known]
    return render_template("city_map/index.html", kept=kept, known=known, missing=missing)


@blueprint.post("/district-map")
@allow(Permission.MANAGE_MASTER)
def save() -> Any:
    """Use an uploaded map."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid("GeoJSON のファイルを選んでください。")
    kept = service.keep(db(), file.stream.read(service.LARGEST + 1), districts=districts(db()), actor=actor(), at=now())
    flash(f"地図を登録しました。地区の名前は「{kept.name_property}」の項目から読みました。", "success")
    return redirect(url_for(".index"))


@blueprint.post("/district-map/remove")
@allow(Permission.MANAGE_MASTER)
def remove() -> Any:
    """Use no map."""
    service.remove(db(), actor=actor(), at=now())
    flash("地図を削除しました。ダッシュボードの地区は、マスで表示します。", "success")
    return redirect(url_for(".index"))


@blueprint.get("/district-map/shapes")
@allow(Permission.VIEW_DASHBOARD)
def shapes() -> Any:
    """The map for the browser."""
    kept = service.current(db())
    return Response(kept.geojson if kept else '{"type":"FeatureCollection","features":[]}', mimetype="application/json")


@blueprint.get("/dashboard/topics")
@allow(Permission.VIEW_MATTERS)
def topics() -> Any:
    """Topics that grew most against the period before, in citizens' own words; and how good the classifying is."""
    wanted = dashboard.filter_of_address(tokyo_date(now()))
    kind = Kind(wanted.kind) if wanted.kind in set(Kind) else None
    area = None if wanted.area == UNKNOWN else wanted.area
    found = voices(db(), Wanted(wanted.scope, area=area, kind=kind), actor=actor())
    rising = sorted(
        ((one, theme) for one in found.areas for theme in one.themes if theme.change > 0),
        key=lambda pair: (-pair[1].change, -pair[1].size.matters, pair[1].id),
    )[:_RISING]
    quoted = [quote.matter_id for _, theme in rising for quote in theme.quotes]
    detail = {"from": wanted.first.isoformat(), "to": wanted.last.isoformat(), "quoted": quoted}
    note_view(action="themes.viewed", subject_type="matters", subject_id=area or "all", detail=detail)
    plain = replace(wanted, channel=None, outcome=None, district=None, age=None)
    return render_template(
        "dashboard/topics.html",
        rising=rising,
        before=found.period_before,
        whole=plain != wanted,
        change_words=change_words,
        to_inbox=dashboard.inbox_of(plain),
        quality=quality(db(), wanted.scope) if actor().may(Permission.VIEW_QUALITY) else None,
    )


@blueprint.errorhandler(Invalid)
def explain(error: Invalid) -> Any:
    """Back to the map with the refusal in words."""
    flash(str(error), "error")
    return redirect(url_for(".index"))
