"""The export page: which matters, in which format; the file is streamed."""

from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context

from admin.access import allow
from admin.choices import area_choices, channel_choices, day, kind_choices, members, named
from admin.context import actor, db, note_view, now, services
from admin.tables.writing import CONTENT_TYPES, Format, write
from feedback.clock import TOKYO, fiscal_year, fiscal_year_name, tokyo_date
from feedback.departments.queries import departments
from feedback.errors import Invalid, NotAllowed
from feedback.exchange import exporting
from feedback.exchange.exporting import Selection
from feedback.opinions.rules import STATUS_NAMES, Channel, Kind, MatterStatus
from feedback.staff.rules import Permission

blueprint = Blueprint("exports", __name__)


@blueprint.get("/export")
@allow(Permission.EXPORT_OPINIONS)
def index() -> Any:
    """The form; with a selection, how many matters it holds."""
    return _page(None)


def _page(problem: str | None) -> Any:
    year = fiscal_year(now())
    selection = _selection()
    return render_template(
        "exports/index.html",
        problem=problem,
        areas=area_choices(active_only=False),
        departments=[(one.code, one.name) for one in departments(db(), active_only=False)] if actor().sees_all else [],
        statuses=named(STATUS_NAMES),
        channels=channel_choices(),
        kinds=kind_choices(),
        chosen=request.args,
        count=None if problem else exporting.count(db(), selection),
        years=[(fiscal_year_name(one), f"{one}-04-01", f"{one + 1}-03-31") for one in (year, year - 1)],
        own_only=not actor().sees_all,
    )


@blueprint.get("/export/file")
@allow(Permission.EXPORT_OPINIONS)
def file() -> Any:
    """The file itself, piece by piece. Who took what is in the audit trail before the first byte leaves."""
    selection = _selection()
    try:
        exporting.check(db(), selection)
    except Invalid as error:
        return _page(str(error)), 400
    unmasked = request.args.get("unmasked") == "1"
    if unmasked and not actor().may(Permission.EXPORT_PERSONAL_DATA):
        raise NotAllowed("個人情報を伏せずに書き出す権限がありません。")
    wanted = request.args.get("format", "")
    file_format = Format(wanted) if wanted in list(Format) else Format.XLSX
    note_view(
        action="opinions.exported",
        subject_type="opinions",
        subject_id=file_format,
        detail={
            "count": exporting.count(db(), selection),
            "unmasked": unmasked,
            "from": str(selection.first_day or ""),
            "to": str(selection.last_day or ""),
        },
    )
    language = "en" if request.args.get("headings") == "en" else "ja"
    rows = exporting.records(services().database.read, selection, unmasked=unmasked)
    name = f"machikoe-{tokyo_date(now()):%Y%m%d}-{now().astimezone(TOKYO):%H%M}.{file_format}"
    return Response(
        stream_with_context(write(rows, file_format=file_format, language=language)),
        content_type=CONTENT_TYPES[file_format],
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Accel-Buffering": "no"},
    )


def _selection() -> Selection:
    arguments = request.args
    return Selection(
        first_day=day(arguments.get("from")),
        last_day=day(arguments.get("to")),
        areas=tuple(filter(None, arguments.getlist("area"))),
        departments=tuple(filter(None, arguments.getlist("department"))),
        statuses=members(MatterStatus, arguments, "status"),
        channels=members(Channel, arguments, "channel"),
        kinds=members(Kind, arguments, "kind"),
        only_department_id=None if actor().sees_all else actor().department_id or -1,
    )
