from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.learning.rules import (
    FEWEST_JUDGED,
    Basis,
    Comparison,
    Figures,
    comparison,
    cut_off,
    drift,
    taxonomy,
    worse,
)

START = datetime(2026, 4, 1, tzinfo=UTC)
moments = st.lists(st.integers(0, 500).map(lambda hours: START + timedelta(hours=hours)), max_size=400)
counts = st.dictionaries(st.sampled_from(["roads", "parks", "waste", None]), st.integers(0, 400), max_size=4)


def compared(before: Figures, after: Figures) -> Comparison:
    return Comparison(Basis.LATER, 80, START, None, before, after)


@given(moments, st.none() | st.integers(0, 500).map(lambda hours: START + timedelta(hours=hours)))
def test_what_is_judged_is_later_enough_and_not_all(given_: list[datetime], bound: datetime | None) -> None:
    since = cut_off(given_, not_before=bound)
    if since is None:
        return
    later = [one for one in given_ if one > since]
    assert FEWEST_JUDGED <= len(later) < len(given_)
    assert bound is None or since >= bound


def test_the_newest_fifth_is_judged() -> None:
    ordered = [START + timedelta(hours=n) for n in range(500)]
    since = cut_off(ordered)
    assert since is not None
    assert sum(one > since for one in ordered) == 100


def test_too_few_are_not_judged() -> None:
    assert cut_off([]) is None
    assert cut_off([START + timedelta(hours=n) for n in range(240)]) is None
    assert cut_off([START] * 1000) is None


def test_worse_says_which_figures_fell() -> None:
    good = Figures(0.84, 0.97, 0.7, 0.93, 0.8)
    assert worse(compared(good, good)) == []
    assert worse(compared(good, Figures(0.835, 0.97, 0.5, 0.93, 0.8))) == []
    assert worse(compared(good, Figures(0.80, 0.97, 0.7, None, 0.8))) == ["分野の正解率 84.0% → 80.0%"]
    assert len(worse(compared(good, Figures(0.7, 0.8, 0.7, 0.8, 0.7)))) == 4


@given(
    st.builds(
        Comparison,
        st.sampled_from(Basis),
        st.integers(0, 9),
        st.none() | st.just(START),
        st.none() | st.just("city-1"),
        st.builds(Figures, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.none() | st.floats(0, 1), st.none()),
        st.builds(Figures, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.none(), st.floats(0, 1)),
    )
)
def test_a_comparison_comes_back_as_it_was_kept(one: Comparison) -> None:
    assert comparison(one.as_json()) == one


def test_no_comparison_was_kept() -> None:
    assert comparison({}) is None


@given(counts, counts)
def test_drift_is_never_negative_and_knows_its_limits(
    now: dict[str | None, int], before: dict[str | None, int]
) -> None:
    found = drift(now, before)
    assert found.index >= 0
    assert (found.n, found.n_before) == (sum(now.values()), sum(before.values()))
    if min(found.n, found.n_before) < 50:
        assert not found.moved


@given(counts)
def test_the_same_distribution_has_not_moved(now: dict[str | None, int]) -> None:
    assert drift(now, now).index == 0


def test_what_moved_is_told() -> None:
    before: dict[str | None, int] = {"roads": 300, "parks": 300, None: 100}
    assert not drift({"roads": 110, "parks": 95, None: 35}, before).moved
    assert drift({"roads": 60, "parks": 120, None: 60}, before).moved
    far = drift({"roads": 20, "parks": 30, None: 200}, before, confidence=0.6, confidence_before=0.8)
    assert far.moved_far
    assert far.less_sure


@pytest.mark.parametrize(("now", "before"), [(0.78, 0.8), (None, 0.8), (0.5, None)])
def test_sureness_is_compared_only_where_known(now: float | None, before: float | None) -> None:
    assert not drift({"a": 60}, {"a": 60}, confidence=now, confidence_before=before).less_sure


@given(st.lists(st.sampled_from(["roads", "parks", "waste"])))
def test_a_taxonomy_is_a_set(keys: list[str]) -> None:
    assert taxonomy(keys) == taxonomy(reversed(keys)) == taxonomy(keys + keys)
    assert taxonomy(keys) != taxonomy([*keys, "new_area"])
