import json
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from classifier import corpus


def test_counts() -> None:
    rows = corpus.opinions()
    areas = Counter(row.area for row in rows if row.source == "opinions")
    assert set(areas) == set(corpus.AREAS)
    assert min(areas.values()) >= 60
    assert {row.kind for row in rows} == set(corpus.KINDS)
    assert {row.language for row in rows} == set(corpus.LANGUAGES)
    assert {row.safety for row in rows} == {*corpus.SAFETY, None}
    assert sum(row.source == "safety_negative" for row in rows) >= 300
    assert len(corpus.chatter()) >= 300


def test_ids_and_texts_are_unique() -> None:
    rows = corpus.opinions()
    assert len({row.id for row in rows}) == len(rows)
    assert len({row.text for row in rows}) >= len(rows) - 3


def test_every_area_has_several_writers() -> None:
    writers = defaultdict(set)
    for row in corpus.opinions():
        if row.source == "opinions":
            writers[row.area].add(row.writer)
    assert min(len(found) for found in writers.values()) >= 4


def _grams(text: str) -> set[str]:
    spelled = unicodedata.normalize("NFKC", text)
    return {spelled[i : i + 5] for i in range(len(spelled) - 4)} or {spelled}


def test_no_near_duplicates() -> None:
    """Character 5-gram Jaccard above 0.5 would mean a template or a permutation."""
    rows = [row for row in corpus.opinions() if len(row.text) > 12]
    which = CountVectorizer(analyzer=lambda row: _grams(row.text), dtype=np.int32).fit_transform(rows)
    sizes = np.asarray(which.sum(axis=1)).ravel()
    alike = []
    for begin in range(0, len(rows), 1000):
        shared = (which[begin : begin + 1000] @ which.T).tocoo()
        one, other = shared.row + begin, shared.col
        close = (one < other) & (shared.data > 0.5 * (sizes[one] + sizes[other] - shared.data))
        alike += [(rows[i].id, rows[j].id) for i, j in zip(one[close], other[close], strict=True)]
    assert alike == []


def test_handbook_covers_every_area_without_repeating_an_opinion() -> None:
    phrases = corpus.handbook()
    counts = Counter(area for area, _ in phrases)
    assert set(counts) == set(corpus.AREAS)
    assert min(counts.values()) >= 300
    assert not {phrase for _, phrase in phrases} & {row.text for row in corpus.opinions()}


def test_phrases_of_the_handbook_are_short_and_stand_once() -> None:
    phrases = corpus.handbook()
    assert [phrase for _, phrase in phrases if not 2 <= len(phrase.strip()) == len(phrase) <= 40] == []
    assert [phrase for phrase, count in Counter(phrase for _, phrase in phrases).items() if count > 1] == []


def test_a_line_outside_the_schema_is_named(tmp_path: Path) -> None:
    for name in corpus.OPINION_FILES:
        (tmp_path / f"{name}.jsonl").write_text("")
    row = {"id": "x", "text": "a", "area": "nowhere", "also": [], "kind": "request", "urgency": "normal"}
    (tmp_path / "opinions.jsonl").write_text(json.dumps({**row, "safety": None, "language": "ja", "writer": "w"}))
    with pytest.raises(corpus.CorpusError, match=r"opinions\.jsonl:1: area nowhere"):
        corpus.opinions(tmp_path)
    (tmp_path / "chatter.jsonl").write_text(json.dumps({"id": "x", "text": "a", "class": "joke", "writer": "w"}))
    with pytest.raises(corpus.CorpusError, match="class joke"):
        corpus.chatter(tmp_path)
    (tmp_path / "handbook.jsonl").write_text(json.dumps({"area": "nowhere", "phrases": []}))
    with pytest.raises(corpus.CorpusError, match="area nowhere"):
        corpus.handbook(tmp_path)
