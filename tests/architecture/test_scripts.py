"""The shell scripts of set-up and tests, run in odd surroundings."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.new_migration import next_number
from tests.architecture.project import ROOT, files
from tests.databases import SERVER_VARIABLE
from tests.needs import missing


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != SERVER_VARIABLE}
    return subprocess.run(command, cwd=ROOT, env=kept | variables, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", [str(path) for path in files() if path.suffix == ".sh" or str(path) == ".ci/run"])
def test_scripts_can_be_run_and_read(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
    shell = (ROOT / name).read_text().splitlines()[0].removeprefix("#!")
    assert subprocess.run([shell, "-n", name], cwd=ROOT, check=False).returncode == 0


def test_a_server_that_is_named_is_taken_as_it_is() -> None:
    done = run(
        "scripts/with-postgres.sh", "sh", "-c", f"echo ${SERVER_VARIABLE}", **{SERVER_VARIABLE: "postgresql://x/y"}
    )
    assert done.stdout.strip() == "postgresql://x/y"


@pytest.mark.postgres
def test_without_a_server_a_private_one_lives_as_long_as_the_command() -> None:
    binaries = [
        *Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        *([which] if (which := shutil.which("initdb")) else []),
    ]
    if not binaries:
        missing("no PostgreSQL server is installed; scripts/system-packages.sh installs it")
    # Nothing listens on port 1.
    ask = f'psql -XtAw "$(echo ${SERVER_VARIABLE} | sed s/+psycopg//)" -c "SELECT 40 + 2"'
    script = f'echo "${SERVER_VARIABLE}"; {ask}; exit 7'
    done = run("scripts/with-postgres.sh", "sh", "-c", script, PGPORT="1", POSTGRES_OPTIONS="-c fsync=off")
    url, answer = done.stdout.split()
    assert done.returncode == 7
    assert answer == "42"
    port = url.rsplit(":", 1)[1].split("/")[0]
    assert int(port) > 54000
    assert run("psql", "-XtAw", url.replace("+psycopg", ""), "-c", "SELECT 1").returncode != 0


def test_system_packages_never_stop_the_build() -> None:
    assert run("scripts/system-packages.sh", PATH="/usr/bin:/bin").returncode == 0


def test_a_python_that_is_too_old_is_named_in_plain_words(tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)
    clone = tmp_path / "project"
    for name in ("scripts/setup.sh", "requirements/base.lock", "pyproject.toml"):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, clone / name)
    done = run(str(clone / "scripts/setup.sh"), "base", PYTHON=str(old))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "3.9.2" in done.stderr
    assert not (clone / ".venv").exists()


def test_migrations_are_numbered_on(tmp_path: Path) -> None:
    assert next_number(tmp_path) == "0001"
    (tmp_path / "0009_add_surveys.py").touch()
    (tmp_path / "__init__.py").touch()
    assert next_number(tmp_path) == "0010"
