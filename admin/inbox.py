"""The inbox: tabs, filters, search, bulk assignment and re-routing."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for

from admin import formats, marking
from admin.access import allow
from admin.choices import whole
from admin.context import actor, db, note_view, now
from admin.listing import Wish, read_wish
from feedback.clock import tokyo_date
from feedback.departments.queries import departments
from feedback.errors import Invalid
from feedback.opinions import queries, service
from feedback.opinions.queries import Row, Tab
from feedback.opinions.rules import CHANNEL_NAMES, KIND_NAMES, OPEN_STATUSES, STATUS_NAMES
from feedback.routing.queries import areas
from feedback.staff.queries import colleagues
from feedback.staff.rules import Permission

blueprint = Blueprint("inbox", __name__)


@blueprint.errorhandler(Invalid)
def explain(error: Invalid) -> Any:
    """Back to the list with the refusal in words."""
    flash(str(error), "error")
    arguments: dict[str, Any] = {name: value for name, value in request.args.items() if name != "cursor"}
    return redirect(url_for(".index", **arguments))


TAB_NAMES = {
    Tab.MINE: "自分の担当",
    Tab.DEPARTMENT: "自課",
    Tab.UNROUTED: "振り分け待ち",
    Tab.URGENT: "緊急",
    Tab.OVERDUE: "期限超過",
    Tab.ALL: "すべて",
}
_MOST_AT_ONCE = 200


@blueprint.get("/")
@allow(Permission.VIEW_MATTERS)
def index() -> Any:
    """One page of the inbox."""
    wish = read_wish(request.args, tabs=queries.tabs_of(actor()))
    today = tokyo_date(now())
    page = queries.page(
        db(),
        actor=actor(),
        tab=wish.tab,
        wanted=wish.filter(),
        sort=wish.order,
        today=today,
        cursor=wish.cursor or None,
    )
    note_view(
        action="matters.listed",
        subject_type="matters",
        subject_id=wish.tab,
        detail={"count": len(page.rows), "searched": bool(wish.q)},
    )
    session["inbox"] = url_for(".index", **wish.arguments(cursor=wish.cursor))
    counts = queries.count_tabs(db(), actor=actor(), today=today)
    counted = None
    if wish.narrowed:
        counted = queries.count(db(), actor=actor(), tab=wish.tab, wanted=wish.filter(), today=today)
    return render_template(
        "inbox/index.html",
        wish=wish,
        lines=[(row, marking.excerpt(row.excerpt, words=wish.words), _due(row)) for row in page.rows],
        page=page,
        counted=counted,
        tabs=_tabs(wish, counts),
        choices=_choices(),
        colleagues=_colleagues(),
        href=lambda **changes: url_for(".index", **wish.arguments(**changes)),
        count_words=_count_words,
    )


@blueprint.get("/inbox/counts")
@allow(Permission.VIEW_MATTERS)
def counts() -> Any:
    """The tabs with fresh counts, for the page that stays open."""
    wish = read_wish(request.args, tabs=queries.tabs_of(actor()))
    fresh = queries.count_tabs(db(), actor=actor(), today=tokyo_date(now()))
    return render_template("inbox/tabs.html", tabs=_tabs(wish, fresh), wish=wish)


@blueprint.post("/inbox/bulk")
@allow(Permission.WORK_MATTERS)
def bulk() -> Any:
    """Assign or re-route the matters that were marked."""
    chosen = _chosen(request.form.getlist("matter"))
    done, refused = service.in_bulk(db(), chosen, _bulk_change())
    if done:
        flash(f"{done}件を変更しました。", "success")
    if refused:
        reasons = "、".join(sorted({reason for _, reason in refused}))
        flash(f"{len(refused)}件は変更できませんでした。{reasons}", "warning")
    wish = read_wish(request.args, tabs=queries.tabs_of(actor()))
    return redirect(url_for(".index", **wish.arguments(cursor=wish.cursor)))


def _bulk_change() -> Any:
    form = request.form
    if form.get("action") == "route":
        department_id = whole(form.get("department_id"))
        if department_id is None:
            raise Invalid("振り分け先の課を選んでください。")
        return lambda matter_id, version: service.route(
            db(), matter_id, actor=actor(), version=version, at=now(), department_id=department_id
        )
    assignee_id = whole(form.get("assignee_id"))
    if assignee_id is None:
        raise Invalid("担当者を選んでください。")
    return lambda matter_id, version: service.assign(
        db(), matter_id, actor=actor(), version=version, at=now(), assignee_id=assignee_id
    )


def _chosen(values: list[str]) -> list[tuple[int, int]]:
    pairs = [(whole(matter_id), whole(version)) for matter_id, _, version in (one.partition(":") for one in values)]
    chosen = [(one, version) for one, version in pairs if one is not None and version is not None]
    if len(chosen) < len(pairs):
        raise Invalid("選んだ案件を読み取れませんでした。一覧を開き直してください。")
    if not chosen:
        raise Invalid("案件を一つ以上選んでください。")
    if len(chosen) > _MOST_AT_ONCE:
        raise Invalid(f"一度に変更できるのは{_MOST_AT_ONCE}件までです。")
    return chosen


def _due(row: Row) -> formats.Due | None:
    return formats.due(row.due_on, tokyo_date(now())) if row.status in OPEN_STATUSES else None


def _count_words(count: int) -> str:
    return f"{queries.COUNT_CAP:,}+" if count > queries.COUNT_CAP else f"{count:,}"


def _tabs(wish: Wish, counts: dict[Tab, int]) -> list[dict[str, Any]]:
    return [
        {
            "key": tab,
            "name": TAB_NAMES[tab],
            "href": url_for(".index", tab=tab),
            "current": tab is wish.tab,
            "count": _count_words(counts[tab]) if tab in counts else None,
            "alarming": tab in {Tab.URGENT, Tab.OVERDUE} and counts.get(tab, 0) > 0,
        }
        for tab in queries.tabs_of(actor())
    ]


def _choices() -> dict[str, list[tuple[str, str]]]:
    return {
        "status": [("open", "未完了すべて"), *((str(key), name) for key, name in STATUS_NAMES.items())],
        "area": [("none", "分野未定"), *((one.key, one.short_name) for one in areas(db()))],
        "kind": [(str(key), name) for key, name in KIND_NAMES.items()],
        "department": [(str(one.id), one.name) for one in departments(db())] if actor().sees_all else [],
        "channel": [(str(key), name) for key, name in CHANNEL_NAMES.items()],
    }


def _colleagues() -> list[tuple[int, str]]:
    me = actor()
    if me.department_id is None or not me.may(Permission.WORK_MATTERS):
        return []
    return [(one.id, one.name) for one in colleagues(db(), department_id=me.department_id)]
