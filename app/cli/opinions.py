"""`machikoe opinions`: export and import opinions."""

import contextlib
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import click

from admin.tables.writing import Format, write
from feedback.config import SettingsError, load_settings
from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.opinions import exporting
from feedback.opinions.exporting import Selection
from feedback.opinions.rules import Channel, Kind, MatterStatus


@click.group()
def opinions() -> None:
    """Opinions of citizens: export them to a file, import them from one."""


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """What a use case or the settings refuse ends the command with its message, not with a traceback."""
    try:
        yield
    except (FeedbackError, SettingsError) as error:
        raise click.ClickException(str(error)) from error


@contextlib.contextmanager
def open_database() -> Iterator[Database]:
    """The database of the settings in force, closed at the end."""
    database = Database(load_settings().database)
    try:
        yield database
    finally:
        database.dispose()


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
    with plain_errors(), open_database() as database:
        with database.read() as session:
            exporting.check(session, selection)
        rows = _Counted(exporting.records(database.read, selection, unmasked=unmasked))
        with _output(output) as file:
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


@contextlib.contextmanager
def _output(target: str) -> Iterator[BinaryIO]:
    """Standard output, or a file that only appears under its name when it is complete."""
    if target == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(target)
    partial = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        raise click.ClickException(f"{target}: the file cannot be written ({error.strerror}).") from error
    finally:
        partial.unlink(missing_ok=True)
