"""Stated probabilities beside what a reader calls, by hand."""

import math

import pytest

from oiscan.evaluation.agreement.reliability import bins, brier_score, expected_calibration_error

CALLED = [False, True, False, True, True]
STATED = [0.02, 0.08, 0.55, 0.55, 1.0]


def test_bins_by_hand() -> None:
    held = bins(CALLED, STATED)
    assert [one.fractured for one in held] == [(1, 2), (1, 2), (1, 1)]
    assert [one.probability for one in held] == pytest.approx([0.05, 0.55, 1.0])


def test_error_by_hand() -> None:
    """|0.05 - 0.5| of two, |0.55 - 0.5| of two, 0 of one."""
    assert expected_calibration_error(bins(CALLED, STATED)) == pytest.approx((2 * 0.45 + 2 * 0.05) / 5)


def test_brier_score_by_hand() -> None:
    assert brier_score([True, False], [0.7, 0.4]) == pytest.approx((0.09 + 0.16) / 2)


def test_nothing_stated() -> None:
    assert bins([], []) == []
    assert math.isnan(expected_calibration_error([]))
    assert math.isnan(brier_score([], []))
