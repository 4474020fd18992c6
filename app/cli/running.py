"""`machikoe public`, `staff`, `worker` and `serve`: the processes of an installation."""

import sys

import click

from app.site import open_site


@click.command()
@click.option("--bind", default="127.0.0.1:8410", show_default=True, metavar="HOST:PORT", help="Address.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes (PostgreSQL).")
def public(*, bind: str, processes: int) -> None:
    """Serve the webhook and the citizens' pages, reachable from the internet."""
    from app.serving import serve as serve_app

    site = open_site()
    if processes > 1 and site.database.is_sqlite:
        raise click.UsageError("With SQLite one process is enough and allowed; --processes needs PostgreSQL.")
    site.database.dispose()
    click.echo(f"Public application on http://{bind} ({processes} process(es)).", err=True)
    serve_app("public", bind=bind, processes=processes)


@click.command()
@click.option("--bind", default="127.0.0.1:8420", show_default=True, metavar="HOST:PORT", help="Address.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
def staff(*, bind: str, processes: int) -> None:
    """Serve the staff admin, reachable from the city's own network only."""
    from app.serving import serve as serve_app

    open_site().database.dispose()
    click.echo(f"Staff application on http://{bind} ({processes} process(es)).", err=True)
    serve_app("staff", bind=bind, processes=processes, threads=16)


@click.command()
@click.option("--drain", is_flag=True, help="Work off everything due, then exit.")
def worker(*, drain: bool) -> None:
    """Work stored events, send messages, fetch media, run jobs. SIGTERM finishes the work in hand."""
    from app import logging
    from app.working import make_worker

    site = open_site()
    logging.configure(site.settings.log_level)
    made = make_worker(site)
    made.stop_on_signals()
    if drain:
        click.echo(f"{made.drain()} events, messages and jobs worked off.", err=True)
    else:
        made.run()
    site.database.dispose()


@click.command()
@click.option("--public-bind", default="127.0.0.1:8410", show_default=True, metavar="HOST:PORT", help="Public address.")
@click.option("--staff-bind", default="127.0.0.1:8420", show_default=True, metavar="HOST:PORT", help="Staff address.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 16), help="Workers (PostgreSQL).")
def serve(*, public_bind: str, staff_bind: str, workers: int) -> None:
    """Run everything with one command: public, staff and worker. A process that dies is started again."""
    from app import logging
    from app.supervising import Program, supervise

    site = open_site()
    if workers > 1 and site.database.is_sqlite:
        raise click.UsageError("With SQLite one worker is enough and allowed; --workers needs PostgreSQL.")
    site.database.dispose()
    programs = [
        Program("public", ["public", "--bind", public_bind]),
        Program("staff", ["staff", "--bind", staff_bind]),
        *[Program(f"worker-{n}", ["worker"]) for n in range(1, workers + 1)],
    ]
    logging.configure(site.settings.log_level)
    click.echo(f"Public: http://{public_bind}  Staff: http://{staff_bind}  (Ctrl+C stops)", err=True)
    sys.exit(supervise(programs))
