"""`machikoe survey`: definitions in and out, publish, results."""

import json
import secrets
import sys
from pathlib import Path

import click

from admin.survey_files import dump, parse, template_names, template_text
from admin.tables.plain import write_rows
from admin.tables.writing import Format
from app.cli.files import output_file
from app.site import open_site
from bot.account import Account, LineTrouble
from feedback.audit import service as audit
from feedback.clock import utc_now
from feedback.config import Settings
from feedback.errors import Invalid
from feedback.surveys import exporting, queries, service
from feedback.surveys.addresses import public_address
from feedback.surveys.checking import faults
from feedback.surveys.delivery import service as delivering
from feedback.surveys.delivery.recipients import Audience, choose
from feedback.surveys.models import LinkKind
from feedback.surveys.rules import STATE_NAMES


@click.group()
def survey() -> None:
    """Surveys: import definitions, publish them, see the results."""


@survey.command("import")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--publish", "now", is_flag=True, help="Publish it at once.")
@click.option("--staff", is_flag=True, help="A survey among the staff: citizens are not offered it.")
def import_(file: Path, *, now: bool, staff: bool) -> None:
    """Import a definition (YAML) from FILE, or from standard input (-), or a shipped one (template:NAME).

    A key that is known changes that survey: what is published stays as it is until the next `publish`.
    """
    definition = parse(_text(file))
    found = faults(definition)
    if found:
        raise Invalid("\n".join(["定義に直すところがあります。", *found]))
    site = open_site()
    with site.database.write() as session:
        version = service.save(session, definition, actor=None, at=utc_now(), for_staff=staff or None)
        if now:
            service.publish(session, definition.key, actor=None, at=utc_now())
    asked = len(definition.asked)
    click.echo(f"Imported survey {definition.key}, version {version.number}, {asked} questions.", err=True)
    click.echo(f"Published {definition.key}." if now else f"Next: machikoe survey publish {definition.key}", err=True)


def _text(file: Path) -> str:
    if str(file) == "-":
        return sys.stdin.read()
    if str(file).startswith("template:"):
        return template_text(str(file).removeprefix("template:"))
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file}: the file cannot be read as UTF-8 ({type(error).__name__}).") from error


@survey.command()
def templates() -> None:
    """List the shipped definitions; `machikoe survey import template:NAME` takes one."""
    for name in template_names():
        click.echo(f"{name}\t{parse(template_text(name)).title}")


@survey.command("list")
def list_() -> None:
    """List the surveys: key, state, version, responses, title."""
    with open_site().database.read() as session:
        for one in queries.listed(session):
            click.echo(f"{one.key}\t{STATE_NAMES[one.state]}\tv{one.version}\t{one.responses}\t{one.title}")


@survey.command()
@click.argument("key")
def publish(key: str) -> None:
    """Put the newest definition of survey KEY into force."""
    with open_site().database.write() as session:
        version = service.publish(session, key, actor=None, at=utc_now())
        number = version.number
    click.echo(f"Published {key}, version {number}.", err=True)


@survey.command()
@click.argument("key")
@click.option("--label", default="", help="Where it will be put, such as 広報紙.")
@click.option("--staff", is_flag=True, help="For a survey among the staff.")
def link(key: str, *, label: str, staff: bool) -> None:
    """Make an address under which everybody who has it may answer survey KEY, and print it."""
    site = open_site()
    kind = LinkKind.STAFF if staff else LinkKind.PUBLIC
    with site.database.write() as session:
        made = service.add_link(session, key, kind=kind, label=label, actor=None, at=utc_now())
        click.echo(public_address(site.settings.public_url, made.token))


@survey.command()
@click.argument("key")
def close(key: str) -> None:
    """Take no more answers to survey KEY."""
    with open_site().database.write() as session:
        service.close(session, key, actor=None, at=utc_now())
    click.echo(f"Closed {key}.", err=True)


