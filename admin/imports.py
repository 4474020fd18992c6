"""Importing tables: upload, look at what was understood, try, run as a job, fetch the rows that were not taken."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for

from admin.access import allow
from admin.choices import channel_choices
from admin.context import actor, db, note_view, now, services
from admin.tables import uploads
from admin.tables.reading import SheetTable, TextTable, open_table
from feedback.audit import service as audit
from feedback.errors import Invalid, NotFound
from feedback.exchange import importing
from feedback.exchange.import_columns import FIELD_NAMES, Field, guess
from feedback.exchange.import_rows import as_text
from feedback.exchange.importing import Import
from feedback.jobs import queries as job_queries
from feedback.jobs import service as jobs
from feedback.opinions.rules import Channel
from feedback.staff.rules import Permission

blueprint = Blueprint("imports", __name__)

_SHOWN_ROWS = 8
_SHOWN_REASONS = 20


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded table and how it is to be understood, as the address says."""

    key: str
    table: TextTable | SheetTable
    columns: dict[Field, int]
    channel: Channel

    @property
    def sheet(self) -> str | None:
        """The sheet chosen, of a spreadsheet."""
        return self.table.sheet if isinstance(self.table, SheetTable) else None


@blueprint.get("/imports")
@allow(Permission.IMPORT_OPINIONS)
def index() -> Any:
    """Upload form and earlier imports."""
    return render_template("imports/index.html", jobs=job_queries.recent(db(), kind="import"), problem=None)


@blueprint.post("/imports")
@allow(Permission.IMPORT_OPINIONS)
def upload() -> Any:
    """Keep an upload and go on to its preview."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _refused("ファイルを選んでください。")
    key = uploads.keep(services().settings, file.stream)
    try:
        table = open_table(uploads.path_of(services().settings, key))
    except Invalid as error:
        uploads.path_of(services().settings, key).unlink()
        return _refused(str(error))
    audit.record(
        db(), at=now(), staff_id=actor().id, action="import.uploaded", subject_type="import", subject_id=key[:8]
    )
    sheet = table.sheet if isinstance(table, SheetTable) else None
    return redirect(url_for(".preview", key=key, sheet=sheet))


def _refused(problem: str) -> Any:
    shown = job_queries.recent(db(), kind="import")
    return render_template("imports/index.html", jobs=shown, problem=problem), 400


@blueprint.get("/imports/<key>")
@allow(Permission.IMPORT_OPINIONS)
def preview(key: str) -> Any:
    """What was understood; with ``check``, what an import would do."""
    found = _upload(key, request.args)
    reasons: list[tuple[int, str]] = []
    report = problem = None
    if "check" in request.args:
        try:
            report = importing.run(
                services().database,
                _task(found, dry_run=True),
                reader=None,
                reject=lambda row, _cells, reason: _keep_first(reasons, row, reason),
            )
        except Invalid as error:
            problem = str(error)
    rows = []
    for number, cells in found.table.rows():
        rows.append((number, [as_text(cell)[:80] for cell in cells]))
        if len(rows) == _SHOWN_ROWS:
            break
    return render_template(
        "imports/preview.html",
        upload=found,
        by_column={number: field for field, number in found.columns.items()},
        fields=list(FIELD_NAMES.items()),
        channels=channel_choices(),
        rows=rows,
        sheets=[(name, name) for name in getattr(found.table, "sheets", ())],
        report=report,
        reasons=reasons,
        problem=problem,
    )


def _keep_first(reasons: list[tuple[int, str]], row: int, reason: str) -> None:
    if len(reasons) < _SHOWN_REASONS:
        reasons.append((row, reason))


@blueprint.post("/imports/<key>")
@allow(Permission.IMPORT_OPINIONS)
def run(key: str) -> Any:
    """Ask for the import."""
    found = _upload(key, request.form)
    importing.check(found.columns)
    job = jobs.enqueue(
        db(),
        kind="import",
        payload={
            "key": key,
            "sheet": found.sheet,
            "columns": {str(field): number for field, number in found.columns.items()},
            "channel": str(found.channel),
        },
        now=now(),
        created_by_id=actor().id,
        unique_key=f"import:{key}",
    )
    audit.record(db(), at=now(), staff_id=actor().id, action="import.requested", subject_type="job", subject_id=job.id)
    flash("取り込みを始めました。この画面を閉じても続きます。", "success")
    return redirect(url_for(".job", job_id=job.id))


@blueprint.get("/imports/jobs/<int:job_id>")
@allow(Permission.IMPORT_OPINIONS)
def job(job_id: int) -> Any:
    """How far an import is, and what came of it."""
    found = _import_job(job_id)
    template = "imports/progress.html" if request.headers.get("HX-Request") else "imports/job.html"
    return render_template(template, job=found)


@blueprint.get("/imports/jobs/<int:job_id>/rejects")
@allow(Permission.IMPORT_OPINIONS)
def rejects(job_id: int) -> Response:
    """The rows that were not taken, each with the reason."""
    path = uploads.rejects_path(services().settings, str(_import_job(job_id).payload.get("key", "")))
    if not path.is_file():
        raise NotFound("ファイルが見つかりません。1週間たつと消えます。")
    note_view(action="import.rejects_downloaded", subject_type="job", subject_id=job_id)
    return send_file(path, mimetype="text/csv", as_attachment=True, download_name=f"rejects-{job_id}.csv")


def _import_job(job_id: int) -> job_queries.JobRow:
    found = job_queries.job(db(), job_id)
    if found.kind != "import":
        abort(404)
    return found


def _upload(key: str, given: Any) -> Upload:
    table = open_table(uploads.path_of(services().settings, key), sheet=given.get("sheet") or None)
    chosen = {
        Field(value): number
        for number in range(len(table.headings))
        if (value := given.get(f"column-{number}", "")) in list(Field)
    }
    mapped = any(name.startswith("column-") for name in given)
    channel = given.get("channel", "")
    return Upload(
        key=key,
        table=table,
        columns=chosen if mapped else guess(table.headings),
        channel=Channel(channel) if channel in list(Channel) else Channel.LETTER,
    )


def _task(found: Upload, *, dry_run: bool) -> Import:
    return Import(
        table=found.table,
        columns=found.columns,
        channel=found.channel,
        now=now(),
        staff_id=actor().id,
        dry_run=dry_run,
    )
