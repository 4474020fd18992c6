"""Gives a report out in a format. Each takes its time, so never inside a transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from feedback.clock import era_date, tokyo_date
from feedback.reports.queries import ReportRow
from feedback.reports.rules import ReportState
from feedback.reports.tables import Report


class Format(StrEnum):
    """A file format of reports."""

    PDF = "pdf"
    XLSX = "xlsx"
    DOCX = "docx"
    CSV = "csv"
    HTML = "html"


FORMAT_NAMES = {
    Format.PDF: "PDF",
    Format.XLSX: "Excel",
    Format.DOCX: "Word",
    Format.CSV: "CSV（ZIP）",
    Format.HTML: "HTML",
}
CONTENT_TYPES = {
    Format.PDF: "application/pdf",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.CSV: "application/zip",
    Format.HTML: "text/html; charset=utf-8",
}
SUFFIXES = {one: "zip" if one is Format.CSV else str(one) for one in Format}


@dataclass(frozen=True, slots=True)
class Edition:
    """What a file says of itself: whether it is a draft (案) or final, in words."""

    words: str
    final: bool

    @classmethod
    def draft(cls) -> "Edition":
        """Not approved."""
        return cls("案（承認前）", final=False)

    @classmethod
    def of(cls, row: ReportRow) -> "Edition":
        """The edition of a stored report."""
        if row.state in {ReportState.APPROVED, ReportState.ARCHIVED} and row.approved_at is not None:
            return cls(f"確定（{era_date(tokyo_date(row.approved_at))}承認）", final=True)
        return cls.draft()


Renderer = Callable[[Report, Edition], bytes]


def _renderer(file_format: Format) -> Renderer:
    if file_format is Format.PDF:
        from admin.documents.reports.printed import as_pdf

        return as_pdf
    if file_format is Format.XLSX:
        from admin.documents.reports.workbook import as_workbook

        return as_workbook
    if file_format is Format.DOCX:
        from admin.documents.reports.word_file import as_word_file

        return as_word_file
    if file_format is Format.CSV:
        from admin.documents.reports.csv_files import as_csv_files

        return as_csv_files
    from admin.documents.reports.page import as_page

    return as_page


def render(report: Report, file_format: Format, *, edition: Edition) -> bytes:
    """The report as a file."""
    return _renderer(file_format)(report, edition)


def file_name(report: Report, file_format: Format) -> str:
    """A name for the file, in letters that every system takes."""
    span = f"{report.first:%Y%m}" if report.first.month == report.last.month else f"{report.first:%Y}"
    return f"machikoe-{report.kind}-{span}.{SUFFIXES[file_format]}"
