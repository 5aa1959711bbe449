"""Shares, Wilson's intervals and the area under the ROC, by hand and against published numbers."""

import math

import numpy as np
import pytest

from oiscan.evaluation.agreement.accuracy import accuracy, area_under_roc, share, wilson


def test_shares_by_hand() -> None:
    """60 not fractured, of which 50 called so; 40 fractured, of which 30 found."""
    told = accuracy([[50, 10], [10, 30]])
    assert told == {
        "sensitivity": (30, 40),
        "specificity": (50, 60),
        "positive_predictive_value": (30, 40),
        "negative_predictive_value": (50, 60),
        "agreement": (80, 100),
    }
    assert share(told["sensitivity"]) == 0.75


def test_published_sensitivity() -> None:
    """Diacinti 2015: DXA finds 129 of 175 fractured vertebrae, 74 %, and calls none that is not."""
    told = accuracy([[579, 0], [46, 129]])
    assert share(told["sensitivity"]) == pytest.approx(0.737, abs=5e-4)
    assert share(told["specificity"]) == share(told["positive_predictive_value"]) == 1


def test_wilson_as_published() -> None:
    """Alos 2012: 25 of 155 children, 16 % (11 to 23)."""
    told = wilson((25, 155))
    assert (told.low, told.high) == (pytest.approx(0.1117, abs=5e-5), pytest.approx(0.2273, abs=5e-5))


def test_all_of_a_few_is_not_certain() -> None:
    told = wilson((10, 10))
    assert (told.value, told.high) == (1, pytest.approx(1))
    assert told.low == pytest.approx(10 / (10 + 1.959964**2), abs=1e-6)


def test_nothing_has_no_share() -> None:
    told = wilson((0, 0))
    assert np.isnan([share((0, 0)), told.value, told.low, told.high]).all()


def test_area_counts_pairs_in_the_right_order() -> None:
    """3 fractured and 2 sound vertebrae: of 6 pairs 4 in order, 1 tied, 1 wrong."""
    assert area_under_roc([1, 1, 1, 0, 0], [30.0, 20.0, 5.0, 5.0, 2.0]) == pytest.approx(5.5 / 6)
    assert area_under_roc([0, 0, 1, 1, 1, 0, 1], [0.1, 0.4, 0.35, 0.8, 0.4, 0.2, 0.9]) == 0.875


def test_area_does_not_care_for_the_unit_but_for_the_order() -> None:
    rng = np.random.default_rng(0)
    truth, score = rng.random(50) < 0.3, rng.normal(size=50)
    area = area_under_roc(truth, score)
    assert area_under_roc(truth, np.exp(score)) == pytest.approx(area)
    assert area_under_roc(truth, -score) == pytest.approx(1 - area)


def test_area_of_one_kind_only_or_of_no_scores_is_unknown() -> None:
    assert math.isnan(area_under_roc([1, 1], [1.0, 2.0]))
    assert math.isnan(area_under_roc([0, 1], [math.nan, math.nan]))
