"""The dashboard: figures of a period, each as a table, the main ones as charts too, all leading to the inbox."""

from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for

from admin import charts
from admin.access import allow
from admin.choices import area_choices, channel_choices, department_choices, kind_choices, named
from admin.context import actor, db, now
from feedback.clock import fiscal_year, fiscal_year_name, tokyo_date
from feedback.opinions.narrowing import UNKNOWN
from feedback.opinions.rules import AGE_BANDS, OUTCOME_NAMES
from feedback.staff.rules import Permission
from feedback.statistics.city_map import current as current_map
from feedback.statistics.dashboard import Dashboard, dashboard
from feedback.statistics.filters import FigureFilter, read
from feedback.statistics.places import districts
from feedback.statistics.posting import NOBODYS

blueprint = Blueprint("dashboard", __name__)
_HEATS = 6


@blueprint.get("/dashboard")
@allow(Permission.VIEW_DASHBOARD)
def index() -> Any:
    """Figures of the filter in the address; without one, of this fiscal year so far."""
    today = tokyo_date(now())
    wanted = filter_of_address(today)
    found = dashboard(db(), wanted, today=today)
    kept = current_map(db())
    return render_template(
        "dashboard/index.html",
        found=found,
        wanted=wanted,
        choices=filter_choices([one.key for one in found.districts if one.key != UNKNOWN]),
        periods=periods(today),
        to_inbox=inbox_of(wanted),
        month_days=month_days,
        heat=_heat_of(found),
        charts=_charts(found) | ({"districts": _map(found, kept.name_property)} if kept is not None else {}),
        district_heat=_heat(max((one.count for one in found.districts if one.key != UNKNOWN), default=0)),
    )


def filter_of_address(today: date) -> FigureFilter:
    """What the address asks for, as far as the person asking may see it."""
    wanted = read(request.args, first=date(fiscal_year(today), 4, 1), last=today)
    return wanted if actor().sees_all else replace(wanted, department_id=actor().department_id or NOBODYS)


def filter_choices(named_districts: Iterable[str] = ()) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Name, label and choices of each filter beside the period. ``named_districts``: those in the figures shown."""
    places = sorted({*districts(db()), *named_districts})
    departments = [("department", "担当課", department_choices(empty="すべて", active_only=False))]
    return [
        ("area", "分野", [("", "すべて"), *area_choices(active_only=False), (UNKNOWN, "分野未定")]),
        ("kind", "種別", [*kind_choices(empty="すべて"), (UNKNOWN, "種別未定")]),
        *(departments if actor().sees_all else []),
        ("channel", "受付方法", [("", "すべて"), *channel_choices()]),
        ("outcome", "対応区分", [("", "すべて"), *named(OUTCOME_NAMES), (UNKNOWN, "記録なし")]),
        ("district", "地区", [("", "すべて"), *((one, one) for one in places), (UNKNOWN, "不明")]),
        ("age", "年代", [("", "すべて"), *named(AGE_BANDS), (UNKNOWN, "不明")]),
    ]


def periods(today: date) -> list[tuple[str, date, date]]:
    """Periods at one press: the last fiscal years and this month."""
    year = fiscal_year(today)
    years = [(fiscal_year_name(one), date(one, 4, 1), min(today, date(one + 1, 3, 31))) for one in (year, year - 1)]
    return [*years, ("今月", today.replace(day=1), today)]


def inbox_of(wanted: FigureFilter) -> Callable[..., str]:
    """Addresses of the inbox showing the matters behind a figure of this filter."""
    narrowed = wanted.narrowed
    if not actor().sees_all:
        narrowed.pop("department", None)
    period = {"tab": "all", "since": wanted.first.isoformat(), "until": wanted.last.isoformat()}

    def address(**filters: str) -> str:
        arguments: dict[str, Any] = period | narrowed | filters
        return url_for("inbox.index", **arguments)

    return address


def month_days(wanted: FigureFilter, month: tuple[int, int]) -> dict[str, str]:
    """The part of a month that lies in the period, as the inbox asks for it."""
    first, last = date(*month, 1), date(*month, monthrange(*month)[1])
    return {"since": max(first, wanted.first).isoformat(), "until": min(last, wanted.last).isoformat()}


def year_days(wanted: FigureFilter, year: int) -> dict[str, str]:
    """The part of a fiscal year that lies in the period."""
    first, last = date(year, 4, 1), date(year + 1, 3, 31)
    return {"since": max(first, wanted.first).isoformat(), "until": min(last, wanted.last).isoformat()}


def _heat_of(found: Dashboard) -> Callable[[int], int]:
    return _heat(max((count for _, _, counts in found.heat.rows for count in counts), default=0))


def _heat(largest: int) -> Callable[[int], int]:
    """How strongly a count is coloured, 0 to 6, by its share of the largest."""
    return lambda count: -(-count * _HEATS // largest) if largest else 0


def _map(found: Dashboard, name_property: str) -> dict[str, Any]:
    counted = [one for one in found.districts if one.key != UNKNOWN]
    return charts.base("地区ごとの件数の地図。数値は下の表にあります。") | {
        "tooltip": {"trigger": "item"},
        "visualMap": {
            "min": 0,
            "max": max((one.count for one in counted), default=1),
            "left": 0,
            "bottom": 0,
            "itemHeight": 80,
            "text": ["多い", "少ない"],
            "inRange": {"color": ["#f1f5fe", charts.PALE, charts.BLUE]},
        },
        "series": [
            {
                "type": "map",
                "map": "districts",
                "nameProperty": name_property,
                "label": {
                    "show": True,
                    "color": charts.INK,
                    "fontSize": 11,
                    "textBorderColor": "#fff",
                    "textBorderWidth": 2,
                },
                "data": [{"name": one.name, "value": one.count} for one in counted],
            }
        ],
    }


def _charts(found: Dashboard) -> dict[str, Any]:
    def bars(shares: Sequence[Any], name: str) -> dict[str, Any]:
        shown = [(one.name, one.count) for one in shares if one.count]
        return charts.bars(shown, f"{name}。数値は下の表にあります。", whole=True)

    months = found.months
    series: list[tuple[str, list[int | None]]] = [
        (found.year_before_name, [one.before for one in months]),
        (found.year_name, [one.current for one in months]),
    ]
    return {
        "months": charts.compared(
            [f"{one.month}月" for one in months],
            series,
            f"月別の件数。{found.year_before_name}と{found.year_name}を比べます。数値は下の表にあります。",
        ),
        "areas": bars(found.areas, "分野別の件数。多い順に並べます"),
        "kinds": bars(found.kinds, "種別の件数"),
        "outcomes": bars(found.outcomes, "対応区分の件数"),
        "answers": charts.columns(
            [(one.name, one.count) for one in found.answers.bands],
            "回答までの営業日数ごとの件数。数値は下の表にあります。",
        ),
        "ages": charts.columns([(one.name, one.count) for one in found.ages], "年代別の件数。数値は下の表にあります。"),
    }
