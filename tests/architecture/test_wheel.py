"""What is installed anywhere but in a clone: the wheel must hold every file the packages read."""

import importlib.util
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.architecture.project import ROOT, files
from tests.needs import missing

PACKAGES = ("feedback", "classifier", "bot", "admin", "app", "migrations")
NOT_READ = {".md"}
"""Endings of files that explain and are not read by the program."""


def test_the_wheel_holds_every_file_of_the_packages(tmp_path: Path) -> None:
    if importlib.util.find_spec("setuptools") is None:
        missing("setuptools is not installed; `make setup` installs it")
    source = tmp_path / "source"
    wanted = [path for path in files() if path.parts[0] in PACKAGES]
    for path in [*wanted, Path("pyproject.toml"), Path("README.md"), Path("LICENSE")]:
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, source / path)
    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=source, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("machikoe-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    left_out = [str(path) for path in wanted if str(path) not in held and path.suffix not in NOT_READ]
    assert not left_out
