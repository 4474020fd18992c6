import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.model import model

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
        ("oops", "d.jsonl:1: not JSON"),
        ("[]", "not a JSON object"),
        ('{"text": 1, "label": "a"}', "no text"),
        ('{"text": "a"}', "no label"),
        ("", "no rows"),
    ],
)
def test_unusable_data_is_explained(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "d.jsonl").write_text(line + "\n")
    result = CliRunner().invoke(model, ["evaluate", "--data", str(tmp_path / "d.jsonl")])
    assert result.exit_code == 1
    assert told in result.output
