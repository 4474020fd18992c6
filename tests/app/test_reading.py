import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

import classifier
from app.reading import ClassifierReader, FixedReader


@pytest.fixture(scope="module")
def reader() -> ClassifierReader:
    return ClassifierReader()


def test_a_reading_is_told_in_the_words_of_the_inside(reader: ClassifierReader) -> None:
    text = "桜通りの道路に大きな穴があいていて危ないです。電話は090-1234-5678です。"
    first, second = reader.read([text, "こんにちは"])
    assert first.area == first.areas[0].key == "roads"
    assert 1 >= first.areas[0].score > first.areas[1].score >= 0
    assert len(first.areas) <= 5
    assert first.model_version == second.model_version == reader.version
    (span,) = first.personal_data
    assert "090-1234-5678" in text[span.start : span.end]
    assert first.chatter is None
    assert second.chatter == "greeting"


def test_no_texts_have_no_readings(reader: ClassifierReader) -> None:
    assert reader.read([]) == []


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud83d", "👍🏽" * 500, "あ" * 5000, "﷽", "-" * 300])
def test_odd_texts_are_read_too(reader: ClassifierReader, text: str) -> None:
    (reading,) = reader.read([text])
    assert reading.model_version == reader.version


def test_the_model_is_loaded_once_however_many_ask_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[Path | None] = []

    @dataclass
    class Loaded:
        version: str = "counted-1"

    def load(folder: Path | None) -> Loaded:
        loads.append(folder)
        threading.Event().wait(0.05)
        return Loaded()

    monkeypatch.setattr(classifier, "load", load)
    reader = ClassifierReader(Path("/models/own"))
    assert loads == []
    askers = [threading.Thread(target=lambda: reader.version) for _ in range(5)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(10)
    assert loads == [Path("/models/own")]


def test_the_fixed_reader_says_the_same_of_all() -> None:
    assert [reading.area for reading in FixedReader("roads").read(["a", "b"])] == ["roads", "roads"]
    (nothing,) = FixedReader().read(["a"])
    assert (nothing.area, nothing.areas) == (None, ())
