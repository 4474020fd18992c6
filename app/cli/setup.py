"""`machikoe init`, `doctor` and `db`: setting up and checking an installation."""

import sys

import click

from app import migrating
from app.checking import check_site
from feedback.config import ensure_keys, load_settings
from feedback.db import Database


@click.command()
@click.option("--non-interactive", is_flag=True, help="Ask nothing; take the defaults.")
@click.option("--admin-email", default="admin@machikoe.local", show_default=True, help="The first administrator.")
@click.option("--admin-name", default="システム管理者", show_default=True, help="The administrator's name.")
def init(*, non_interactive: bool, admin_email: str, admin_name: str) -> None:
    """Set up: keys, database, default departments, areas and routes, the first administrator.

    Running it again changes nothing that is there.
    """
    from app.installing import install, refuse_new_keys

    settings = load_settings()
    if not non_interactive:
        admin_email = click.prompt("Administrator's e-mail address", default=admin_email)
        admin_name = click.prompt("Administrator's name", default=admin_name)
    database = Database(settings.database)
    refuse_new_keys(database, settings)
    settings, key_file = ensure_keys(settings)
    if key_file:
        click.echo(f"Keys made in {key_file} (readable by its owner only). Keep a copy in a safe place.")
    done = install(database, settings, admin_email=admin_email, admin_name=admin_name)
    click.echo(f"Database {database.engine.url.render_as_string()} is at migration {migrating.head()}.")
    click.echo(f"{done.defaults} departments, areas and routing rules added.")
    if done.password:
        click.echo(f"Administrator: {admin_email}")
        click.echo(f"One-time password: {done.password}")
        click.echo("It must be changed at the first login and is not shown again.")
    else:
        click.echo("There is an administrator already; no password was made.")
    database.dispose()


@click.command()
@click.option("--health", is_flag=True, help="Only whether the database answers; for health checks.")
def doctor(*, health: bool) -> None:
    """Say what is missing and how to get it. Exit status 1 when something must be done."""
    failed = False
    for finding in check_site(load_settings(), health_only=health):
        failed = failed or finding.is_problem
        click.echo(f"[{'NG' if finding.is_problem else 'OK'}] {finding.subject}: {finding.text}")
        if finding.advice:
            click.echo(f"     → {finding.advice}")
    sys.exit(1 if failed else 0)


@click.group()
def db() -> None:
    """The database's migrations."""


@db.command()
@click.option("--revision", default="head", show_default=True, help="Up to this migration.")
def upgrade(*, revision: str) -> None:
    """Bring the database to the newest migration."""
    database = Database(load_settings().database)
    before = migrating.current(database)
    migrating.upgrade(database, revision)
    click.echo(f"Database: {before or 'empty'} → {migrating.current(database)}")
    database.dispose()
