"""The inbox: tabs, saved views, filters, search."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for

from admin import formats, marking
from admin.access import allow
from admin.bulk import latest_batch
from admin.context import actor, db, note_view, now
from admin.declined import still_declined
from admin.listing import Wish, read_wish
from feedback import masking
from feedback.clock import tokyo_date
from feedback.deadlines.service import load as load_deadlines
from feedback.errors import Invalid
from feedback.likeness.queries import Size, sizes
from feedback.notes.queries import texts_of
from feedback.opinions import queries
from feedback.opinions.queries import Filter, Row, Tab
from feedback.opinions.receipts import matter_of_receipt
from feedback.opinions.rules import (
    AGE_BANDS,
    CHANNEL_NAMES,
    KIND_NAMES,
    OPEN_STATUSES,
    OUTCOME_NAMES,
    STATUS_NAMES,
)
from feedback.staff.rules import Permission
from feedback.statistics.answering import BANDS
from feedback.views.choices import Choices, choices_for
from feedback.views.queries import View, views_of

blueprint = Blueprint("inbox", __name__)


@blueprint.errorhandler(Invalid)
def explain(error: Invalid) -> Any:
    """Back to the list with the refusal in words."""
    flash(str(error), "error")
    arguments: dict[str, Any] = {name: value for name, value in request.args.items() if name != "cursor"}
    return redirect(url_for(".index", **arguments))


TAB_NAMES = {
    Tab.MINE: "自分の担当",
    Tab.MENTIONED: "わたし宛て",
    Tab.DEPARTMENT: "自課",
    Tab.UNROUTED: "振り分け待ち",
    Tab.BOUNCED: "差し戻し",
    Tab.URGENT: "緊急",
    Tab.OVERDUE: "期限超過",
    Tab.ALL: "すべて",
}
_SHOWN_NOTE = 90
"""Letters of a note around what was searched for."""


@blueprint.get("/")
@allow(Permission.VIEW_MATTERS)
def index() -> Any:
    """One page of the inbox. Without a wish it is the person's own first view; a receipt number leads to its matter."""
    saved = views_of(db(), actor=actor())
    first = next((one for one in saved if one.first), None)
    if not request.args and first is not None:
        return redirect(view_address(first))
    tabs, today = queries.tabs_of(actor()), tokyo_date(now())
    wish = read_wish(request.args, tabs=tabs)
    found = matter_of_receipt(db(), wish.q, actor=actor()) if wish.q else None
    if found is not None:
        return redirect(url_for("matters.show", matter_id=found))
    counts = queries.count_tabs(db(), actor=actor(), today=today)
    wish = read_wish(request.args, tabs=tabs, otherwise=_first_with_work(tabs, counts))
    wanted = queries.looked_up(db(), wish.filter(today))
    page = queries.page(
        db(),
        actor=actor(),
        tab=wish.tab,
        wanted=wanted,
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
    counted, offered = None, choices_for(db(), actor=actor())
    if wish.narrowed:
        counted = queries.count(db(), actor=actor(), tab=wish.tab, wanted=wanted, today=today)
    return render_template(
        "inbox/index.html",
        wish=wish,
        lines=[(row, marking.excerpt(row.excerpt, words=wish.words), _due(row)) for row in page.rows],
        noted=_noted(wish, page.rows),
        copies=_copies(wish, wanted, page.rows),
        page=page,
        counted=counted,
        tabs=_tabs(wish, counts),
        choices=_choices(offered),
        colleagues=offered.colleagues,
        href=lambda **changes: url_for(".index", **wish.arguments(**changes)),
        count_words=_count_words,
        declined=still_declined(),
        batch=latest_batch(),
        saved=saved,
        view=next((one for one in saved if str(one.id) == wish.view), None),
        view_address=view_address,
        removed_view=session.pop("removed_view", None),
    )


def view_address(view: View) -> str:
    """Where a saved view leads."""
    arguments: dict[str, Any] = {**view.query, "view": view.id}
    return url_for("inbox.index", **arguments)


@blueprint.get("/inbox/counts")
@allow(Permission.VIEW_MATTERS)
def counts() -> Any:
    """The tabs with fresh counts, for the page that stays open."""
    wish = read_wish(request.args, tabs=queries.tabs_of(actor()))
    fresh = queries.count_tabs(db(), actor=actor(), today=tokyo_date(now()))
    return render_template("inbox/tabs.html", tabs=_tabs(wish, fresh), wish=wish)


def _first_with_work(tabs: list[Tab], counts: dict[Tab, int]) -> Tab:
    """The tab that the inbox opens on: nobody begins the day before an empty list while work lies under another."""
    return next((tab for tab in tabs if counts.get(tab, 1)), tabs[0])


def _copies(wish: Wish, wanted: Filter, rows: list[Row]) -> dict[int, tuple[int, Size]]:
    """For rows that stand for several near-duplicates of this list: their group and its size."""
    if not wish.folded:
        return {}
    among = queries.listed(db(), actor=actor(), tab=wish.tab, wanted=wanted, today=tokyo_date(now()))
    found = sizes(db(), [row.id for row in rows], among=among)
    return {matter_id: (group, size) for matter_id, (group, size) in found.items() if size.matters > 1}


def _noted(wish: Wish, rows: list[Row]) -> dict[int, list[marking.Segment]]:
    """For rows whose own words do not show why they were found: the words around it in their notes."""
    elsewhere = [row.id for row in rows if wish.words and not marking.spans_of(row.excerpt, wish.words)]
    shown: dict[int, list[marking.Segment]] = {}
    if not elsewhere:
        return shown
    for matter_id, texts in texts_of(db(), elsewhere).items():
        hit = next((text for text in texts if marking.spans_of(text, wish.words)), None)
        if hit is not None:
            shown[matter_id] = marking.excerpt(masking.mask(hit), words=wish.words, length=_SHOWN_NOTE)
    return shown


def _due(row: Row) -> formats.Due | None:
    calendar = load_deadlines(db()).calendar
    return formats.due(row.due_on, tokyo_date(now()), calendar) if row.status in OPEN_STATUSES else None


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


def _choices(offered: Choices) -> dict[str, list[tuple[str, str]]]:
    return {
        "status": [("open", "未完了すべて"), *((str(key), name) for key, name in STATUS_NAMES.items())],
        "area": [("none", "分野未定"), *offered.areas],
        "kind": [("none", "種別未定"), *((str(key), name) for key, name in KIND_NAMES.items())],
        "outcome": [("none", "対応区分の記録なし"), *((str(key), name) for key, name in OUTCOME_NAMES.items())],
        "age": [("none", "年代不明"), *AGE_BANDS.items()],
        "days": [(key, f"{name}に回答") for key, name, _, _ in BANDS],
        "department": offered.departments,
        "channel": [(str(key), name) for key, name in CHANNEL_NAMES.items()],
    }
