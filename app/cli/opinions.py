"""`machikoe opinions`: export and import opinions."""

import sys
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import click

from admin.tables.reading import open_table
from admin.tables.rejects import RejectsFile
from admin.tables.writing import Format, write
from app.cli.files import output_file
from app.current_model import CurrentReader
from app.site import open_site
from feedback.clock import utc_now
from feedback.errors import Invalid
from feedback.exchange import exporting, importing
from feedback.exchange.exporting import Selection
from feedback.exchange.import_columns import Field, guess, override
from feedback.exchange.importing import Import, Report
from feedback.opinions.rules import Channel, Kind, MatterStatus


@click.group()
def opinions() -> None:
    """Opinions of citizens: export them to a file, import them from one."""


def _choice(values: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([one.value for one in values])


_DAY = click.DateTime(formats=["%Y-%m-%d"])


@opinions.command()
@click.option("--format", "file_format", type=_choice(Format), default=Format.CSV.value, show_default=True)
@click.option("--from", "first", type=_DAY, help="First day of receipt, in Japan.")
@click.option("--to", "last", type=_DAY, help="Last day of receipt, included.")
@click.option("--area", "areas", multiple=True, metavar="KEY", help="Only this policy area; may be repeated.")
@click.option("--department", "departments", multiple=True, metavar="CODE", help="Only this department; repeatable.")
@click.option("--status", "statuses", type=_choice(MatterStatus), multiple=True, help="Repeatable.")
@click.option("--channel", "channels", type=_choice(Channel), multiple=True, help="Repeatable.")
@click.option("--kind", "kinds", type=_choice(Kind), multiple=True, help="Repeatable.")
@click.option("--headings", "language", type=click.Choice(["en", "ja"]), default="en", help="Column names. [en]")
@click.option("--unmasked", is_flag=True, help="Leave personal data in the texts readable.")
@click.option("--output", required=True, metavar="PATH", help="File to write; - for standard output.")
def export(
    file_format: str,
    first: datetime | None,
    last: datetime | None,
    areas: tuple[str, ...],
    departments: tuple[str, ...],
    statuses: tuple[str, ...],
    channels: tuple[str, ...],
    kinds: tuple[str, ...],
    language: str,
    unmasked: bool,
    output: str,
) -> None:
    """Write opinions to a file, one row a matter (件). Personal data is masked unless --unmasked is given."""
    selection = Selection(
        first_day=first.date() if first else None,
        last_day=last.date() if last else None,
        areas=areas,
        departments=departments,
        statuses=tuple(map(MatterStatus, statuses)),
        channels=tuple(map(Channel, channels)),
        kinds=tuple(map(Kind, kinds)),
    )
    database = open_site().database
    with database.read() as session:
        exporting.check(session, selection)
    rows = _Counted(exporting.records(database.read, selection, unmasked=unmasked))
    with output_file(output) as file:
        for chunk in write(rows, file_format=Format(file_format), language=language):
            file.write(chunk)
    words = "personal data readable" if unmasked else "personal data masked"
    click.echo(f"Exported {rows.count} matters to {output} ({file_format}, {words}).", err=True)


class _Counted:
    """Counts what passes through."""

    def __init__(self, records: Iterator[exporting.Record]) -> None:
        self._records = records
        self.count = 0

    def __iter__(self) -> Iterator[exporting.Record]:
        for record in self._records:
            self.count += 1
            yield record


@opinions.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--channel", required=True, type=_choice(Channel), help="How they came in, where the table says nothing.")
@click.option("--dry-run", is_flag=True, help="Only say what would be imported; nothing is written.")
@click.option(
    "--mapping",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column (heading or letter) holds a field; nothing behind = leaves it out. Repeatable. Fields: "
    + ", ".join(Field),
)
@click.option("--rejects", type=click.Path(path_type=Path), help="File for rows not taken. [FILE.rejects.csv]")
@click.option("--sheet", help="Sheet of a spreadsheet, by name or number. [the first]")
@click.option("--encoding", help="Encoding of a text file. [found by itself]")
@click.option("--no-classify", is_flag=True, help="Do not read the texts: only areas that the table tells are known.")
def import_(
    file: Path,
    channel: str,
    dry_run: bool,
    mapping: tuple[str, ...],
    rejects: Path | None,
    sheet: str | None,
    encoding: str | None,
    no_classify: bool,
) -> None:
    """Import opinions from a CSV, TSV or spreadsheet FILE.

    The same FILE again imports nothing twice. Rows that cannot be taken are written to a file with the reason;
    the exit status is 1 when no row at all could be taken.
    """
    site = open_site()
    table = open_table(file, sheet=sheet, encoding=encoding)
    columns = override(guess(table.headings), _pairs(mapping), table.headings)
    click.echo(f"{file}: {table.description}")
    for field, number in columns.items():
        click.echo(f"  {field} <- {table.headings[number]}")
    unused = [heading for number, heading in enumerate(table.headings) if heading and number not in columns.values()]
    if unused:
        click.echo(f"  not used: {', '.join(unused)}")
    task = Import(
        table=table,
        columns=columns,
        channel=Channel(channel),
        now=utc_now(),
        dry_run=dry_run,
    )
    reader = None if no_classify or dry_run else CurrentReader(site.settings, site.database)
    path = rejects or Path(f"{file.name}.rejects.csv")
    with RejectsFile(path, table.headings) as rejected:
        report = importing.run(site.database, task, reader=reader, reject=rejected.add, progress=_progress)
    _tell(report, dry_run=dry_run, rejects=path)


def _pairs(mapping: tuple[str, ...]) -> dict[str, str]:
    if any("=" not in one for one in mapping):
        raise Invalid("--mapping は「項目=列」の形で指定してください（例: --mapping text=本文）。")
    return dict(one.split("=", 1) for one in mapping)


def _progress(report: Report) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{report.rows} rows", nl=False, err=True)


def _tell(report: Report, *, dry_run: bool, rejects: Path) -> None:
    verb = "Would import" if dry_run else "Imported"
    click.echo(
        f"{verb} {report.received} of {report.rows} rows; {report.known} known from before; {report.rejected} rejected."
    )
    for reason, times in report.reasons.most_common(10):
        click.echo(f"  {times} × {reason}")
    if report.rejected:
        click.echo(f"Rejected rows, each with its reason: {rejects}")
    if report.rejected and report.rejected == report.rows:
        raise click.exceptions.Exit(1)
