"""The dashboard: figures of a period, each as a table, the main ones as charts too, all leading to the inbox."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for

from admin import charts
from admin.access import allow
from admin.choices import day, department_choices, whole
from admin.context import actor, db, now
from feedback.clock import fiscal_year, fiscal_year_name, tokyo_date
from feedback.staff.rules import Permission
from feedback.statistics.queries import Month, Scope, Share, statistics

blueprint = Blueprint("dashboard", __name__)


@blueprint.get("/dashboard")
@allow(Permission.VIEW_DASHBOARD)
def index() -> Any:
    """Figures of the period and department in the address; without them, of this fiscal year so far."""
    today = tokyo_date(now())
    year = fiscal_year(today)
    first = day(request.args.get("from")) or date(year, 4, 1)
    last = day(request.args.get("to")) or today
    if first > last:
        first, last = last, first
    department_id = whole(request.args.get("department")) if actor().sees_all else actor().department_id
    found = statistics(db(), Scope(first, last, department_id), today=today)
    return render_template(
        "dashboard/index.html",
        found=found,
        first=first,
        last=last,
        department=str(department_id or ""),
        departments=department_choices(empty="すべての課", active_only=False) if actor().sees_all else [],
        years=[(fiscal_year_name(one), date(one, 4, 1), min(today, date(one + 1, 3, 31))) for one in (year, year - 1)],
        to_inbox=lambda **filters: _inbox(first, last, department_id, filters),
        charts={
            "months": _month_chart(found.months, (found.year_before_name, found.year_name)),
            "areas": _bar_chart(found.areas, "分野別の件数"),
            "answers": _column_chart(found.answers.bands, "回答までの営業日数ごとの件数"),
        },
    )


def _inbox(first: date, last: date, department_id: int | None, filters: dict[str, Any]) -> str:
    """The inbox showing the matters behind a figure."""
    wanted = {"tab": "all", "since": first.isoformat(), "until": last.isoformat()}
    if department_id is not None and actor().sees_all:
        wanted["department"] = str(department_id)
    return url_for("inbox.index", **(wanted | filters))


def _month_chart(months: Sequence[Month], names: tuple[str, str]) -> dict[str, Any]:
    before, current = names
    return charts.base(f"月別の件数。{before}と{current}を比べます。数値は下の表にあります。") | {
        "legend": {"top": 0, "right": 0},
        "xAxis": {"type": "category", "data": [f"{one.month}月" for one in months]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "name": before,
                "type": "bar",
                "data": [one.before for one in months],
                "itemStyle": {"color": charts.PALE, "borderRadius": [2, 2, 0, 0]},
            },
            {
                "name": current,
                "type": "bar",
                "data": [one.current for one in months],
                "itemStyle": {"color": charts.BLUE, "borderRadius": [2, 2, 0, 0]},
            },
        ],
    }


def _bar_chart(shares: Sequence[Share], name: str) -> dict[str, Any]:
    shown = [(one.name, one.count) for one in shares if one.count]
    return charts.bars(shown, f"{name}。多い順に並べます。数値は下の表にあります。", whole=True)


def _column_chart(shares: Sequence[Share], name: str) -> dict[str, Any]:
    return charts.base(f"{name}。数値は下の表にあります。") | {
        "xAxis": {"type": "category", "data": [one.name for one in shares]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "type": "bar",
                "data": [one.count for one in shares],
                "itemStyle": {"color": charts.BLUE, "borderRadius": [2, 2, 0, 0]},
                "label": {"show": True, "position": "top", "color": charts.INK},
            }
        ],
    }
