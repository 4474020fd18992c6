"""`machikoe report`: build a report and write it to a file."""

from pathlib import Path

import click
from sqlalchemy import select

from admin.documents.reports.files import Edition, Format, render
from app.cli.files import output_file
from app.site import open_site
from feedback.audit import service as audit
from feedback.clock import utc_now
from feedback.departments.models import Department
from feedback.errors import Invalid
from feedback.reports import building
from feedback.reports.building import Wanted
from feedback.reports.tables import ReportKind, digest


@click.group()
def report() -> None:
    """Reports of listening: monthly, annual, of a department, of themes."""


@report.command()
@click.argument("kind", type=click.Choice([one.value for one in ReportKind]))
@click.option("--fiscal-year", type=int, required=True, help="By its first calendar year: 2025 is 令和7年度.")
@click.option("--month", type=click.IntRange(1, 12), help="A month of that fiscal year; needed for `monthly`.")
@click.option("--department", metavar="CODE", help="Only this department; needed for `department`.")
@click.option("--area", metavar="KEY", help="Only this policy area; needed for `council`.")
@click.option("--format", "file_format", type=click.Choice([one.value for one in Format]), required=True)
@click.option("--output", required=True, metavar="PATH", help="File to write; - for standard output.")
def build(
    kind: str,
    fiscal_year: int,
    month: int | None,
    department: str | None,
    area: str | None,
    file_format: str,
    output: str,
) -> None:
    """Build a report from the data as they stand, as a draft (案). The same data give the same file.

    Ends with status 1, after writing the file, when what was received and what was counted do not add up.
    """
    site = open_site()
    with site.database.read() as session:
        number = session.scalar(select(Department.id).where(Department.code == department)) if department else None
        if department and number is None:
            raise Invalid(f"There is no department with the code {department}.")
    wanted = Wanted(ReportKind(kind), fiscal_year, month, number, area)
    built = building.build(site.database, wanted, city=site.settings.city_name, now=utc_now())
    content = render(built, Format(file_format), edition=Edition.draft())
    with output_file(output) as file:
        file.write(content)
    with site.database.write() as session:
        audit.record(
            session,
            at=utc_now(),
            staff_id=None,
            action="report.exported",
            subject_type="report",
            subject_id=kind,
            detail={"year": fiscal_year, "month": month, "format": file_format, "sha256": digest(built)},
        )
    click.echo(f"{built.title} {built.period_name}: {len(content):,} bytes to {Path(output).name}.", err=True)
    for one in built.differences:
        click.echo(f"Does not add up: {one.what} {one.count} {' '.join(one.where)}", err=True)
    if built.differences:
        raise click.exceptions.Exit(1)
