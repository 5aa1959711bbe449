"""What a planned study can show."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_ind

from oiscan.errors import AnalysisError
from oiscan.followup.compare.power import (
    children_needed,
    detectable_difference,
    first_significant_split,
    largest_unseen_share,
    power_of_fisher,
    power_of_means,
)  # fmt: skip


def test_13_against_13() -> None:
    """The facts a study of 26 children starts from."""
    assert detectable_difference(13, 13) == pytest.approx(1.15, abs=0.005)
    assert power_of_means(1.15, 13, 13) == pytest.approx(0.8, abs=0.005)
    assert first_significant_split(13, 13) == 5
    assert (largest_unseen_share(13), largest_unseen_share(26)) == pytest.approx((0.247, 0.132), abs=5e-4)


def test_64_an_arm_for_half_a_standard_deviation() -> None:
    """Cohen's table: 64 an arm for d = 0.5, 26 for 0.8, at 80 % power."""
    assert (children_needed(0.5), children_needed(0.8)) == (64, 26)
    assert power_of_means(0.5, 64, 64) >= 0.8 > power_of_means(0.5, 63, 63)


def test_no_effect_is_noticed_once_in_twenty() -> None:
    assert power_of_means(0, 13, 13) == pytest.approx(0.05)


def test_power_as_often_as_the_test_rejects() -> None:
    values = np.random.default_rng(0).standard_normal((4000, 26)) + np.repeat([0, 1.15], 13)
    rejects = np.mean(ttest_ind(values[:, :13], values[:, 13:], axis=1).pvalue <= 0.05)
    assert rejects == pytest.approx(power_of_means(1.15, 13, 13), abs=0.02)


def test_a_baseline_that_explains_half_helps_as_twice_the_children() -> None:
    """Variance halved: the effect counts sqrt(2) times, at the price of one degree of freedom."""
    helped, twice = detectable_difference(13, 13, covariates=1, explained=0.5), detectable_difference(13, 13)
    assert helped == pytest.approx(twice / 2**0.5, rel=0.01)
    assert helped > twice / 2**0.5


def test_fisher_counted_over_every_table() -> None:
    """2 against 2 can never reach 5 %; with certain and impossible events the split is always whole."""
    assert power_of_fisher(0.1, 0.9, 2, 2) == 0
    assert power_of_fisher(0.0, 1.0, 13, 13) == pytest.approx(1)
    # no event in the first arm: noticed when the second has 5 or more of 13
    tail = power_of_fisher(0.0, 0.3, 13, 13)
    assert tail == pytest.approx(0.34569, abs=1e-4)


def test_arms_too_small_for_any_split() -> None:
    assert first_significant_split(2, 2) == 3


@pytest.mark.parametrize("bad", [(0.5, 1, 1, 0, 0.0), (0.5, 0, 9, 0, 0.0), (0.5, 13, 13, 1, 1.0)])
def test_impossible_studies(bad: tuple[float, int, int, int, float]) -> None:
    with pytest.raises(AnalysisError, match="no test of"):
        power_of_means(*bad)


def test_an_effect_of_nothing_needs_no_study() -> None:
    with pytest.raises(AnalysisError, match="is none"):
        children_needed(0.0)
