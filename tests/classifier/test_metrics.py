import numpy as np
import pytest

from classifier.calibration import choose_point, choose_threshold, fit_mix, fit_scale
from classifier.metrics import calibration_error, evaluate, interval, macro_f1


def test_evaluate_counts_unknown_labels_as_missed() -> None:
    probabilities = np.array([[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]])
    result = evaluate(probabilities, np.array([0, 1, -1]), 0.7)
    assert result.accuracy == pytest.approx(2 / 3)
    assert result.coverage == pytest.approx(2 / 3)
    assert result.routed_precision == pytest.approx(0.5)


def test_evaluate_of_nothing() -> None:
    assert evaluate(np.zeros((0, 2)), np.zeros(0, dtype=np.int64), 0.5).n == 0


def test_nothing_routed_has_no_precision() -> None:
    assert evaluate(np.array([[0.6, 0.4]]), np.array([0]), 0.9).as_dict()["routed_precision"] is None


def test_macro_f1() -> None:
    assert macro_f1(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0])) == pytest.approx((0.8 + 2 / 3) / 2)


def test_calibration_error() -> None:
    assert calibration_error(np.array([0.75] * 4), np.array([True, True, True, False])) == pytest.approx(0)
    assert calibration_error(np.array([0.99] * 4), np.zeros(4, dtype=bool)) == pytest.approx(0.99)


def test_interval_holds_the_figure() -> None:
    values = np.arange(100) % 2
    low, high = interval(lambda rows: float(values[rows].mean()), 100)
    assert low < 0.5 < high
    low, high = interval(lambda rows: float(values[rows].mean()), 100, groups=["a"] * 50 + ["b"] * 50)
    assert low == high == 0.5


def test_threshold_keeps_the_precision() -> None:
    best = np.linspace(0, 1, 1001)
    right = best > 0.4
    threshold = choose_threshold(best, right, precision=0.9)
    assert right[best >= threshold].mean() >= 0.9
    assert threshold < 0.4
    assert choose_threshold(best, np.zeros(1001, dtype=bool), precision=0.9) > 1


def test_point_keeps_the_recall() -> None:
    probability = np.concatenate([np.linspace(0.2, 0.9, 50), np.linspace(0, 0.3, 50)])
    true = np.array([True] * 50 + [False] * 50)
    point = choose_point(probability, true, recall=0.96)
    assert (probability[true] >= point).mean() >= 0.96
    assert choose_point(probability, np.zeros(100, dtype=bool), recall=0.9) == 0.5
    assert 0.1 <= choose_point(probability, true, recall=None) <= 0.5


def test_scale_tames_too_sure_logits() -> None:
    rng = np.random.default_rng(1)
    answers = rng.integers(0, 2, 400)
    logits = np.where(rng.random(400) < 0.7, 1, -1) * (2 * answers - 1) * 20.0
    both = np.stack([-logits, logits], axis=1)
    assert fit_scale(both, answers) < 0.2
    useful, useless = fit_mix([both, rng.normal(size=(400, 2))], answers)
    assert useful > 0
    assert useless < 0.5
