"""The value types of comparisons."""

from __future__ import annotations

import math

import pytest

from oiscan.followup.compare.results import CAUTION, Comparison, Estimate, WithinArm


def test_an_estimate_is_tested_and_bounded_by_students_t() -> None:
    """t = 2 with 10 degrees of freedom: p = 0.0734, and t at 97.5 % is 2.2281 (printed tables)."""
    estimate = Estimate(4.0, 2.0, 10)
    assert estimate.p_value == pytest.approx(0.07339, abs=1e-5)
    assert (estimate.low, estimate.high) == pytest.approx((4 - 2 * 2.228139, 4 + 2 * 2.228139), abs=1e-5)


def test_an_estimate_that_does_not_vary_has_no_p_value() -> None:
    assert math.isnan(Estimate(4.0, 0.0, 10).p_value)


def test_no_comparison_without_a_number_or_a_reason() -> None:
    with pytest.raises(ValueError, match="says why"):
        Comparison("LSBMD CHG", "Month 24", "ANCOVA", "difference of means", ("zol", "dmab"), (13, 13))


def test_a_row_carries_who_was_compared_with_whom_and_how_many() -> None:
    row = Comparison("LSBMD CHG", "", "ANCOVA", "", ("zol", "dmab"), (12, 11), 1.5, p_value=0.2).to_row()
    assert (row["reference"], row["n_reference"], row["arm"], row["n_arm"]) == ("zol", 12, "dmab", 11)
    assert row["estimate"] == 1.5


def test_a_change_within_one_arm_cannot_be_read_as_a_comparison() -> None:
    change = WithinArm("LSBMD CHG", "Month 24", "dmab", 13, mean=0.1, p_t=0.001)
    assert not hasattr(change, "p_value")
    assert not {"p_value", "estimate"} & change.to_row().keys()
    assert change.to_row()["caution"] == CAUTION
