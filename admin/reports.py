"""Reports: build one, look at it, comment, approve, fetch it in every format, compare it with earlier ones."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from admin.access import allow
from admin.choices import area_choices, department_choices, named, whole
from admin.context import actor, db, note_view, now
from admin.documents.reports import drawing, wording
from admin.documents.reports.files import CONTENT_TYPES, FORMAT_NAMES, Edition, Format, file_name, render
from feedback.clock import fiscal_year, fiscal_year_name
from feedback.errors import Invalid, NotFound
from feedback.jobs import queries as job_queries
from feedback.reports import queries, service
from feedback.reports.building import Wanted
from feedback.reports.comparing import compare
from feedback.reports.periods import YEAR_MONTHS
from feedback.reports.queries import ReportView
from feedback.reports.rules import LONGEST_COMMENTARY, ReportState, may_write, why_not_approve
from feedback.reports.tables import KIND_NAMES, Report, ReportKind, quotes
from feedback.staff.rules import Permission

blueprint = Blueprint("reports", __name__)

_YEARS = 10


@blueprint.get("/reports")
@allow(Permission.VIEW_REPORTS)
def index() -> Any:
    """All reports the actor may see, and the form for a new one."""
    return _index(None)


def _index(problem: str | None) -> Any:
    year = fiscal_year(now())
    kinds = named(KIND_NAMES) if actor().sees_all else [(str(ReportKind.DEPARTMENT), KIND_NAMES[ReportKind.DEPARTMENT])]
    departments = department_choices(empty="（選ばない）", active_only=False)
    return render_template(
        "reports/index.html",
        reports=queries.listed(db(), actor=actor()),
        problem=problem,
        may_write=_may_build(),
        kinds=kinds,
        years=[(str(one), fiscal_year_name(one)) for one in range(year, year - _YEARS, -1)],
        months=[("", "（年度全体）"), *((str(one), f"{one}月") for one in YEAR_MONTHS)],
        departments=departments if actor().sees_all else _own(departments),
        areas=area_choices(empty="（選ばない）", active_only=False),
        chosen=request.form or {"year": str(year)},
    )


def _own(departments: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [one for one in departments if one[0] == str(actor().department_id)]


def _may_build() -> bool:
    own = actor().department_id
    return may_write(actor(), of_department=True, department_id=own)


@blueprint.post("/reports")
@allow(Permission.WRITE_REPORTS)
def create() -> Any:
    """Ask for a report."""
    form = request.form
    kind = form.get("kind", "")
    try:
        wanted = _wanted(ReportKind(kind) if kind in list(ReportKind) else None)
        report = service.request(db(), wanted, actor=actor(), at=now())
    except Invalid as error:
        return _index(str(error)), 400
    flash("集計を始めました。この画面を閉じても続きます。", "success")
    return redirect(url_for(".show", report_id=report.id))


def _wanted(kind: ReportKind | None) -> Wanted:
    year = whole(request.form.get("year"))
    if kind is None or year is None:
        raise Invalid("報告の種類と年度を選んでください。")
    department = whole(request.form.get("department"))
    by_department = kind in {ReportKind.DEPARTMENT, ReportKind.THEME, ReportKind.CASES}
    by_area = kind in {ReportKind.COUNCIL, ReportKind.THEME}
    return Wanted(
        kind,
        year,
        month=whole(request.form.get("month")) or None,
        department_id=department if by_department else None,
        area=(request.form.get("area") or None) if by_area else None,
    )


@blueprint.get("/reports/<int:report_id>")
@allow(Permission.VIEW_REPORTS)
def show(report_id: int) -> Any:
    """The report: its way, its sections with tables and charts, its commentaries."""
    view = queries.view(db(), report_id, actor=actor())
    job = job_queries.job(db(), view.row.job_id) if view.row.job_id else None
    if request.headers.get("HX-Request"):
        done = view.row.state in {ReportState.DRAFT, ReportState.ARCHIVED}
        body = render_template("reports/progress.html", view=view, job=job)
        return Response(body, headers={"HX-Refresh": "true"} if done else {})
    if view.report is not None:
        _note("report.viewed", view)
    return render_template(
        "reports/show.html",
        view=view,
        job=job,
        wording=wording,
        numbers={table.key: number for number, table in view.report.tables()} if view.report else {},
        charts=_charts(view.report),
        formats=named(FORMAT_NAMES),
        may_write=_may_write(view),
        why_not=_why_not(view),
        others=queries.archived_like(db(), view.row, actor=actor()),
        longest=LONGEST_COMMENTARY,
    )


def _charts(report: Report | None) -> dict[str, Any]:
    tables = (table for _, table in report.tables()) if report else ()
    return {table.key: drawing.option(table, table.chart) for table in tables if table.chart and table.rows}


def _may_write(view: ReportView) -> bool:
    wanted = view.row.wanted
    return may_write(actor(), of_department=view.row.kind is ReportKind.DEPARTMENT, department_id=wanted.department_id)


def _why_not(view: ReportView) -> str | None:
    if view.report is None:
        return "集計が終わっていません。"
    return why_not_approve(
        actor(),
        writers=view.writers,
        writer_role=view.row.creator_role,
        complete=view.report.complete,
        adds_up=view.report.adds_up,
    )


def _note(action: str, view: ReportView, **detail: Any) -> None:
    quoted = sorted(quotes(view.report)) if view.report else []
    note_view(action=action, subject_type="report", subject_id=view.row.id, detail={"quoted": quoted, **detail})


@blueprint.post("/reports/<int:report_id>/commentary")
@allow(Permission.WRITE_REPORTS)
def comment(report_id: int) -> Any:
    """Save the commentaries of all sections."""
    words = {name.removeprefix("section-"): text for name, text in request.form.items() if name.startswith("section-")}
    service.comment(db(), report_id, actor=actor(), version=_version(), at=now(), words=words)
    flash("所見を保存しました。", "success")
    return redirect(url_for(".show", report_id=report_id))


@blueprint.post("/reports/<int:report_id>/again")
@allow(Permission.WRITE_REPORTS)
def again(report_id: int) -> Any:
    """Count again with the data of now."""
    service.build_again(db(), report_id, actor=actor(), version=_version(), at=now())
    flash("集計し直しています。所見は残ります。", "success")
    return redirect(url_for(".show", report_id=report_id))


@blueprint.post("/reports/<int:report_id>/approve")
@allow(Permission.APPROVE_REPORTS)
def approve(report_id: int) -> Any:
    """Make it final."""
    service.approve(db(), report_id, actor=actor(), version=_version(), at=now())
    flash("承認しました。すべての形式のファイルを作って保存しています。", "success")
    return redirect(url_for(".show", report_id=report_id))


@blueprint.post("/reports/<int:report_id>/discard")
@allow(Permission.WRITE_REPORTS)
def discard(report_id: int) -> Any:
    """Throw a draft away."""
    service.discard(db(), report_id, actor=actor(), version=_version(), at=now())
    flash("案を削除しました。", "success")
    return redirect(url_for(".index"))


def _version() -> int:
    return whole(request.form.get("version")) or 0


@blueprint.get("/reports/<int:report_id>/file/<name>")
@allow(Permission.VIEW_REPORTS)
def file(report_id: int, name: str) -> Any:
    """The report in a format: as it was kept, or made now (outside the transaction) of what may still be shown."""
    view = queries.view(db(), report_id, actor=actor())
    if name not in list(Format) or view.report is None:
        raise NotFound("ファイルが見つかりません。")
    wanted, report = Format(name), view.report
    kept = queries.file_content(db(), report_id, wanted)
    edition = Edition.of(view.row)
    _note("report.downloaded", view, format=str(wanted), kept=kept is not None)

    def made() -> Iterator[bytes]:
        yield kept if kept is not None else render(report, wanted, edition=edition)

    return Response(
        made(),
        content_type=CONTENT_TYPES[wanted],
        headers={"Content-Disposition": f'attachment; filename="{file_name(report, wanted)}"'},
    )


@blueprint.get("/reports/<int:report_id>/compare")
@allow(Permission.VIEW_REPORTS)
def compared(report_id: int) -> Any:
    """What differs from an earlier archived report of the same kind."""
    view = queries.view(db(), report_id, actor=actor())
    earlier = queries.view(db(), whole(request.args.get("with")) or 0, actor=actor())
    same = (view.row.kind, view.row.wanted.department_id, view.row.wanted.area)
    if same != (earlier.row.kind, earlier.row.wanted.department_id, earlier.row.wanted.area):
        raise NotFound("比べられる報告が見つかりません。")
    if view.report is None or earlier.report is None:
        raise NotFound("比べられる報告が見つかりません。")
    _note("report.compared", view, other=earlier.row.id)
    return render_template(
        "reports/compare.html", view=view, earlier=earlier, changes=compare(earlier.report, view.report)
    )
