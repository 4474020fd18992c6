"""The figures of surveys against what is published, and against pandas on random data."""

import random
from collections import Counter

import pandas as pd
import pytest

from feedback.errors import Invalid
from feedback.surveys.sampling import sampling_error
from feedback.surveys.tables import hidden_cells, share_words
from feedback.surveys.weights import Cell, margins_of, post_stratify, rake


def test_the_published_sampling_error() -> None:
    assert f"{sampling_error(0.5, 1000) * 100:.2f}" == "3.10"
    assert f"{sampling_error(0.5, 1000, 200_000) * 100:.2f}" == "3.09"
    assert sampling_error(0.5, 100, 100) == 0
    with pytest.raises(ValueError, match="at least 1"):
        sampling_error(0.5, 0)


def test_how_shares_are_written() -> None:
    assert [share_words(0, 9000), share_words(1, 9000), share_words(1, 3)] == ["-", "0.0", "33.3"]


def test_weights_bring_each_cell_and_each_margin_to_the_population() -> None:
    draw = random.Random(7)
    cells: list[Cell] = [(age, place) for age in ("20s", "40s", "60s") for place in ("北", "南")]
    people = {cell: draw.randint(500, 9000) for cell in cells}
    frame = pd.DataFrame([draw.choice(cells) for _ in range(800)], columns=["age", "place"])
    sample: dict[Cell, int] = dict(Counter(zip(frame["age"], frame["place"], strict=True)))
    total = sum(people.values())
    weights = post_stratify(sample, people)
    frame["w"] = [weights.by_cell[age, place] for age, place in zip(frame["age"], frame["place"], strict=True)]
    assert frame["w"].sum() == pytest.approx(800)
    shares = (frame.groupby(["age", "place"])["w"].sum() / 800).to_dict()
    for cell in cells:
        assert float(shares[cell]) == pytest.approx(people[cell] / total)
    assert weights.effective == pytest.approx(frame["w"].sum() ** 2 / (frame["w"] ** 2).sum())
    raked = rake(sample, margins_of(people))
    for age, wanted in margins_of(people)[0].items():
        found = sum(raked.by_cell[cell] * n for cell, n in sample.items() if cell[0] == age)
        assert found / 800 == pytest.approx(wanted / total, abs=1e-6)


def test_weights_need_something_in_common() -> None:
    with pytest.raises(Invalid, match="共通する区分"):
        post_stratify({("a", "b"): 3}, {("x", "y"): 5})


def test_a_lone_hidden_cell_takes_another_with_it() -> None:
    hidden = hidden_cells([[10, 3, 20], [11, 40, 30]])
    assert hidden[0][1]
    assert all(sum(line) != 1 for line in [*hidden, *zip(*hidden, strict=True)])
    assert hidden_cells([[10, 20], [30, 40]]) == [[False, False], [False, False]]
