"""There is no container engine where tests run, so the files are read and their commands are tried by themselves."""

import json
import re
import shlex
from fnmatch import fnmatch
from typing import Any

import click
import pytest
import yaml
from flask import Flask

from admin.app import create_staff_app
from app.cli import cli
from bot.pages import create_pages
from feedback.config import Settings
from feedback.db import Database
from tests.architecture.project import files, text

COMPOSE: dict[str, Any] = yaml.safe_load(text("compose.yaml"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OWN = sorted(name for name, service in SERVICES.items() if service["image"] == "machikoe")


def instructions() -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", text("Dockerfile"), flags=re.MULTILINE))
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in joined.splitlines() if line.strip()]


def parse(arguments: list[str]) -> None:
    """Let the command line read the arguments, without running the command."""
    context = click.Context(cli)
    command = cli.get_command(context, arguments[0])
    assert command is not None
    command.make_context(arguments[0], arguments[1:], parent=context)


def test_the_image_is_built_in_two_stages_from_hashed_locks() -> None:
    assert [value.split()[0] for name, value in instructions() if name == "FROM"] == ["python:3.11-slim"] * 2
    installs = [value for name, value in instructions() if name == "RUN" and "pip install" in value]
    assert "--require-hashes" in installs[0]
    assert all("--require-hashes" in one or "--no-index" in one for one in installs)


def test_the_image_runs_as_nobody_special() -> None:
    names = [name for name, _ in instructions()]
    (user,) = [value for name, value in instructions() if name == "USER"]
    assert user not in {"root", "0"}
    assert names.index("USER") > max(n for n, name in enumerate(names) if name == "RUN")


def test_what_the_image_copies_exists_and_is_not_ignored() -> None:
    kept = [line[1:].rstrip("/") for line in text(".dockerignore").splitlines() if line.startswith("!")]
    known = {str(path) for path in files()}
    for name, value in instructions():
        if name != "COPY" or value.startswith("--from"):
            continue
        for source in value.split()[:-1]:
            inside = [path for path in known if path == source or path.startswith(source.rstrip("/") + "/")]
            assert inside, source
            assert any(fnmatch(path, keep) or path.startswith(keep + "/") for keep in kept for path in inside), source


def test_the_image_holds_every_package() -> None:
    copied = {value.split()[0].rstrip("/") for name, value in instructions() if name == "COPY"}
    assert {"feedback", "classifier", "bot", "admin", "app", "migrations"} <= copied


def test_the_images_own_commands_are_understood() -> None:
    values = dict(instructions())
    assert json.loads(values["ENTRYPOINT"]) == ["machikoe"]
    parse(json.loads(values["CMD"]))
    check = json.loads(values["HEALTHCHECK"].split("CMD", 1)[1])
    assert check[0] == "machikoe"
    parse(check[1:])


@pytest.mark.parametrize("name", OWN)
def test_every_service_runs_a_command_that_is_understood(name: str) -> None:
    parse(SERVICES[name]["command"])


def test_the_services_are_those_the_architecture_names() -> None:
    assert set(SERVICES) == {"postgres", "init", "public", "staff", "worker"}
    assert SERVICES["worker"]["deploy"]["replicas"] == 2
    assert SERVICES["postgres"]["image"] == "postgres:16"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_services_use_only_what_is_declared(name: str) -> None:
    service = SERVICES[name]
    assert {volume.split(":")[0] for volume in service["volumes"]} <= set(COMPOSE["volumes"])
    assert set(service["secrets"]) <= set(COMPOSE["secrets"])
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    for port in service.get("ports", []):
        assert port.startswith("127.0.0.1:")
    for variable in service["environment"]:
        field = variable.removeprefix("MACHIKOE_").removesuffix("_FILE").lower()
        assert field in Settings.model_fields or variable.startswith("POSTGRES_")


@pytest.mark.parametrize("name", ["public", "staff"])
def test_health_checks_ask_for_pages_that_exist(name: str, settings: Settings, blank_database: Database) -> None:
    (address,) = re.findall(r"http://127\.0\.0\.1:(\d+/[a-z]+)", " ".join(SERVICES[name]["healthcheck"]["test"]))
    port, path = address.split("/")
    assert f"127.0.0.1:{port}:{port}" in SERVICES[name]["ports"]
    make = {"public": create_pages, "staff": create_staff_app}[name]
    app: Flask = make(settings, blank_database)
    assert app.test_client().get(f"/{path}").status_code == 200


def test_the_unit_runs_the_command_its_name_begins_with() -> None:
    unit = text("docs/deploy/systemd/machikoe@.service")
    (line,) = re.findall(r"^ExecStart=(.*)$", unit, flags=re.MULTILINE)
    script = shlex.split(line)[2].replace("$$", "$").replace("%%", "%")
    assert script == 'name=%i; exec /opt/machikoe/.venv/bin/machikoe "${name%%-*}"'
