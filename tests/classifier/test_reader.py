from collections.abc import Sequence

import numpy as np
import pytest

import classifier
from classifier import corpus
from classifier.embedding import Vectors
from classifier.reader import DEFAULT_MODEL, Reader
from classifier.store import load_model


@pytest.fixture(scope="module")
def reader() -> Reader:
    return classifier.load()


def test_reads_a_plain_opinion(reader: Reader) -> None:
    reading = reader.read(["みどり町の道路に大きな穴が開いていて危ないです。直してください"])[0]
    assert reading.area == "roads"
    assert next(area.key for area in reading.areas) == "roads"
    assert len(reading.areas) == 5
    assert reading.language == "ja"
    assert reading.model_version == reader.version
    assert "道路" in reading.evidence or "穴" in reading.evidence


def test_knows_all_areas(reader: Reader) -> None:
    assert set(reader.areas) == set(corpus.AREAS)


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "あ" * 10_000, "😀", "\n\n", "ﾟ", "́"])
def test_strange_texts_are_read(reader: Reader, text: str) -> None:
    reading = reader.read([text])[0]
    assert len(reading.areas) == 5
    assert reading.urgency in {"normal", "high"}


def test_batch_and_single_agree(reader: Reader) -> None:
    texts = [row.text for row in corpus.opinions()[:130:3]]
    together = reader.read(texts)
    for text, reading in zip(texts, together, strict=True):
        alone = reader.read([text])[0]
        assert alone.areas[0].key == reading.areas[0].key
        assert alone.areas[0].score == pytest.approx(reading.areas[0].score, abs=2e-3)


def test_nothing_in_nothing_out(reader: Reader) -> None:
    assert reader.read([]) == []


def test_an_empty_text_is_never_decided(reader: Reader) -> None:
    assert reader.read(["   "])[0].area is None


def test_works_without_vectors() -> None:
    model, card = load_model(DEFAULT_MODEL)
    bare = Reader(model, card, None)
    reading = bare.read(["粗大ごみの出し方を教えてください"])[0]
    assert reading.area == "environment"
    assert 0 < reading.areas[0].score <= 1


def test_vectors_of_another_encoder_are_not_used() -> None:
    class Other:
        name = "other"
        dimensions = 3

        def embed(self, texts: Sequence[str]) -> Vectors:
            raise AssertionError(texts)

    model, card = load_model(DEFAULT_MODEL)
    assert Reader(model, card, Other()).read(["公園のベンチ"])[0].areas


def test_evidence_names_words_of_the_text(reader: Reader) -> None:
    reading = reader.read(["最近イノシシが畑を荒らして困っています"])[0]
    assert reading.area == "agriculture"
    assert set(reading.evidence) <= {"最近", "イノシシ", "畑", "荒らし", "困っ"}
    assert "イノシシ" in reading.evidence


def test_a_text_sent_by_many_is_read_once(reader: Reader) -> None:
    class Counting:
        name = "use-multilingual-v3"
        dimensions = 512
        texts = 0

        def embed(self, texts: Sequence[str]) -> Vectors:
            self.texts += len(texts)
            return np.zeros((len(texts), self.dimensions), dtype=np.float32)

    embedder = Counting()
    model, card = load_model(DEFAULT_MODEL)
    same, other = "街灯が消えています", "バスの本数を増やしてください"
    found = Reader(model, card, embedder).read([same, other] + [same] * 200)
    assert embedder.texts == 2
    assert found[0] == found[2] == found[-1] != found[1]
    assert reader.read([same, other, same]) == [*reader.read([same]), *reader.read([other]), *reader.read([same])]
