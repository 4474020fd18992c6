"""`machikoe events`: what became of each stored LINE event, without its content."""

import json

import click
from sqlalchemy import select

from app.site import open_site
from feedback.inbox.models import EventState, LineEvent


@click.command()
@click.option(
    "--format", "form", type=click.Choice(["jsonl"]), default="jsonl", show_default=True, help="Form of output."
)
@click.option("--state", type=click.Choice([state.value for state in EventState]), help="Only events in this state.")
def events(*, form: str, state: str | None) -> None:
    """List the stored LINE events, oldest first, one line each. Never shows what was written."""
    del form
    site = open_site()
    query = select(
        LineEvent.webhook_event_id,
        LineEvent.type,
        LineEvent.state,
        LineEvent.received_at,
        LineEvent.attempts,
        LineEvent.error,
    ).order_by(LineEvent.id)
    if state:
        query = query.where(LineEvent.state == state)
    with site.database.read() as session:
        for row in session.execute(query.execution_options(yield_per=1000)).mappings():
            click.echo(json.dumps(dict(row) | {"received_at": row["received_at"].isoformat()}, ensure_ascii=False))
