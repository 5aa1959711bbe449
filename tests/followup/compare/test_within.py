"""Changes inside one arm."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from oiscan.errors import AnalysisError
from oiscan.followup.compare.multiplicity import judged
from oiscan.followup.compare.trial import Trial
from oiscan.followup.compare.within import within_arms

NAN = float("nan")
TRIAL = replace(
    Trial.of([0] * 5 + [1] * 5, [[1.0], [2.0], [3.0], [4.0], [NAN], [1.0], [1.0], [1.0], [1.0], [1.0]]),
    endpoint="LSBMDZ CHG",
)


def test_t_and_signed_ranks() -> None:
    """1 2 3 4: mean 2.5, SD 1.2910, t = 3.873 with 3 degrees; all four positive: 2 of 16 sign patterns."""
    first, _ = within_arms(TRIAL, "visit 1")
    assert (first.arm, first.n, first.mean, first.sd) == ("reference", 4, 2.5, pytest.approx(1.29099, abs=1e-5))
    assert first.p_t == pytest.approx(0.03047, abs=1e-5)
    assert first.p_wilcoxon == pytest.approx(2 / 16)
    assert (first.low, first.high) == pytest.approx((2.5 - 2.0543, 2.5 + 2.0543), abs=1e-4)


def test_children_who_changed_alike_cannot_be_tested() -> None:
    _, second = within_arms(TRIAL, "visit 1")
    assert (second.mean, second.reason) == (1, "all children changed alike")
    assert math.isnan(second.p_t)


def test_one_child_is_no_group() -> None:
    first, second = within_arms(TRIAL.only(TRIAL.values[:, 0] == 4), "visit 1")
    assert (first.mean, first.reason) == (4, "fewer than two children")
    assert second.n == 0


def test_values_that_are_no_change_are_refused() -> None:
    with pytest.raises(AnalysisError, match="no change from baseline"):
        within_arms(replace(TRIAL, endpoint="LSBMDZ AVAL"), "visit 1")


def test_it_never_stands_among_comparisons() -> None:
    with pytest.raises(AnalysisError, match="no comparison of arms"):
        judged(within_arms(TRIAL, "visit 1"), "")  # type: ignore[arg-type]
