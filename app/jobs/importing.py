"""The job that imports an uploaded table. Resumable, since rows that are there already are not taken again."""

from typing import Any

from admin.tables import uploads
from admin.tables.reading import open_table
from admin.tables.rejects import RejectsFile
from app.jobs.registry import Outcome, Work
from feedback.audit import service as audit
from feedback.exchange import importing
from feedback.exchange.import_columns import Field
from feedback.exchange.importing import Import, Report
from feedback.opinions.rules import Channel


def import_opinions(work: Work) -> Outcome:
    """Import the table the payload names; the upload is deleted afterwards, rejected rows stay for a week."""
    payload = work.job.payload
    path = uploads.path_of(work.settings, payload["key"])
    uploads.sweep(work.settings, now=work.clock())
    table = open_table(path, sheet=payload.get("sheet"), encoding=payload.get("encoding"))
    total = sum(1 for _ in table.rows())
    work.progress(0, total=total)
    task = Import(
        table=table,
        columns={Field(name): number for name, number in payload["columns"].items()},
        channel=Channel(payload["channel"]),
        now=work.clock(),
        staff_id=work.job.created_by_id,
    )
    with RejectsFile(uploads.rejects_path(work.settings, payload["key"]), table.headings) as rejects:
        report = importing.run(
            work.database,
            task,
            reader=work.reader,
            reject=rejects.add,
            progress=lambda now: work.progress(now.rows, total=total),
        )
    figures = {"rows": report.rows, "received": report.received, "known": report.known, "rejected": report.rejected}
    with work.database.write() as session:
        audit.record(
            session,
            at=work.clock(),
            staff_id=work.job.created_by_id,
            action="opinions.imported",
            subject_type="job",
            subject_id=work.job.id,
            detail=figures,
        )
    path.unlink(missing_ok=True)
    return Outcome(_told(report), payload | _kept(report, figures))


def _told(report: Report) -> str:
    return (
        f"{report.rows:,}行のうち {report.received:,}件を取り込みました。"
        f"取り込み済み {report.known:,}行、取り込めなかった行 {report.rejected:,}行。"
    )


def _kept(report: Report, figures: dict[str, int]) -> dict[str, Any]:
    # Reasons quote cells of the table, so only their beginnings up to the quotation are kept in the database.
    reasons: dict[str, int] = {}
    for reason, times in report.reasons.items():
        plain = reason.split("「")[0] + ("…" + reason.split("」", 1)[1] if "」" in reason else "")
        reasons[plain] = reasons.get(plain, 0) + times
    return {"result": figures, "reasons": dict(sorted(reasons.items(), key=lambda one: -one[1])[:10])}
