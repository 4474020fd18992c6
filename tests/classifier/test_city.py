from pathlib import Path

import pytest

from classifier import corpus
from classifier.city import CityModel, CityText, judge, save_city, starter_figures, train_city
from classifier.starter import Material, material
from classifier.store import load_model, model_hash


@pytest.fixture(scope="module")
def given() -> Material:
    rows = [row for row in corpus.opinions() if row.area in {"roads", "parks"}][:120]
    return material([*rows, *[row for row in corpus.opinions() if row.safety][:60]], (), ())


WORDS = ("時刻表", "運賃", "乗り場", "路線", "予約", "遅れ", "割引", "車内", "便数", "停留所", "回数券")
TAUGHT = [
    CityText(f"ぴよぴよ号の{word}について", f"{n}", "transport", 1.0, "question", 1.0) for n, word in enumerate(WORDS)
]


@pytest.fixture(scope="module")
def learnt(given: Material) -> CityModel:
    return train_city(TAUGHT, embedder=None, given=given)


def test_a_citys_own_words_are_learnt(learnt: CityModel, given: Material) -> None:
    asked = [CityText("ぴよぴよ号の時刻表を直してほしい", "x", "transport")]
    assert judge(learnt.model, asked)["top1"] == 1.0
    assert judge(train_city([], embedder=None, given=given).model, asked)["top1"] == 0.0
    assert judge(learnt.model, [])["kind"] is None


def test_figures_are_those_of_the_starter_texts(learnt: CityModel, given: Material) -> None:
    question = next(one for one in given.questions if one.name == "area")
    judged = [group for group in question.groups if group]
    assert learnt.starter_texts == len(judged)
    assert 0 < (learnt.starter["top1"] or 0) <= 1


def test_weights_change_what_is_learnt_and_the_same_gives_the_same(learnt: CityModel, given: Material) -> None:
    assert model_hash(train_city(TAUGHT, embedder=None, given=given).model) == model_hash(learnt.model)
    faint = [CityText(one.text, one.group, one.area, 0.01, one.kind, 0.01) for one in TAUGHT]
    other = train_city(faint, embedder=None, given=given)
    assert model_hash(other.model) != model_hash(learnt.model)
    assert other.digest != learnt.digest


def test_a_saved_model_keeps_its_figures(learnt: CityModel, tmp_path: Path) -> None:
    card = save_city(learnt, tmp_path, texts=len(TAUGHT))
    model, kept = load_model(tmp_path / card["version"])
    assert model_hash(model)
    assert kept["sha256"] == card["sha256"]
    assert starter_figures(kept) == learnt.starter
    assert starter_figures({}) is None


def test_the_starter_corpus_is_learnt_in_the_citys_areas(given: Material, tmp_path: Path) -> None:
    today = {"roads": "streets", "parks": "green_space", "transport": "transport"}
    learnt = train_city(TAUGHT, embedder=None, given=given, areas=today)
    assert learnt.model.heads["area"].labels == ("green_space", "streets", "transport")
    assert save_city(learnt, tmp_path, texts=0, taxonomy=3)["taxonomy"] == 3
    same = {key: key for key in {answer for one in given.questions if one.name == "area" for answer in one.answers}}
    again = train_city([], embedder=None, given=given, areas=same)
    assert model_hash(again.model) == model_hash(train_city([], embedder=None, given=given).model)


def test_an_older_model_is_judged_by_what_its_areas_are_today(learnt: CityModel) -> None:
    asked = [CityText("ぴよぴよ号の時刻表を直してほしい", "x", "mobility")]
    assert judge(learnt.model, asked)["top1"] == 0.0
    assert judge(learnt.model, asked, areas={"transport": "mobility", "roads": "mobility"})["top1"] == 1.0
