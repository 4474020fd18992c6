"""A report as a Word file, for whoever goes on writing in it."""

from collections.abc import Iterator

from admin.documents import contents
from admin.documents.contents import Block, Document, Facts, Heading, Note, PageBreak, Paragraph
from admin.documents.reports import drawing, wording
from admin.documents.reports.files import Edition
from admin.documents.words import as_word
from feedback.reports.tables import Report, Section, Table


def as_word_file(report: Report, edition: Edition) -> bytes:
    """The Word file."""
    document = Document(
        title=f"{report.title}　{report.period_name}",
        subtitle="　".join(filter(None, (report.city, report.subtitle, edition.words))),
        blocks=tuple(_blocks(report, edition)),
        header=wording.heading(report),
        footer=report.city,
    )
    return as_word(document)


def _blocks(report: Report, edition: Edition) -> Iterator[Block]:
    yield Facts([(one.name, f"{one.value}　{one.note}") for one in report.figures])
    if not report.adds_up:
        yield Heading("照合が合っていません（未確定）", 1)
        yield contents.Table(("内容", "件数", "受付番号"), wording.differences(report), numbers=(1,))
    for note in report.notes:
        yield Note(note)
    numbers = {id(table): number for number, table in report.tables()}
    for place, section in enumerate(report.sections, start=1):
        yield PageBreak()
        yield Heading(f"{place}　{section.title}", 1)
        yield from _section(section, numbers)
    yield Heading("この報告の作り方", 1)
    yield Facts(wording.stamp(report, edition))


def _section(section: Section, numbers: dict[int, int]) -> Iterator[Block]:
    if section.lead:
        yield Paragraph(section.lead)
    if section.commentary:
        yield Heading("所見", 2)
        yield Paragraph(section.commentary)
    for table in section.tables:
        yield from _table(table, wording.caption(numbers[id(table)], table))


def _table(table: Table, caption: str) -> Iterator[Block]:
    yield Heading(caption, 2)
    if not table.rows:
        yield Paragraph(table.absence)
        return
    if table.chart is not None:
        width, height = drawing.size(table, table.chart)
        yield contents.Chart(drawing.option(table, table.chart), table.chart.description, width=width, height=height)
    yield contents.Table(
        header=[column.full for column in table.columns],
        rows=[wording.cells(row) for row in table.rows],
        numbers=[place for place in range(len(table.columns)) if wording.is_number(table, place)],
        emphasised=[place for place, row in enumerate(table.rows) if row.total],
    )
    for note in table.notes:
        yield Note(note)
