"""Bland and Altman by hand, the intraclass correlation by Shrout and Fleiss' own table."""

import math

import pytest

from oiscan.evaluation.agreement.heights import bland_altman, intraclass_correlation

JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
"""Shrout and Fleiss, Psychol Bull 1979;86:420, table 2: six subjects by four judges, ICC(2,1) = 0.29."""


def test_limits_by_hand() -> None:
    """Differences 1, 2, 3: bias 2, standard deviation 1."""
    told = bland_altman([10.0, 12.0, 14.0], [11.0, 14.0, 17.0])
    assert told == {
        "bias": pytest.approx(2), "sd": pytest.approx(1),
        "lower_limit": pytest.approx(2 - 1.959964), "upper_limit": pytest.approx(2 + 1.959964),
    }  # fmt: skip


def test_one_difference_has_no_limits() -> None:
    assert all(math.isnan(value) for value in bland_altman([1.0], [2.0]).values())


def test_correlation_of_the_paper() -> None:
    assert intraclass_correlation(JUDGES) == pytest.approx(0.2897637795275591)


def test_a_constant_shift_is_disagreement() -> None:
    same = [[10.0, 10.0], [12.0, 12.0], [15.0, 15.0]]
    assert intraclass_correlation(same) == pytest.approx(1)
    assert intraclass_correlation([[one, other + 3] for one, other in same]) < 0.7


def test_too_little_to_correlate() -> None:
    assert math.isnan(intraclass_correlation([[1.0, 2.0]]))
    assert math.isnan(intraclass_correlation([[5.0, 5.0], [5.0, 5.0]]))
