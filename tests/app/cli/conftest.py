"""The `machikoe` command as people call it: arguments in, status and words out."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli import main
from feedback.config import ensure_keys, load_settings


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command ended with."""

    status: int
    out: str
    err: str


Machikoe = Callable[..., Ran]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty installation's data folder; the command is called from a folder of its own."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("MACHIKOE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def city_dir(data_dir: Path, sqlite_templates: dict[str, Path]) -> Path:
    """The data folder of an installation with keys, the default city and the cast."""
    data_dir.mkdir()
    shutil.copy(sqlite_templates["city"], data_dir / "machikoe.sqlite3")
    ensure_keys(load_settings())
    return data_dir


@pytest.fixture
def machikoe(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """``machikoe("init", "--help")`` runs a command in this process, as its console script does."""
    del data_dir

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr("sys.argv", ["machikoe", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        said = capfd.readouterr()
        return Ran(int(end.value.code or 0), said.out, said.err)

    return run
