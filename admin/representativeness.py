"""Whose voices they are: ages and districts of a period beside the population, and the population table itself."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from admin import charts, dashboard
from admin.access import allow
from admin.choices import day, whole
from admin.context import actor, db, now
from feedback.clock import tokyo_date
from feedback.errors import Invalid
from feedback.staff.rules import Permission
from feedback.statistics.population import Census, keep, profile, read_census, sampling_error

blueprint = Blueprint("representativeness", __name__)
_LONGEST = 2_000_000
_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5)


@blueprint.get("/representativeness")
@allow(Permission.VIEW_DASHBOARD)
def index() -> Any:
    """The profile of the filter in the address; and the error of a random sample, when its sizes are given."""
    today = tokyo_date(now())
    wanted = dashboard.filter_of_address(today)
    found = profile(db(), wanted)
    sample, population = whole(request.args.get("sample")), whole(request.args.get("population"))
    able = bool(sample and population and sample <= population)
    return render_template(
        "representativeness/index.html",
        found=found,
        wanted=wanted,
        choices=dashboard.filter_choices(),
        periods=dashboard.periods(today),
        to_inbox=dashboard.inbox_of(wanted),
        sample=request.args.get("sample", "")[:9],
        population=request.args.get("population", "")[:9],
        asked=bool(request.args.get("sample") or request.args.get("population")),
        errors=[(share, sampling_error(share, sample or 1, population or 1)) for share in _SHARES] if able else [],
        charts={"ages": _chart(found)} if found.people and found.matters else {},
    )


@blueprint.get("/population")
@allow(Permission.MANAGE_MASTER)
def population() -> Any:
    """Where the population is pasted or uploaded."""
    today = tokyo_date(now())
    return render_template("representativeness/population.html", text="", as_of=today, census=None, limit=_LONGEST)


@blueprint.post("/population")
@allow(Permission.MANAGE_MASTER)
def read_population() -> Any:
    """First show what was read and what was not; the second time keep it."""
    text = _text()
    census = read_census(text)
    as_of = day(request.form.get("as_of")) or tokyo_date(now())
    if "save" in request.form and census.people:
        keep(db(), census, as_of=as_of, actor=actor(), at=now())
        flash(f"{len(census.people):,}区分、{census.total:,}人の人口を登録しました。", "success")
        return redirect(url_for(".index"))
    return render_template(
        "representativeness/population.html", text=text, as_of=as_of, census=census, limit=_LONGEST, by=_by(census)
    )


@blueprint.errorhandler(Invalid)
def explain(error: Invalid) -> Any:
    """Back to the form with the refusal in words."""
    flash(str(error), "error")
    return redirect(url_for(".population"))


def _text() -> str:
    file = request.files.get("file")
    if file is not None and file.filename:
        content = file.stream.read(_LONGEST * 3 + 1)
        for encoding in ("utf-8-sig", "cp932"):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            break
        else:
            raise Invalid("文字コードを判別できません。UTF-8 か Shift_JIS の CSV で保存し直してください。")
    else:
        text = request.form.get("text", "")
    if len(text) > _LONGEST:
        raise Invalid("一覧が長すぎます。地区と年代ごとの人口だけにしてください。")
    return text.replace("\0", "")


def _by(census: Census) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for (district, _), people in census.people.items():
        found[district] = found.get(district, 0) + people
    return sorted(found.items())


def _chart(found: Any) -> dict[str, Any]:
    return charts.compared(
        [one.name for one in found.ages],
        [
            ("人口の割合（％）", [round((one.people_share or 0) * 100, 1) for one in found.ages]),
            ("声の割合（％）", [round(one.share * 100, 1) for one in found.ages]),
        ],
        "年代ごとの、人口の割合と声の割合。数値は下の表にあります。",
    )
