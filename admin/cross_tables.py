"""Cross tables: any two things matters are counted by; looked at, saved, shared, sent, taken along as a file."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from admin import dashboard
from admin.access import allow
from admin.choices import named
from admin.context import actor, db, note_view, now
from admin.tables.plain import Cell as FileCell
from admin.tables.plain import write_rows
from admin.tables.writing import CONTENT_TYPES, Format
from feedback.clock import tokyo_date
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.staff.rules import Permission
from feedback.statistics import cross_tables as service
from feedback.statistics.cross_tables import EVERY_NAMES, PERIOD_NAMES, Wish, read_wish
from feedback.statistics.crossing import DIMENSION_NAMES, HIDDEN_NOTE, SHOW_NAMES, Cell, Dimension, Grid, Show, cross
from feedback.statistics.posting import as_seen_by

blueprint = Blueprint("cross_tables", __name__, url_prefix="/cross-tables")


def explain(error: Exception) -> Any:
    """Back to the table with the refusal in words."""
    flash(str(error), "error")
    return redirect(_here())


for refusal in (Invalid, NotAllowed, NotFound):
    blueprint.register_error_handler(refusal, explain)


@blueprint.get("")
@allow(Permission.VIEW_DASHBOARD)
def index() -> Any:
    """The table that the address asks for; without one, areas by month of this fiscal year."""
    wish = _wish()
    grid = _grid(wish)
    return render_template(
        "cross_tables/index.html",
        wish=wish,
        wanted=wish.wanted,
        grid=grid,
        dimensions=named(DIMENSION_NAMES),
        shows=named(SHOW_NAMES),
        names=DIMENSION_NAMES,
        show_name=SHOW_NAMES[wish.show],
        period_names=list(PERIOD_NAMES.items()),
        choices=dashboard.filter_choices(),
        figure=lambda cell: shown(cell, wish.show),
        cell_address=lambda row, column: _cell_address(wish, row, column),
        here=wish.address(),
        saved=service.listed(db(), actor=actor()),
        every_names=list(EVERY_NAMES.items()),
        hidden_note=HIDDEN_NOTE,
    )


@blueprint.get("/file")
@allow(Permission.VIEW_DASHBOARD)
def file() -> Any:
    """The table as CSV or XLSX."""
    wish = _wish()
    chosen = Format.CSV if request.args.get("format") == "csv" else Format.XLSX
    note_view(action="cross_table.exported", subject_type="cross_table", subject_id=f"{wish.rows}×{wish.columns}")
    headings, *rows = lines(wish, _grid(wish))
    names = [str(one) for one in headings]
    content = write_rows(rows, names=names, headings=names, file_format=chosen, sheet="集計表")
    disposition = f"attachment; filename=cross-table.{chosen}"
    return Response(b"".join(content), mimetype=CONTENT_TYPES[chosen], headers={"Content-Disposition": disposition})


@blueprint.post("/save")
@allow(Permission.VIEW_DASHBOARD)
def save() -> Any:
    """Keep what is on screen under a name."""
    shared = "shared" in request.form
    service.save(db(), _wish(), name=request.form.get("name", ""), shared=shared, actor=actor(), at=now())
    flash("この集計表を保存しました。", "success")
    return redirect(_here())


@blueprint.post("/<int:table_id>/remove")
@allow(Permission.VIEW_DASHBOARD)
def remove(table_id: int) -> Any:
    """Take a saved table away."""
    service.remove(db(), table_id, actor=actor(), at=now())
    flash("保存した集計表を削除しました。", "success")
    return redirect(_here())


@blueprint.post("/<int:table_id>/mail")
@allow(Permission.VIEW_DASHBOARD)
def mail(table_id: int) -> Any:
    """Get a saved table by e-mail, or no longer."""
    every = request.form.get("every", "")
    service.subscribe(db(), table_id, every=every, actor=actor(), at=now())
    flash("この集計表をメールで送ります。" if every else "この集計表のメールを止めました。", "success")
    return redirect(_here())


def shown(cell: Cell, show: Show) -> str:
    """A cell in words."""
    if show is Show.CHANGE:
        return "x" if cell.change is None else f"△{-cell.change:,}" if cell.change < 0 else f"{cell.change:,}"
    if cell.count is None:
        return "x"
    if show is Show.COUNT:
        return f"{cell.count:,}"
    share = cell.of_row if show is Show.ROW else cell.of_column
    return "x" if share is None else "-" if not cell.count else f"{share * 100:.1f}"


def lines(wish: Wish, grid: Grid) -> list[list[FileCell]]:
    """The table as rows of a file: counts as numbers, the rest as it is shown."""

    def value(cell: Cell) -> FileCell:
        if wish.show is Show.COUNT and cell.count is not None:
            return cell.count
        if wish.show is Show.CHANGE and cell.change is not None:
            return cell.change
        return shown(cell, wish.show)

    heads: list[FileCell] = [
        f"{DIMENSION_NAMES[wish.rows]}＼{DIMENSION_NAMES[wish.columns]}",
        *(name for _, name in grid.columns),
        "計",
    ]
    body: list[list[FileCell]] = [
        [name, *map(value, cells)]
        for name, cells in zip([*(name for _, name in grid.rows), "計"], grid.cells, strict=True)
    ]
    period = f"{wish.wanted.first.isoformat()}～{wish.wanted.last.isoformat()}に受け付けた意見。{SHOW_NAMES[wish.show]}"
    notes: list[FileCell] = [period, *([HIDDEN_NOTE] if grid.hides else [])]
    blank: list[FileCell] = [None] * (len(heads) - 1)
    return [heads, *body, *([note, *blank] for note in notes)]


def _wish() -> Wish:
    return as_seen_by(read_wish(request.args, today=tokyo_date(now())), actor())


def _grid(wish: Wish) -> Grid:
    return cross(db(), wish.wanted, wish.rows, wish.columns, published=wish.published)


def _here() -> str:
    arguments: dict[str, Any] = _wish().address()
    if not actor().sees_all:
        arguments.pop("department", None)
    return url_for("cross_tables.index", **arguments)


def _cell_address(wish: Wish, row: str | None, column: str | None) -> str:
    """The matters behind a cell; None: a sum."""
    filters: dict[str, str] = {}
    for dimension, key in ((wish.rows, row), (wish.columns, column)):
        if key is None:
            continue
        if dimension is Dimension.MONTH:
            days = dashboard.month_days(wish.wanted, (int(key[:4]), int(key[5:])))
        elif dimension is Dimension.YEAR:
            days = dashboard.year_days(wish.wanted, int(key))
        else:
            days = {}
        if days:
            filters |= {name: _inner(name, filters.get(name), value) for name, value in days.items()}
        elif key == "unanswered":
            return ""
        else:
            filters[str(dimension)] = key
    return dashboard.inbox_of(wish.wanted)(**filters)


def _inner(name: str, one: str | None, other: str) -> str:
    """Of two first days the later, of two last days the earlier."""
    if one is None:
        return other
    return max(one, other) if name == "since" else min(one, other)
