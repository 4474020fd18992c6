import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli.classify import classify, parse
from classifier.reader import DEFAULT_MODEL
from feedback.config import load_settings
from feedback.learning import files
from feedback.learning.models import ModelActivation, ModelVersion
from tests.app.cli.conftest import Machikoe
from tests.conftest import NOW
from tests.databases import opened
from tests.feedback.learning.models import keep

Answer = dict[str, Any]
KEYS = {"id", "area", "areas", "abstained", "kind", "urgency", "safety", "language", "pii", "department", "evidence"}


def test_answers_in_order_and_marks_bad_lines() -> None:
    lines = [
        '{"id": 1, "text": "道路に穴が開いていて危ないです。電話は090-0000-1234です"}',
        "not json",
        '{"id": "x"}',
        "",
        '{"id": "y", "text": "死にたいです"}',
        "[1]",
    ]
    result = CliRunner().invoke(classify, input="\n".join(lines))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert [answer.get("id") for answer in answers] == [1, None, "x", "y", None]
    assert ["error" in answer for answer in answers] == [False, True, True, False, True]
    first = answers[0]
    assert set(first) >= KEYS
    assert first["area"] == "roads"
    assert first["department"] is None
    assert [span["type"] for span in first["pii"]] == ["mobile"]
    assert answers[3]["safety"] == "self_harm"
    assert answers[3]["urgency"] == "high"


def test_good_lines_end_with_status_zero() -> None:
    lines = [json.dumps({"id": n, "text": f"公園のベンチ{n}が壊れています"}) for n in range(150)]
    result = CliRunner().invoke(classify, input="\n".join(lines) + "\n")
    assert result.exit_code == 0
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == list(range(150))


def test_nothing_in_nothing_out() -> None:
    result = CliRunner().invoke(classify, input="")
    assert (result.exit_code, result.stdout) == (0, "")


def classified(
    machikoe: Machikoe, monkeypatch: pytest.MonkeyPatch, text: str, *arguments: str
) -> tuple[Answer, list[str]]:
    """The one answer, and the lines on standard error."""
    given = json.dumps({"id": 1, "text": text}).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
    ran = machikoe("classify", *arguments)
    assert ran.status == 0
    return json.loads(ran.out), ran.err.splitlines()


def put_into_force(version: str, shipped: bool) -> None:
    """A city's model: a copy of the shipped one, or a file that is no model."""
    settings = load_settings()
    with opened(settings.database) as database:
        keep(database, files.folder(settings), version)
        with database.write() as session:
            row = session.scalars(select(ModelVersion)).one()
            session.add(ModelActivation(model_id=row.id, at=NOW))
            if shipped:
                folder = files.folder(settings) / version
                shutil.copytree(DEFAULT_MODEL, folder, dirs_exist_ok=True)
                card = json.loads((folder / "card.json").read_text("utf-8"))
                (folder / "card.json").write_text(json.dumps({**card, "version": version}), encoding="utf-8")
                row.sha256 = card["sha256"]


def test_the_model_in_force_reads_and_the_citys_routes_name_the_department(
    machikoe: Machikoe, city_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del city_dir
    answered, told = classified(machikoe, monkeypatch, "市道の舗装がひび割れています")
    assert (answered["area"], answered["department"]) == ("roads", "roads")
    assert told == [f"モデル: {answered['model_version']}（付属）"]

    put_into_force("city-1", shipped=True)
    answered, told = classified(machikoe, monkeypatch, "市道の舗装がひび割れています")
    assert answered["model_version"] == "city-1"
    assert told == ["モデル: city-1（使用中の市のモデル）"]

    answered, told = classified(machikoe, monkeypatch, "街灯が消えています", "--model", str(DEFAULT_MODEL))
    assert answered["model_version"] != "city-1"
    assert told == [f"モデル: {answered['model_version']}（フォルダ {DEFAULT_MODEL}）"]


def test_a_broken_model_in_force_is_told_and_the_shipped_one_reads(
    machikoe: Machikoe, city_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del city_dir
    put_into_force("city-1", shipped=False)
    answered, (told,) = classified(machikoe, monkeypatch, "街灯が消えています")
    assert answered["model_version"] != "city-1"
    assert told.endswith("（付属）。使用中のモデルは使えません: 読み込めません（ModelError）。")


def test_a_folder_without_a_model_is_explained(tmp_path: object) -> None:
    result = CliRunner().invoke(classify, ["--model", str(tmp_path)], input="")
    assert result.exit_code == 1
    assert "card.json" in result.output


def test_too_long_a_line_is_refused() -> None:
    answered = parse(json.dumps({"id": 1, "text": "あ" * 1_000_001}))
    assert isinstance(answered, dict)
    assert answered["id"] == 1


def test_a_slow_writer_gets_each_answer_at_once() -> None:
    code = "from app.cli.classify import classify; classify()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, "text": "街灯が消えています"}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait(timeout=30) == 0
