import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app import migrating
from app.cli.opinions import opinions
from feedback.db import Database
from feedback.opinions import intake
from feedback.opinions.intake import IntakeRules, NewPart
from feedback.opinions.rules import Channel, PartKind
from feedback.routing import service as routing

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("MACHIKOE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(opinions, arguments)

    return invoke


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'data' / 'machikoe.sqlite3'}")
    migrating.upgrade(database)
    at = datetime(2026, 5, 11, 1, 30, tzinfo=UTC)
    with database.write() as session:
        routing.install_defaults(session)
        for text, channel in (("穴がある 090-1234-5678", Channel.PHONE), ("ありがとう", Channel.LINE)):
            intake.receive(
                session,
                channel=channel,
                parts=[NewPart(kind=PartKind.TEXT, text=text, sent_at=at)],
                received_at=at,
                rules=IntakeRules(router=routing.load_router(session)),
                reading=None,
            )
    yield database
    database.dispose()


@pytest.mark.usefixtures("city")
def test_export_to_a_file_says_what_it_did(run: Run, tmp_path: Path) -> None:
    result = run("export", "--format", "csv", "--output", "out.csv")

    assert result.exit_code == 0, result.output
    assert "Exported 2 matters" in result.stderr
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == ["穴がある 〔電話番号〕", "ありがとう"]
    assert {path.name for path in tmp_path.iterdir()} == {"data", "out.csv"}
    assert (tmp_path / "out.csv").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("city")
def test_export_to_standard_output_with_filters(run: Run) -> None:
    result = run(
        "export", "--format", "jsonl", "--channel", "phone", "--from", "2026-05-11", "--unmasked", "--output", "-"
    )

    [row] = [json.loads(line) for line in result.stdout.splitlines()]
    assert row["text"] == "穴がある 090-1234-5678"
    assert "personal data readable" in result.stderr


@pytest.mark.usefixtures("city")
def test_xlsx(run: Run, tmp_path: Path) -> None:
    assert run("export", "--format", "xlsx", "--headings", "ja", "--output", "out.xlsx").exit_code == 0
    assert (tmp_path / "out.xlsx").read_bytes()[:2] == b"PK"


@pytest.mark.usefixtures("city")
def test_what_cannot_be_done_is_said_plainly(run: Run, tmp_path: Path) -> None:
    unknown = run("export", "--area", "raods", "--output", "out.csv")
    nowhere = run("export", "--output", "no/such/folder/out.csv")

    assert (unknown.exit_code, nowhere.exit_code) == (1, 1)
    assert "raods" in unknown.stderr
    assert "cannot be written" in nowhere.stderr
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("command", [["--help"], ["export", "--help"]])
def test_help(run: Run, command: list[str]) -> None:
    assert run(*command).exit_code == 0
