import io
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from admin.survey_files import dump, parse, template_names, template_text
from app.cli.survey import survey
from feedback.config import ensure_keys, load_settings
from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.surveys import answering, service
from feedback.surveys.answering import Person
from feedback.surveys.checking import faults
from feedback.surveys.rules import Source

Run = Callable[..., Result]

YAML = """
key: poll
title: 公園のアンケート
anonymous: false
questions:
  - key: use
    type: single
    text: 公園を使いますか。
    required: true
    choices:
      - {key: yes, text: はい}
      - {key: no, text: いいえ}
    next: {no: why}
  - {key: parts, type: multiple, text: 何を使いますか。, choices: [遊具, ベンチ]}
  - {key: why, type: long_text, text: ご意見をどうぞ。}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("MACHIKOE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    ensure_keys(load_settings())

    def invoke(*arguments: str, **options: str) -> Result:
        return CliRunner().invoke(survey, arguments, **options)  # type: ignore[arg-type]

    return invoke


@pytest.fixture
def city(tmp_path: Path, sqlite_templates: dict[str, Path]) -> Iterator[Database]:
    (tmp_path / "data").mkdir(exist_ok=True)
    shutil.copy(sqlite_templates["city"], tmp_path / "data" / "machikoe.sqlite3")
    database = Database(f"sqlite:///{tmp_path / 'data' / 'machikoe.sqlite3'}")
    yield database
    database.dispose()


def respond(database: Database, **given: str) -> None:
    with database.write() as session:
        found = service.survey_of(session, "poll")
        draft = answering.start(
            session, found, person=Person(token_hash=str(given).encode()), source=Source.WEB, at=datetime.now(UTC)
        )
        assert answering.answer_all(session, draft, given=given, at=datetime.now(UTC)) == {}
        answering.submit(session, draft, at=datetime.now(UTC))


def test_from_a_file_to_results_and_tables(run: Run, city: Database, tmp_path: Path) -> None:
    (tmp_path / "poll.yaml").write_text(YAML, encoding="utf-8")
    assert run("import", "poll.yaml").exit_code == 0
    assert run("publish", "poll").exit_code == 0
    assert "/s/" in run("link", "poll", "--label", "広報紙").stdout
    respond(city, use="はい", parts="1,2", why="=1+1")
    respond(city, use="2", why="電話は 090-1234-5678 です")
    found = json.loads(run("results", "poll", "--format", "json").stdout)
    assert found["responses"] == 2
    assert found["questions"]["use"]["counts"] == {"yes": 1, "no": 1}
    assert (found["questions"]["parts"]["n"], found["questions"]["parts"]["counts"]) == (1, {"1": 1, "2": 1})
    written = run("export", "poll", "--labels", "--headings", "ja").stdout_bytes
    assert written.startswith(b"\xef\xbb\xbf")
    table = written.decode("utf-8-sig")
    assert "公園を使いますか。" in table
    assert "090-1234-5678" not in table
    assert "'=1+1" in table
    assert "090-1234-5678" in run("export", "poll", "--unmasked").stdout
    rows = list(load_workbook(io.BytesIO(run("export", "poll", "--format", "xlsx").stdout_bytes)).active.rows)  # type: ignore[union-attr]
    assert len(rows) == 3
    again = run("export", "poll", "--format", "yaml").stdout
    assert parse(again) == parse(YAML)
    assert run("close", "poll").exit_code == 0


def test_a_bad_file_is_refused_with_all_that_is_wrong(run: Run, city: Database, tmp_path: Path) -> None:
    del city
    (tmp_path / "bad.yaml").write_text(YAML.replace("{no: why}", "{no: where}"), encoding="utf-8")
    refused = run("import", "bad.yaml").exception
    assert isinstance(refused, FeedbackError)
    assert "「where」という質問がありません" in str(refused)


@pytest.mark.parametrize("text", ["", "[]", "a: [", "key: 1\nkey: 2", "!!python/object:os.system x"])
def test_what_is_no_definition(text: str) -> None:
    with pytest.raises(FeedbackError):
        parse(text)


@pytest.mark.parametrize("name", template_names())
def test_shipped_definitions_are_sound(name: str) -> None:
    definition = parse(template_text(name))
    assert faults(definition) == []
    assert parse(dump(definition)) == definition


def test_the_shipped_ones_are_all_there_and_can_be_published(run: Run, city: Database) -> None:
    del city
    listed = run("templates").stdout
    assert [line.split("\t")[0] for line in listed.splitlines()] == template_names()
    assert len(template_names()) == 5
    assert len(parse(template_text("civic_awareness")).asked) == 20
    assert run("import", "template:event", "--publish").exit_code == 0
