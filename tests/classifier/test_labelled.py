"""Labelled texts as people bring them: strange labels, gaps, repetitions."""

import json
from pathlib import Path

import pytest

from classifier.labelled import DataError, Labelled, evaluate_labelled, read_labelled, save_labelled, train_labelled
from classifier.store import load_model

CATS = tuple(f"猫が庭で鳴いています その{n}" for n in range(8))
TAXES = tuple(f"住民税の納付書が届きません {n}回目" for n in range(8))


def judged(data: Labelled) -> float:
    return evaluate_labelled(train_labelled(data, embedder=None), data.texts, data.labels, head="label").accuracy


def read(tmp_path: Path, content: str) -> Labelled:
    path = tmp_path / "d.jsonl"
    path.write_text(content, encoding="utf-8")
    return read_labelled(path, text_field="text", label_field="label")


def test_one_label_alone_is_refused() -> None:
    with pytest.raises(DataError, match="2種類以上"):
        train_labelled(Labelled(("a", "b", "c"), ("x", "x", "x")), embedder=None)


@pytest.mark.parametrize("label", ["", " ", "税・年金（その他）", "長" * 5000, "a\nb\t\x00c"])
def test_any_spelling_is_a_label(label: str, tmp_path: Path) -> None:
    data = Labelled((*CATS, *TAXES), ("cats",) * 8 + (label,) * 8)
    learnt = train_labelled(data, embedder=None)
    save_labelled(learnt, data, tmp_path)
    model, card = load_model(tmp_path)
    assert set(card["labels"]["label"]) == {"cats", label}
    assert evaluate_labelled(model, data.texts, data.labels, head="label").accuracy == 1.0


def test_repeated_texts_are_learnt_from() -> None:
    assert judged(Labelled((*CATS[:2], *TAXES[:2]) * 20, ("cats", "cats", "taxes", "taxes") * 20)) == 1.0


def test_one_text_under_two_labels_is_half_right() -> None:
    assert judged(Labelled((CATS[0],) * 6, ("a", "b") * 3)) == 0.5


@pytest.mark.parametrize("strange", ["", "   ", "\x00", "\ud800", "😀" * 50, "a" * 50_000])
def test_any_text_is_learnt_and_judged(strange: str) -> None:
    data = Labelled((*CATS, *TAXES, strange), ("cats",) * 8 + ("taxes",) * 8 + ("odd",))
    assert judged(data) > 0.9


def test_only_empty_texts_are_learnt() -> None:
    assert judged(Labelled(("", "", ""), ("a", "b", "b"))) > 0


@pytest.mark.parametrize("texts", [1, 2])
def test_labels_of_one_or_two_texts_beside_a_common_one(texts: int) -> None:
    rare = tuple(f"{chr(0x5000 + n)}{chr(0x6000 + n)}について" for n in range(30) for _ in range(texts))
    labels = tuple(f"rare{n}" for n in range(30) for _ in range(texts))
    assert judged(Labelled((*CATS, *rare), ("cats",) * 8 + labels)) > 0.8


def test_labels_that_are_not_text_are_taken_as_written(tmp_path: Path) -> None:
    rows = [{"text": "a", "label": label} for label in (1, 1.5, True, "1", False, 0)]
    data = read(tmp_path, "".join(json.dumps(row) + "\n" for row in rows))
    assert data.labels == ("1", "1.5", "true", "1", "false", "0")


def test_every_faulty_line_is_named(tmp_path: Path) -> None:
    lines = ['{"text": "a", "label": "x"}', "oops", "", '{"text": "b"}', '{"label": "x"}', "[" * 100_000, "7"]
    with pytest.raises(DataError) as told:
        read(tmp_path, "\n".join(lines))
    assert str(told.value).splitlines() == [
        "d.jsonl:2: JSONとして読めません",
        "d.jsonl:4: 項目 'label' にラベルがありません",
        "d.jsonl:5: 項目 'text' に文がありません",
        "d.jsonl:6: JSONとして読めません",
        "d.jsonl:7: JSONのオブジェクトではありません",
    ]


def test_of_many_faulty_lines_the_first_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError) as told:
        read(tmp_path, "oops\n" * 1_300)
    lines = str(told.value).splitlines()
    assert (len(lines), lines[-1]) == (11, "ほか1,290行")


def test_half_a_character_is_replaced(tmp_path: Path) -> None:
    data = read(tmp_path, '{"text": "a\\ud83d", "label": "x\\ud83d"}')
    assert (data.texts, data.labels) == (("a?",), ("x?",))


def test_a_byte_order_mark_and_other_line_ends_are_read(tmp_path: Path) -> None:
    data = read(tmp_path, '\ufeff{"text": "a", "label": "x"}\r\n\r\n{"text": "b", "label": "y"}')
    assert (data.texts, data.labels) == (("a", "b"), ("x", "y"))
