"""回答の評価: whether answers helped, by area, department and month, with citizens' comments; as a page and as CSV."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context

from admin.access import allow
from admin.choices import day, department_choices, whole
from admin.context import actor, db, note_view, now, services
from admin.tables.cells import escape
from feedback.answers import rating_figures
from feedback.answers.rating_figures import Rated
from feedback.clock import TOKYO, fiscal_year, fiscal_year_name, tokyo_date
from feedback.staff.rules import Permission
from feedback.statistics.queries import Scope

blueprint = Blueprint("ratings", __name__)
_HEADINGS = ("受付番号", "分野", "担当課", "評価", "感想（個人情報は伏せています）", "評価日時")
HELPFUL, UNHELPFUL = "役に立った", "役に立たなかった"


@blueprint.get("/ratings")
@allow(Permission.VIEW_MATTERS)
def index() -> Any:
    """The figures of the period in the address; without one, of this fiscal year so far. Departments see their own."""
    scope, today = _scope(), tokyo_date(now())
    found = rating_figures.comments(db(), scope, actor=actor())
    note_view(
        action="ratings.viewed",
        subject_type="matters",
        subject_id=scope.department_id or "all",
        detail={"shown": [one.matter_id for one in found]},
    )
    return render_template(
        "ratings/index.html",
        figures=rating_figures.figures(db(), scope, actor=actor()),
        comments=found,
        most=rating_figures.COMMENTS_SHOWN,
        scope=scope,
        department=str(scope.department_id or ""),
        departments=department_choices(empty="すべての課", active_only=False) if actor().sees_all else [],
        years=[
            (fiscal_year_name(one), date(one, 4, 1), min(today, date(one + 1, 3, 31)))
            for one in (fiscal_year(today), fiscal_year(today) - 1)
        ],
        words={True: HELPFUL, False: UNHELPFUL},
    )


@blueprint.get("/ratings/file")
@allow(Permission.EXPORT_OPINIONS)
def file() -> Response:
    """Every rating of the period as CSV."""
    scope, who = _scope(), actor()
    note_view(
        action="ratings.exported",
        subject_type="matters",
        subject_id=scope.department_id or "all",
        detail={"from": scope.first.isoformat(), "to": scope.last.isoformat()},
    )

    def rows() -> Iterator[Rated]:
        with services().database.read() as session:
            yield from rating_figures.every(session, scope, actor=who)

    name = f"ratings-{scope.first:%Y%m%d}-{scope.last:%Y%m%d}.csv"
    return Response(
        stream_with_context(_csv(rows())),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _scope() -> Scope:
    today = tokyo_date(now())
    first = day(request.args.get("from")) or date(fiscal_year(today), 4, 1)
    last = day(request.args.get("to")) or today
    department_id = whole(request.args.get("department")) if actor().sees_all else None
    return Scope(min(first, last), max(first, last), department_id)


def _csv(rows: Iterable[Rated]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf"  # without it, Excel on Windows reads UTF-8 as CP932
    yield _line(_HEADINGS)
    for one in rows:
        told = one.rated_at.astimezone(TOKYO).isoformat(timespec="minutes")
        words = (one.receipt, one.area, one.department, HELPFUL if one.helpful else UNHELPFUL, one.comment or "", told)
        yield _line([escape(word) for word in words])


def _line(cells: Iterable[str]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().encode()
