"""The jobs that build a report and that keep the files of an approved one. Both can be done again from the start."""

from admin.documents.reports.files import Edition, Format, render
from app.jobs.registry import Outcome, Work
from feedback.errors import NotFound
from feedback.reports import building, queries, service
from feedback.reports.models import StoredReport


def build_report(work: Work) -> Outcome:
    """Count, and keep the draft; the counting is one snapshot, outside any writing transaction."""
    report_id = work.job.payload["report"]
    with work.database.read() as session:
        report = session.get(StoredReport, report_id)
        if report is None:
            raise NotFound("報告が見つかりません。")
        wanted = service.wanted_of(report)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        work.progress(done, total=building.TOTAL_STEPS)

    built = building.build(work.database, wanted, city=work.settings.city_name, now=work.clock(), step=step)
    with work.database.write() as session:
        service.keep(session, report_id, built)
    words = "照合が合っています。" if built.adds_up else "照合が合っていません。報告の「照合」を確かめてください。"
    return Outcome(f"集計が終わりました。{words}", work.job.payload)


def archive_report(work: Work) -> Outcome:
    """Make every format of an approved report and keep them with their hashes."""
    report_id = work.job.payload["report"]
    with work.database.read() as session:
        view = queries.view(session, report_id, actor=None)
    if view.report is None:
        raise NotFound("報告が見つかりません。")
    edition = Edition.of(view.row)
    files = {}
    for done, name in enumerate(Format):
        work.progress(done, total=len(Format))
        files[str(name)] = render(view.report, name, edition=edition)
    with work.database.write() as session:
        service.archive(session, report_id, files=files, at=work.clock())
    return Outcome(f"{len(files)}種類のファイルを保存しました。", work.job.payload)
