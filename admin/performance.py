"""How each department does, in a period: a table and two charts. Departments see their own row only."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request

from admin import charts
from admin.access import allow
from admin.choices import day
from admin.context import actor, db, now
from feedback.clock import fiscal_year, fiscal_year_name, tokyo_date
from feedback.staff.rules import Permission
from feedback.statistics.by_department import DepartmentFigures, by_department
from feedback.statistics.queries import Scope

blueprint = Blueprint("performance", __name__)
_CHARTED = 15
_NOBODYS = -1
"""No department: somebody of a department's role without one sees nothing."""


@blueprint.get("/performance")
@allow(Permission.VIEW_DASHBOARD)
def index() -> Any:
    """Figures of the period in the address; without one, of this fiscal year so far."""
    today = tokyo_date(now())
    year = fiscal_year(today)
    first = day(request.args.get("from")) or date(year, 4, 1)
    last = day(request.args.get("to")) or today
    if first > last:
        first, last = last, first
    department_id = None if actor().sees_all else actor().department_id or _NOBODYS
    rows = by_department(db(), Scope(first, last, department_id), today=today)
    return render_template(
        "performance/index.html",
        rows=rows,
        first=first,
        last=last,
        years=[(fiscal_year_name(one), date(one, 4, 1), min(today, date(one + 1, 3, 31))) for one in (year, year - 1)],
        charts={"answers": _answers(rows), "late": _late(rows)} if len(rows) > 1 else {},
    )


def _answers(rows: Sequence[DepartmentFigures]) -> dict[str, Any]:
    known = [(one.name, one.answer_days) for one in rows if one.answer_days is not None]
    ordered = sorted(known, key=lambda pair: -pair[1])[:_CHARTED]
    return charts.bars(ordered, "担当課ごとの、回答までの営業日数の中央値。長い順に15課まで。数値は下の表にあります。")


def _late(rows: Sequence[DepartmentFigures]) -> dict[str, Any]:
    late = [(one.name, round(one.late_share * 100, 1)) for one in rows if one.late]
    ordered = sorted(late, key=lambda pair: -pair[1])[:_CHARTED]
    return charts.bars(ordered, "担当課ごとの、期限を過ぎた割合（％）。高い順に15課まで。数値は下の表にあります。")
