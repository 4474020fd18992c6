from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from classifier import corpus
from classifier.embedding import Vectors
from classifier.labelled import Labelled, evaluate_labelled, train_labelled
from classifier.linear import TextModel
from classifier.starter import material, train_starter
from classifier.store import ModelError, load_model, model_hash, save
from classifier.training import ALWAYS, folds


class LengthEmbedder:
    """A vector that only knows how long a text is: enough to see that vectors are used."""

    name = "length"
    dimensions = 2

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.array([[np.sin(len(text)), np.cos(len(text))] for text in texts], dtype=np.float32)


PARKS = [f"公園のブランコが壊れています {n}番目の広場" for n in "一二三四五六七八九十"]
ROADS = [f"道路の穴を直してください {n}丁目の舗装" for n in "一二三四五六七八九十"]


def small() -> Labelled:
    return Labelled((*PARKS, *ROADS, "ごみの袋"), ("parks",) * 10 + ("roads",) * 10 + ("waste",))


@pytest.fixture(scope="module")
def model() -> TextModel:
    return train_labelled(small(), embedder=LengthEmbedder())


def test_learns_and_judges(model: TextModel) -> None:
    result = evaluate_labelled(
        model, ["ブランコの公園", "穴のある道路", "知らない"], ["parks", "roads", "x"], head="label"
    )
    assert result.n == 3
    assert result.accuracy == pytest.approx(2 / 3)


def test_every_class_with_one_text() -> None:
    data = Labelled(tuple(f"文{n} {chr(0x4E00 + n)}" for n in range(50)), tuple(str(n) for n in range(50)))
    learnt = train_labelled(data, embedder=None)
    assert evaluate_labelled(learnt, data.texts, data.labels, head="label").accuracy > 0.9


def test_same_data_same_hash() -> None:
    first = model_hash(train_labelled(small(), embedder=LengthEmbedder()))
    assert first == model_hash(train_labelled(small(), embedder=LengthEmbedder()))


def test_starter_training_is_deterministic_and_writes_figures() -> None:
    rows = [row for row in corpus.opinions() if row.source != "languages"][::32]
    given = material(rows, corpus.handbook()[::180])
    first, digest, figures = train_starter(None, given=given)
    second, again, _ = train_starter(None, given=given)
    assert (model_hash(first), digest) == (model_hash(second), again)
    assert 0.2 < figures["area"]["accuracy"] <= 1
    assert set(figures["safety"]) >= {"emergency", "self_harm"}


def test_saved_and_loaded_is_the_same(model: TextModel, tmp_path: Path) -> None:
    digest = save(model, tmp_path, {"version": "t"})
    loaded, card = load_model(tmp_path)
    assert card["sha256"] == digest == model_hash(model)
    assert model_hash(loaded) == digest
    assert loaded.heads["label"].labels == ("parks", "roads", "waste")


def test_a_changed_file_is_refused(model: TextModel, tmp_path: Path) -> None:
    save(model, tmp_path, {"version": "t"})
    file = tmp_path / "model.skops"
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(ModelError, match="not the file its card describes"):
        load_model(tmp_path)


def test_code_in_a_file_is_refused(tmp_path: Path) -> None:
    import hashlib
    import json

    import skops.io

    content = skops.io.dumps({"f": Labelled})
    (tmp_path / "model.skops").write_bytes(content)
    card = {"format": 1, "sha256": hashlib.sha256(content).hexdigest()}
    (tmp_path / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="which is not data"):
        load_model(tmp_path)


@pytest.mark.parametrize("card", ["", "[]", "{}", '{"sha256": "x", "format": 99}'])
def test_a_folder_without_a_usable_card_is_refused(tmp_path: Path, card: str) -> None:
    (tmp_path / "card.json").write_text(card)
    with pytest.raises(ModelError):
        load_model(tmp_path)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no readable"):
        load_model(tmp_path)
    (tmp_path / "card.json").write_text('{"sha256": "x", "format": 1}')
    with pytest.raises(ModelError, match=r"model\.skops"):
        load_model(tmp_path)


def test_folds_never_part_a_group() -> None:
    groups = ["a", "b", ALWAYS, "a", "c", "b"]
    seen = []
    for train, held in folds(groups):
        assert 2 in train
        assert not {groups[i] for i in train} & {groups[i] for i in held}
        seen += list(held)
    assert sorted(seen) == [0, 1, 3, 4, 5]
    assert list(folds(["a", "a", ALWAYS])) == []