@survey.command()
@click.argument("key")
@click.option(
    "--format", "form", type=click.Choice(["json"]), default="json", show_default=True, help="Form of output."
)
def results(key: str, *, form: str) -> None:
    """Simple counts of survey KEY, up to this moment."""
    del form
    with open_site().database.read() as session:
        found = queries.results(session, service.survey_of(session, key))
    click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))


@survey.command()
@click.argument("key")
@click.option(
    "--format",
    "form",
    type=click.Choice([*(one.value for one in Format), "yaml"]),
    default="csv",
    show_default=True,
    help="csv, xlsx, jsonl: the responses. yaml: the definition.",
)
@click.option("--labels", is_flag=True, help="Words of the choices in place of their keys.")
@click.option("--headings", "language", type=click.Choice(["en", "ja"]), default="en", help="Column names. [en]")
@click.option("--unmasked", is_flag=True, help="Leave personal data in the texts readable.")
@click.option("--output", default="-", show_default=True, metavar="PATH", help="File to write; - for standard output.")
def export(key: str, *, form: str, labels: bool, language: str, unmasked: bool, output: str) -> None:
    """Write the responses to survey KEY, one row each, or its definition."""
    site = open_site()
    with site.database.read() as session, output_file(output) as file:
        found = service.survey_of(session, key)
        if form == "yaml":
            version = service.latest_version(session, found)
            file.write(dump(service.definition_of_version(version)).encode() if version else b"")
            return
        columns = exporting.columns_of(session, found, labels=labels, unmasked=unmasked)
        names = [*(name for name, _ in exporting.KNOWN), *(one.name for one in columns)]
        titles = [*(title for _, title in exporting.KNOWN), *(one.heading for one in columns)]
        chunks = write_rows(
            exporting.rows_of(session, found, columns),
            names=names,
            headings=names if language == "en" else titles,
            file_format=Format(form),
            sheet="回答一覧",
        )
        for chunk in chunks:
            file.write(chunk)
    with site.database.write() as session:
        audit.record(
            session,
            at=utc_now(),
            staff_id=None,
            action="survey.exported",
            subject_type="survey",
            subject_id=key,
            detail={"format": form, "unmasked": unmasked},
        )


@survey.command("deliver")
@click.argument("key")
@click.option("--age-band", "age_bands", multiple=True, help="Only friends of this age band (such as 30s); repeatable.")
@click.option("--district", "districts", multiple=True, help="Only friends of this district; repeatable.")
@click.option(
    "--sample", type=click.IntRange(min=1), help="A random sample of so many, stratified by age and district."
)
@click.option("--seed", type=int, help="Seed of the sample; the same seed and friends give the same sample.")
@click.option("--dry-run", is_flag=True, help="Only say how many messages it takes and how many are left this month.")
def deliver(
    key: str,
    *,
    age_bands: tuple[str, ...],
    districts: tuple[str, ...],
    sample: int | None,
    seed: int | None,
    dry_run: bool,
) -> None:
    """Send the survey KEY over LINE to friends who agreed and have not answered. Run it again later to remind them."""
    site = open_site()
    audience = Audience(age_bands, districts, sample, secrets.randbits(31) if sample and seed is None else seed)
    with site.database.read() as session:
        count = len(choose(session, service.survey_of(session, key), audience).ids)
    left = _left(site.settings)
    told = "unlimited" if left is None else f"{left:,}"
    click.echo(f"Messages left this month: {told}; this delivery takes {count:,}.", err=True)
    if dry_run:
        return
    if left is not None and count > left:
        raise Invalid(f"今月の残りは {left:,} 通です。この配信は {count:,} 通のため、送れません。")
    with site.database.write() as session:
        made = delivering.plan(session, service.survey_of(session, key), audience=audience, staff_id=None, at=utc_now())
        click.echo(f"Delivery {made.id}: {made.recipients:,} recipients; the worker sends it.", err=True)


def _left(settings: Settings) -> int | None:
    try:
        return Account(settings).messages_left()
    except LineTrouble as error:
        raise Invalid(f"LINEの残りの通数を確かめられませんでした（{error}）。") from error
