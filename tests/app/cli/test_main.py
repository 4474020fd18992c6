"""The command as a whole: help everywhere, and plain words instead of tracebacks."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from app.cli import COMMANDS, LazyGroup, cli
from tests.app.cli.conftest import Machikoe


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command, groups too."""
    with click.Context(group) as context:
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            yield (*path, name)
            if isinstance(found, click.Group):
                yield from commands(found, (*path, name))


@pytest.mark.parametrize("words", list(commands(cli)), ids=" ".join)
def test_every_command_has_help(machikoe: Machikoe, words: tuple[str, ...]) -> None:
    ran = machikoe(*words, "--help")
    assert ran.status == 0
    assert ran.out.startswith(f"Usage: machikoe {' '.join(words)}")
    assert len(ran.out.splitlines()) > 4


def test_the_list_of_commands_says_what_each_does(machikoe: Machikoe) -> None:
    said = machikoe("--help").out
    rows = {line.split()[0]: line.split(maxsplit=1) for line in said.splitlines() if line.startswith("  ")}
    assert set(COMMANDS) <= set(rows)
    assert all(len(rows[name]) == 2 for name in COMMANDS)


def test_the_version_is_told(machikoe: Machikoe) -> None:
    assert machikoe("--version").out.startswith("machikoe, version ")


def test_an_unknown_command_is_refused(machikoe: Machikoe) -> None:
    ran = machikoe("fly")
    assert (ran.status, "No such command 'fly'" in ran.err) == (2, True)
    assert LazyGroup().get_command(click.Context(cli), "fly") is None


NEEDS_AN_INSTALLATION = [
    ("public",),
    ("staff",),
    ("worker", "--drain"),
    ("serve",),
    ("events",),
    ("line", "check"),
    ("line", "setup"),
    ("opinions", "export", "--format", "csv", "--output", "-"),
]


@pytest.mark.parametrize("words", NEEDS_AN_INSTALLATION, ids=" ".join)
def test_before_init_the_way_out_is_told_and_nothing_is_made(
    machikoe: Machikoe, data_dir: Path, words: tuple[str, ...]
) -> None:
    ran = machikoe(*words)
    assert ran.status == 1
    assert ran.err.startswith("machikoe: ")
    assert "machikoe init" in ran.err
    assert "Traceback" not in ran.err
    assert not data_dir.exists()
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("words", [("init", "--non-interactive"), ("db", "upgrade"), ("events",)], ids=" ".join)
def test_a_database_that_does_not_answer_is_told_in_words(
    machikoe: Machikoe, city_dir: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    assert city_dir.is_dir()
    monkeypatch.setenv("MACHIKOE_DATABASE_URL", "postgresql://machikoe:hush@127.0.0.1:1/machikoe")
    ran = machikoe(*words)
    assert ran.status == 1
    assert "database" in ran.err
    assert "machikoe doctor" in ran.err
    assert "hush" not in ran.out + ran.err
    assert "Traceback" not in ran.err


def test_a_file_that_is_no_database_is_told_in_words(machikoe: Machikoe, city_dir: Path) -> None:
    (city_dir / "machikoe.sqlite3").write_bytes(b"no database " * 500)
    ran = machikoe("events")
    assert ran.status == 1
    assert ran.err.startswith("machikoe: ")


@pytest.mark.parametrize("words", [("doctor",), ("init", "--non-interactive"), ("worker",)], ids=" ".join)
def test_all_errors_of_the_settings_are_told_together(
    machikoe: Machikoe, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("MACHIKOE_SUBMISSION_QUIET_SECONDS", "soon")
    monkeypatch.setenv("MACHIKOE_PUBLIC_URL", "koe.example.jp")
    monkeypatch.setenv("MACHIKOE_DATABASE_URL", "mysql://machikoe:hush@db/machikoe")
    monkeypatch.setenv("MACHIKOE_LINE_CHANNEL_SECRET_FILE", "/nowhere/secret")
    monkeypatch.setenv("MACHIKOE_COLOUR", "blue")
    ran = machikoe(*words)
    assert ran.status == 1
    for name in ("SUBMISSION_QUIET_SECONDS", "PUBLIC_URL", "DATABASE_URL", "LINE_CHANNEL_SECRET_FILE", "COLOUR"):
        assert f"- MACHIKOE_{name}: " in ran.err
    assert "hush" not in ran.err
