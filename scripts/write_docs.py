"""Writes docs/settings.md and docs/commands.md from the code, so that they cannot fall behind.

python scripts/write_docs.py           write both
python scripts/write_docs.py --check   exit 1 when one of them is not what the code says
"""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import click  # noqa: E402 (the path comes first, so that a worktree finds its own packages)
from pydantic import SecretStr  # noqa: E402
from pydantic.fields import FieldInfo  # noqa: E402

from app.cli import COMMANDS, cli  # noqa: E402
from feedback.config import PREFIX, Settings  # noqa: E402

_SETTINGS_HEAD = """\
# Settings

<!-- written by scripts/write_docs.py (`make docs`) from feedback/config.py; edit there -->

All settings come from the environment. The name of each variable is `MACHIKOE_` and the name in capitals; with `_FILE`
behind it, the value is read from that file (for secrets: `MACHIKOE_LINE_CHANNEL_SECRET_FILE=/run/secrets/line`).
An empty variable means the default. `machikoe doctor` says what is missing; a wrong or unknown variable stops every
command, and all problems are told together.

The three keys (`DATA_KEY`, `LOOKUP_KEY`, `SECRET_KEY`) are made by `machikoe init` in `keys.env` of the data folder,
readable by its owner only, when the environment does not give them. **Keep a copy of them apart from the backup of the
database: without `DATA_KEY` stored LINE ids and events cannot be read, without `LOOKUP_KEY` nobody is recognised.**
To change the data key, put the new one in `MACHIKOE_DATA_KEY` and the earlier one in `MACHIKOE_OLD_DATA_KEYS`.
The look-up key cannot be changed later.
"""
_COMMANDS_HEAD = """\
# Commands

<!-- written by scripts/write_docs.py (`make docs`) from app/cli; edit there -->

All commands read the settings from the environment (docs/settings.md), work from any folder, say what they did, and end
with a status other than 0 when they failed. From a clone: `.venv/bin/machikoe …`.
"""
_GROUPS = {
    "Storage": ("data_dir", "database_url", "media_", "webhook_", "upload"),
    "The city": ("city_", "contact_", "public_url", "staff_url", "emergency_", "answer_"),
    "LINE": ("line_",),
    "Keys": ("data_key", "old_data_keys", "lookup_key", "secret_key"),
    "Conversation and retention": ("submission_", "event_", "consent_", "outbound_"),
    "Notices to staff": ("smtp_", "notice_"),
    "Classifier": ("model_",),
    "Operation": ("",),
}


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "`.data` in the working folder"
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value == "":
        return "—"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _limits(field: FieldInfo) -> str:
    found = {name: getattr(item, name) for item in field.metadata for name in ("ge", "gt", "le") if hasattr(item, name)}
    low, high = found.get("ge", found.get("gt")), found.get("le")
    if low is None and high is None:
        return ""
    return f" ({low} to {high})" if high is not None else f" (at least {low})"


def _group(name: str) -> str:
    return next(group for group, starts in _GROUPS.items() if name.startswith(starts))


def settings_page() -> str:
    """The settings as Markdown, one table a group."""
    lines = [_SETTINGS_HEAD]
    for group in _GROUPS:
        rows = [
            f"| `{PREFIX}{name.upper()}` | {_default(field)} | {field.description}{_limits(field)} |"
            for name, field in Settings.model_fields.items()
            if _group(name) == group
        ]
        if rows:
            lines += [f"## {group}", "", "| variable | default | meaning |", "|---|---|---|", *rows, ""]
    return "\n".join(lines).rstrip() + "\n"


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command and group with its full name; a command whose module is not written yet is left out."""
    context = click.Context(cli)
    for name, target in COMMANDS.items():
        module = target.split(":")[0]
        try:
            command = cli.get_command(context, name)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            continue
        if command is not None:
            yield from _walk(f"machikoe {name}", command)


def _walk(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for child, sub in command.commands.items():
            yield from _walk(f"{name} {child}", sub)


def _usage(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    return " ".join([name, *command.collect_usage_pieces(context)])


def commands_page() -> str:
    """The commands as Markdown, a section each."""
    lines = [_COMMANDS_HEAD]
    for name, command in commands():
        lines += [f"## `{name}`", "", " ".join((command.help or "").split("\f")[0].strip().splitlines()).strip(), ""]
        if isinstance(command, click.Group):
            continue
        lines += [f"    {_usage(name, command)}", ""]
        for parameter in command.params:
            if not isinstance(parameter, click.Option):
                continue
            names = ", ".join((*parameter.opts, *parameter.secondary_opts))
            shown = (
                ""
                if parameter.is_flag or parameter.default is None or not parameter.show_default
                else (f" (default `{parameter.default}`)")
            )
            lines.append(f"- `{names}` {parameter.help or ''}{shown}")
        if lines[-1] != "":
            lines.append("")
    return (
        "\n".join(
            " ".join(line.split()) if not line.startswith("    ") else line for line in "\n".join(lines).splitlines()
        )
        + "\n"
    )


PAGES = {"docs/settings.md": settings_page, "docs/commands.md": commands_page}


def outdated() -> list[str]:
    """Names of the pages that are not what the code says."""
    return [
        name for name, page in PAGES.items() if not (ROOT / name).exists() or (ROOT / name).read_text("utf-8") != page()
    ]


def main() -> None:
    """Write or check."""
    if sys.argv[1:] == ["--check"]:
        if outdated():
            sys.exit(f"run `make docs`: {', '.join(outdated())}")
        return
    for name in outdated():
        (ROOT / name).write_text(PAGES[name](), "utf-8")
        print(f"written: {name}")


if __name__ == "__main__":
    main()
