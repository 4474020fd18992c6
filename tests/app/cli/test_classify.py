import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from app.cli import classify as module
from app.cli.classify import classify, parse

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


def test_the_application_names_the_department(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "routing_for_settings", lambda: lambda _text, reading: f"{reading.area}-課")
    result = CliRunner().invoke(classify, input='{"id": 1, "text": "市道の舗装がひび割れています"}')
    assert json.loads(result.stdout)["department"] == "roads-課"


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
