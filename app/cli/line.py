"""`machikoe line`: checking and setting up the LINE channel."""

import sys

import click

from app.site import open_site
from bot.account import Account, LineTrouble


@click.group()
def line() -> None:
    """The LINE channel."""


@line.command()
def check() -> None:
    """Ask LINE whether token, bot, webhook and quota are as they must be. Exit status 1 when something is wrong."""
    failed = False
    for finding in Account(open_site().settings).check():
        failed = failed or finding.is_problem
        click.echo(f"[{'NG' if finding.is_problem else 'OK'}] {finding.subject}: {finding.text}")
        if finding.advice:
            click.echo(f"     → {finding.advice}")
    sys.exit(1 if failed else 0)


@line.command()
@click.option("--rich-menu/--no-rich-menu", default=True, show_default=True, help="Also draw and set the rich menu.")
def setup(*, rich_menu: bool) -> None:
    """Point LINE at our webhook and give the account its rich menu."""
    from bot.richmenu import draw_rich_menu, rich_menu_definition

    account = Account(open_site().settings)
    try:
        account.set_endpoint()
        click.echo(f"Webhook endpoint set: {account.webhook_url}")
        if rich_menu:
            menu_id = account.set_rich_menu(rich_menu_definition(), draw_rich_menu())
            click.echo(f"Rich menu set: {menu_id}")
    except LineTrouble as error:
        raise click.ClickException(str(error)) from error
    click.echo("Now switch 'Use webhook' and 'Webhook redelivery' on in the console, then run `machikoe line check`.")
