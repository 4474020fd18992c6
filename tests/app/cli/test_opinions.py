import csv
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from app.cli.opinions import opinions
from feedback.config import ensure_keys, load_settings
from feedback.db import Database
from feedback.opinions import intake
from feedback.opinions.intake import IntakeRules, NewPart
from feedback.opinions.models import Matter
from feedback.opinions.rules import Channel, PartKind
from feedback.routing import service as routing

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("MACHIKOE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    ensure_keys(load_settings())

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(opinions, arguments)

    return invoke


@pytest.fixture
def city(tmp_path: Path, sqlite_templates: dict[str, Path]) -> Iterator[Database]:
    (tmp_path / "data").mkdir(exist_ok=True)
    shutil.copy(sqlite_templates["city"], tmp_path / "data" / "machikoe.sqlite3")
    database = Database(f"sqlite:///{tmp_path / 'data' / 'machikoe.sqlite3'}")
    at = datetime(2026, 5, 11, 1, 30, tzinfo=UTC)
    with database.write() as session:
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
    assert "raods" in str(unknown.exception)
    assert "cannot be written" in nowhere.stderr
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("command", [["--help"], ["export", "--help"], ["import", "--help"]])
def test_help(run: Run, command: list[str]) -> None:
    assert run(*command).exit_code == 0


ROWS = "整理番号,受付日,ご意見,担当課,備考\r\n1,R7.4.1,側溝のふた,道路管理課,x\r\n2,春,いつか,,y\r\n"


def count(city: Database) -> int:
    with city.read() as session:
        return session.scalar(select(func.count()).select_from(Matter)) or 0


def test_import_says_what_it_understood_and_did(run: Run, city: Database, tmp_path: Path) -> None:
    (tmp_path / "声.csv").write_bytes(ROWS.encode("cp932"))

    result = run("import", "声.csv", "--channel", "letter", "--no-classify")

    assert result.exit_code == 0, result.exception
    assert "CP932" in result.stdout
    assert "text <- ご意見" in result.stdout
    assert "not used: 備考" in result.stdout
    assert "Imported 1 of 2 rows; 0 known from before; 1 rejected." in result.stdout
    assert "「春」" in (tmp_path / "声.csv.rejects.csv").read_text("utf-8-sig")
    assert count(city) == 3


def test_importing_again_takes_nothing_twice(run: Run, city: Database, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(ROWS)
    run("import", "a.csv", "--channel", "letter", "--no-classify")

    assert "Imported 0 of 2 rows; 1 known" in run("import", "a.csv", "--channel", "letter", "--no-classify").stdout
    assert count(city) == 3


def test_a_dry_run_and_a_mapping(run: Run, city: Database, tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("いつ\t何\n2025/4/1\tよい\n")

    result = run(
        "import", "a.tsv", "--channel", "web", "--dry-run", "--mapping", "received_at=いつ", "--mapping", "text=B"
    )

    assert "Would import 1 of 1 rows" in result.stdout
    assert count(city) == 2


@pytest.mark.usefixtures("city")
def test_an_import_that_takes_nothing_fails(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("受付日,内容\n春,x\n")
    (tmp_path / "b.csv").write_text("いつ,何\n春,x\n")

    assert run("import", "a.csv", "--channel", "web", "--no-classify").exit_code == 1
    assert "受付日" in str(run("import", "b.csv", "--channel", "web").exception)
    assert "項目=列" in str(run("import", "b.csv", "--channel", "web", "--mapping", "text").exception)
