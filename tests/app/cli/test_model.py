import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.model import model
from feedback.db import Database
from feedback.learning.rules import Figures
from tests.app.cli.conftest import Machikoe
from tests.feedback.learning.models import GOOD, keep

FIGURES = {"n", "accuracy", "macro_f1", "top3", "coverage", "routed_precision", "ece"}


def write(path: Path, rows: list[dict[str, object]]) -> str:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture
def data(tmp_path: Path) -> str:
    rows: list[dict[str, object]] = [{"body": f"the cat sat on mat {n}", "tag": "cat"} for n in range(12)]
    rows += [{"body": f"stock prices fell by {n} percent", "tag": "money"} for n in range(12)]
    rows += [{"body": "一つだけの文", "tag": 7}]
    return write(tmp_path / "data.jsonl", rows)


def test_train_and_evaluate_on_foreign_labels(data: str, tmp_path: Path) -> None:
    fields = ["--label-field", "tag", "--text-field", "body"]
    folder = str(tmp_path / "m")
    trained = CliRunner().invoke(model, ["train", "--data", data, *fields, "--output", folder])
    assert trained.exit_code == 0, trained.output
    result = CliRunner().invoke(model, ["evaluate", "--model", folder, "--data", data, *fields, "--json"])
    figures = json.loads(result.stdout)
    assert set(figures) == FIGURES
    assert figures["n"] == 25
    assert figures["accuracy"] > 0.9
    shown = CliRunner().invoke(model, ["show", "--model", folder])
    assert json.loads(shown.stdout)["labels"]["label"] == ["7", "cat", "money"]


def test_the_shipped_model_is_judged_by_area(tmp_path: Path) -> None:
    data = write(tmp_path / "d.jsonl", [{"text": "道路に穴が開いています", "label": "roads"}])
    result = CliRunner().invoke(model, ["evaluate", "--data", data])
    assert result.exit_code == 0
    assert "正解率: 1.0" in result.output


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("oops", "d.jsonl:1: JSONとして読めません"),
        ("[]", "JSONのオブジェクトではありません"),
        ('{"text": 1, "label": "a"}', "文がありません"),
        ('{"text": "a"}', "ラベルがありません"),
        ("", "行がありません"),
    ],
)
def test_unusable_data_is_explained(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "d.jsonl").write_text(line + "\n")
    result = CliRunner().invoke(model, ["evaluate", "--data", str(tmp_path / "d.jsonl")])
    assert result.exit_code == 1
    assert told in result.output


def test_one_label_alone_is_explained(tmp_path: Path) -> None:
    data = write(tmp_path / "d.jsonl", [{"text": f"文{n}", "label": "x"} for n in range(5)])
    result = CliRunner().invoke(model, ["train", "--data", data, "--output", str(tmp_path / "m")])
    assert result.exit_code == 1
    assert "d.jsonl: ラベルが1種類しかありません" in result.output
    assert not (tmp_path / "m").exists()


def test_models_of_a_city_are_listed_and_changed(machikoe: Machikoe, city_dir: Path) -> None:
    assert machikoe("model", "list").out == "使用中: 付属のモデル\n"
    assert "まだ一度も" in machikoe("model", "rollback").err
    assert "登録されていません" in machikoe("model", "activate", "city-9").err
    keep_candidates(city_dir)

    worse = machikoe("model", "activate", "city-worse")
    assert worse.status == 1
    assert "分野の正解率 80.0% → 50.0%" in worse.err
    assert machikoe("model", "activate", "city-good").out == "city-good に切り替えました。\n"
    assert machikoe("model", "activate", "city-worse", "--force").status == 0
    assert machikoe("model", "rollback").out == "city-good に戻しました。\n"
    listed = machikoe("model", "list").out
    assert listed.startswith("使用中: city-good\n")
    assert "分野の正解率: 80.0% → 50.0%" in listed
    found = json.loads(machikoe("model", "list", "--json").out)
    assert found["active"] == "city-good"
    assert {one["version"]: one["state"] for one in found["models"]} == {"city-good": "active", "city-worse": "retired"}


def test_learning_is_asked_for(machikoe: Machikoe, city_dir: Path) -> None:
    assert city_dir.is_dir()
    assert "登録しました" in machikoe("model", "learn").out
    assert "すでに進んで" in machikoe("model", "learn").err


def keep_candidates(city_dir: Path) -> None:
    database = Database(f"sqlite:///{city_dir / 'machikoe.sqlite3'}")
    for version, after in (("city-good", GOOD), ("city-worse", Figures(0.5, 0.9, 0.7, 0.9, 0.8))):
        keep(database, city_dir / "models", version, after)
    database.dispose()
