"""Kappas against published tables, and against what statsmodels 0.14 and Fleiss' own example give."""

import math

import numpy as np
import pytest

from oiscan.evaluation.agreement.kappa import Weights, crosstab, fleiss_kappa, kappa

GRADES = [[40, 5, 2, 0], [6, 12, 4, 1], [1, 3, 15, 2], [0, 0, 4, 5]]

PSYCHIATRISTS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip
"""Ten subjects, fourteen raters, five categories: a textbook's worked example of Fleiss' kappa, 0.210."""


@pytest.mark.parametrize(
    ("counts", "agreement", "value", "low", "high"),
    [
        ([[129, 46], [0, 579]], 93.90, 0.8116, 0.760, 0.863),
        ([[35, 1], [0, 22]], 98.28, 0.9637, 0.893, 1.034),
        ([[35, 1], [6, 16]], 87.93, 0.7318, 0.549, 0.914),
    ],
)
def test_published_tables_of_children_with_oi(counts, agreement, value, low, high) -> None:
    """Diacinti 2015: radiographs (rows) and vertebral assessment or morphometry by DXA (columns), fractured first."""
    told = kappa(counts)
    assert 100 * np.trace(counts) / np.sum(counts) == pytest.approx(agreement, abs=0.005)
    assert told.value == pytest.approx(value, abs=5e-5)
    assert (told.interval.low, told.interval.high) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


@pytest.mark.parametrize(
    ("weights", "value", "error"),
    [
        (Weights.PLAIN, 0.5841995841995843, 0.06377698502101772),
        (Weights.LINEAR, 0.7052864247559403, 0.05095858314702722),
        (Weights.QUADRATIC, 0.8068006182380216, 0.0437529315790264),
    ],
)
def test_weighted_kappas_are_those_of_statsmodels(weights, value, error) -> None:
    told = kappa(GRADES, weights)
    assert (told.value, told.standard_error) == (pytest.approx(value), pytest.approx(error))


def test_of_two_categories_all_weights_are_one() -> None:
    assert len({round(kappa([[10, 2], [3, 7]], weights).value, 12) for weights in Weights}) == 1


def test_raters_may_change_places() -> None:
    for weights in Weights:
        one, other = kappa(GRADES, weights), kappa(np.transpose(GRADES), weights)
        assert (one.value, one.standard_error) == (pytest.approx(other.value), pytest.approx(other.standard_error))


def test_perfect_agreement_and_what_cannot_be_known() -> None:
    assert kappa(np.diag([5, 4, 3])).value == pytest.approx(1)
    assert math.isnan(kappa(np.zeros((4, 4))).value)
    assert math.isnan(kappa([[20, 0], [0, 0]]).value), "both used one category only"
    constant = kappa([[0, 6], [0, 4]])
    assert constant.value == pytest.approx(0)
    assert math.isnan(constant.interval.low), "one rater used one category only"


def test_crosstab_counts_pairs() -> None:
    pairs = np.array([[0, 0], [0, 1], [2, 1], [0, 1]])
    assert crosstab(pairs, 3).tolist() == [[1, 2, 0], [0, 0, 0], [0, 1, 0]]
    assert crosstab(np.empty((0, 2), dtype=np.int64), 2).tolist() == [[0, 0], [0, 0]]


def test_fleiss_of_the_textbook() -> None:
    assert fleiss_kappa(PSYCHIATRISTS) == pytest.approx(0.20993070442195522)


def test_fleiss_by_hand() -> None:
    """Three raters agree on one vertebra and split 2:1 on the other: P = (1 + 1/3) / 2, Pe = (5/6)^2 + (1/6)^2."""
    expected = 26 / 36
    assert fleiss_kappa([[3, 0], [2, 1]]) == pytest.approx((2 / 3 - expected) / (1 - expected))


def test_fleiss_needs_the_same_raters_everywhere() -> None:
    assert math.isnan(fleiss_kappa(np.empty((0, 2))))
    assert math.isnan(fleiss_kappa([[3, 0], [3, 0]]))
    for counts in ([[3, 0], [1, 1]], [[1, 0], [0, 1]]):
        with pytest.raises(ValueError, match="same two or more raters"):
            fleiss_kappa(counts)
