"""The `machikoe` command. Each command lives in a module of its own, loaded only when it is called."""

import sys
from importlib import import_module

import click

from feedback import __version__
from feedback.config import SettingsError
from feedback.errors import FeedbackError

COMMANDS = {
    "init": "app.cli.setup:init",
    "doctor": "app.cli.setup:doctor",
    "db": "app.cli.setup:db",
    "public": "app.cli.running:public",
    "staff": "app.cli.running:staff",
    "worker": "app.cli.running:worker",
    "serve": "app.cli.running:serve",
    "demo": "app.cli.demo:demo",
    "simulator": "app.cli.simulator:command",
    "events": "app.cli.events:events",
    "line": "app.cli.line:line",
    "classify": "app.cli.classify:classify",
    "model": "app.cli.model:model",
    "opinions": "app.cli.opinions:opinions",
    "report": "app.cli.report:report",
    "survey": "app.cli.survey:survey",
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=LazyGroup)
@click.version_option(__version__, prog_name="machikoe")
def cli() -> None:
    """machikoe: listening (広聴) for municipalities over LINE."""


def main() -> None:
    """Run the command; what can be explained is told in words, without a traceback."""
    try:
        cli(prog_name="machikoe")
    except Exception as error:
        words = _explained(error)
        if words is None:
            raise
        click.echo(f"machikoe: {words}", err=True)
        sys.exit(1)


def _explained(error: Exception) -> str | None:
    """What can be told of an error in words; None for what only a traceback explains."""
    if isinstance(error, FeedbackError | SettingsError):
        return str(error)
    from sqlalchemy.exc import DatabaseError

    if isinstance(error, DatabaseError):
        # Only the kind: a statement's values may be somebody's words.
        return f"the database does not do its work ({type(error.orig).__name__}). `machikoe doctor` says more."
    return None


if __name__ == "__main__":
    main()
