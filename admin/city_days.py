"""Master data: days on which the city hall is closed or open although the country's calendar says otherwise."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from admin.access import allow
from admin.choices import day, whole
from admin.context import actor, db, now
from feedback.clock import fiscal_year, fiscal_year_name, tokyo_date
from feedback.deadlines import queries, service
from feedback.deadlines.closing_days import NewDay, read_days
from feedback.errors import Invalid
from feedback.staff.rules import Permission

blueprint = Blueprint("city_days", __name__, url_prefix="/calendar")
_YEARS = range(2000, 2099)
_LONGEST_LIST = 100_000


@blueprint.get("")
@allow(Permission.MANAGE_MASTER)
def index() -> Any:
    """The special days of a fiscal year."""
    present = fiscal_year(tokyo_date(now()))
    wanted = whole(request.args.get("year"))
    year = wanted if wanted is not None and wanted in _YEARS else present
    days = queries.days_of(db(), date(year, 4, 1), date(year + 1, 3, 31))
    return render_template(
        "city_days/index.html",
        days=days,
        year=year,
        year_name=fiscal_year_name(year),
        years=[(one, fiscal_year_name(one)) for one in (year - 1, year, year + 1)],
    )


@blueprint.post("")
@allow(Permission.MANAGE_MASTER)
def add() -> Any:
    """Add a day, or change what one is."""
    chosen = day(request.form.get("day"))
    if chosen is None or chosen.year not in _YEARS:
        raise Invalid("日付を入力してください。")
    new = NewDay(chosen, request.form.get("open") == "1", request.form.get("name", "").strip())
    service.save_days(db(), [new], actor=actor(), at=now())
    flash("登録しました。これから決まる期限に使われます。", "success")
    return redirect(url_for(".index", year=fiscal_year(chosen)))


@blueprint.post("/delete")
@allow(Permission.MANAGE_MASTER)
def delete() -> Any:
    """Take a day away."""
    chosen = day(request.form.get("day"))
    if chosen is None:
        raise Invalid("日付を選び直してください。")
    service.delete_day(db(), chosen, actor=actor(), at=now())
    flash("削除しました。", "success")
    return redirect(url_for(".index", year=fiscal_year(chosen)))


@blueprint.get("/paste")
@allow(Permission.MANAGE_MASTER)
def paste() -> Any:
    """Where a list is pasted."""
    return render_template("city_days/paste.html", text="", found=None)


@blueprint.post("/paste")
@allow(Permission.MANAGE_MASTER)
def read_list() -> Any:
    """First show what was read and what was not; the second time keep it."""
    text = request.form.get("text", "")
    if len(text) > _LONGEST_LIST:
        raise Invalid("一覧が長すぎます。年度ごとに分けて貼り付けてください。")
    found = read_days(text)
    if "save" in request.form and found.days:
        service.save_days(db(), found.days, actor=actor(), at=now())
        flash(f"{len(found.days)}日を登録しました。", "success")
        return redirect(url_for(".index", year=fiscal_year(found.days[0].day)))
    return render_template("city_days/paste.html", text=text, found=found)


@blueprint.errorhandler(Invalid)
def explain(error: Invalid) -> Any:
    """Back to the calendar with the refusal in words."""
    flash(str(error), "error")
    return redirect(url_for(".index"))
