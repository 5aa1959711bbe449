"""ANCOVA at one visit."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.errors import AnalysisError
from oiscan.followup.compare.ancova import ancova
from oiscan.followup.compare.trial import Trial

NAN = float("nan")


def test_without_covariates_it_is_students_t_test() -> None:
    """Means 2 and 5, each arm's sum of squares 2: pooled variance 1, standard error sqrt(2/3), 4 degrees of freedom."""
    told = ancova(Trial.of([0, 0, 0, 1, 1, 1], [[1], [2], [3], [4], [5], [6]]), "visit 1")
    assert (told.estimate, told.standard_error, told.df) == pytest.approx((3, (2 / 3) ** 0.5, 4))
    assert told.p_value == pytest.approx(0.021312, abs=1e-6)
    assert [(mean.arm, mean.n, mean.mean.value) for mean in told.means] == [("reference", 3, 2), ("treated", 3, 5)]


def test_the_baseline_is_taken_out_of_the_difference() -> None:
    """values = 2 x baseline + 3 x arm + a residual that neither explains: means differ by 23, the arms by 3."""
    baseline = np.array([1, 2, 3, 4, 11, 12, 13, 14.0])
    residual = np.array([1, -1, -1, 1, 1, -1, -1, 1]) * 0.5
    arm = np.repeat([0, 1], 4)
    told = ancova(Trial.of(arm, (2 * baseline + 3 * arm + residual)[:, None], baseline), "visit 1")
    assert told.estimate == pytest.approx(3)
    assert told.df == 5
    # s2 = 8 x 0.25 / 5; variance of the difference: 1/4 + 1/4 + 10^2 / 10 (squared gap over squares of the baseline)
    assert told.standard_error == pytest.approx((0.4 * 10.5) ** 0.5)
    # at the common baseline of 7.5: 15 and 18
    assert [mean.mean.value for mean in told.means] == pytest.approx([15, 18])
    assert "BASE" in told.note


def test_children_without_a_value_are_not_counted() -> None:
    told = ancova(Trial.of([0, 0, 0, 1, 1, 1, 1], [[1], [2], [3], [4], [5], [6], [NAN]]), "visit 1")
    assert told.n == (3, 3)
    assert told.estimate == pytest.approx(3)


@pytest.mark.parametrize(
    ("values", "baseline", "reason"),
    [
        ([1, 2, NAN, NAN, NAN, 3], [1, 2, 3, 4, 5, 7], "each needs 2"),
        ([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1], "one value only"),
        ([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1], "same as the arm"),
        ([2, 2, 2, 5, 5, 5], [1, 2, 3, 4, 5, 7], "do not vary"),
    ],
)
def test_what_cannot_be_compared_has_a_reason_and_no_number(
    values: list[float], baseline: list[float], reason: str
) -> None:
    told = ancova(Trial.of([0, 0, 0, 1, 1, 1], np.array(values)[:, None], baseline), "visit 1")
    assert reason in told.reason
    assert np.isnan([told.estimate, told.p_value, told.low]).all()


def test_an_unknown_visit_is_an_error() -> None:
    with pytest.raises(AnalysisError, match="no visit 'visit 3'"):
        ancova(Trial.of([0, 1], [[1], [2]]), "visit 3")


def test_a_missing_covariate_never_gets_in() -> None:
    with pytest.raises(AnalysisError, match="covariate is missing"):
        Trial.of([0, 1], [[1], [2]], [1, NAN])


def test_arrays_of_a_trial_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Trial.of([0, 1], [[1], [2]]).values[0, 0] = 3
