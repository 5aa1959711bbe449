"""Tests and effect sizes from means and standard deviations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import nct

from oiscan.errors import AnalysisError
from oiscan.followup.compare.summaries import Summary, difference, hedges_g, pooled_sd, small_sample_factor, welch

CONTROL, TREATED = Summary(13, 0.0, 1.0), Summary(13, 1.0, 1.0)


def test_a_summary_of_values() -> None:
    told = Summary.of([1, 2, 3, 6])
    assert (told.n, told.mean, told.sd) == (4, 3, pytest.approx((14 / 3) ** 0.5))


@pytest.mark.parametrize("values", [[], [1.0]])
def test_one_value_has_no_spread(values: list[float]) -> None:
    with pytest.raises(AnalysisError, match="two values or more"):
        Summary.of(values)


def test_the_pooled_spread_weighs_by_degrees_of_freedom() -> None:
    assert pooled_sd(Summary(3, 0, 1), Summary(5, 0, 2)) == pytest.approx(((2 * 1 + 4 * 4) / 6) ** 0.5)


def test_student_and_welch_agree_for_groups_alike() -> None:
    student, other = difference(CONTROL, TREATED), welch(CONTROL, TREATED)
    assert (student.value, student.standard_error, student.df) == pytest.approx((1, (2 / 13) ** 0.5, 24))
    assert (other.standard_error, other.df) == pytest.approx((student.standard_error, 24))


def test_the_small_sample_factor_is_exact() -> None:
    """Of 24 degrees of freedom; the usual approximation, 1 - 3 / (4 x 24 - 1), gives 0.96842."""
    assert small_sample_factor(24) == pytest.approx(0.96837, abs=5e-6)


def test_hedges_g_and_where_its_interval_ends() -> None:
    """At the ends of the interval what was seen, t = sqrt(6.5), is at the 97.5 and 2.5 % points of the noncentral t."""
    told = hedges_g(CONTROL, TREATED)
    assert told.value == pytest.approx(0.96837, abs=5e-6)
    ends = [nct.cdf(6.5**0.5, 24, end * 6.5**0.5) for end in (told.low, told.high)]
    assert ends == pytest.approx([0.975, 0.025], abs=1e-5)


def test_the_other_way_round_the_sign_turns() -> None:
    there, back = hedges_g(CONTROL, TREATED), hedges_g(TREATED, CONTROL)
    assert (back.value, back.low, back.high) == pytest.approx((-there.value, -there.high, -there.low), abs=1e-4)


def test_no_effect_size_without_spread() -> None:
    assert math.isnan(hedges_g(Summary(3, 1, 0), Summary(3, 2, 0)).value)


def test_unbiased_on_average() -> None:
    """4,000 pairs of 5 and 5 whose true effect is 1: d is 9.6 % too large on average, g is not."""
    draws = np.random.default_rng(0).standard_normal((4000, 2, 5)) + [[0], [1]]
    told = [hedges_g(Summary.of(one), Summary.of(other)).value for one, other in draws]
    assert np.mean(told) == pytest.approx(1, abs=0.035)
