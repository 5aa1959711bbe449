"""How the number of tests is counted in."""

from __future__ import annotations

import math

import pytest

from oiscan.errors import AnalysisError
from oiscan.followup.compare.multiplicity import holm, judged, statement
from oiscan.followup.compare.results import Comparison

NAN = float("nan")


def comparison(endpoint: str, p_value: float, reason: str = "") -> Comparison:
    arms = ("zol", "dmab")
    return Comparison(endpoint, "Month 24", "MMRM", "", arms, (13, 13), p_value=p_value, reason=reason)


def test_holm_by_hand() -> None:
    """Sorted 0.01 0.02 0.03 0.04, times 4 3 2 1, never falling: 0.04 0.06 0.06 0.06."""
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_holm_counts_only_what_was_tested_and_stops_at_1() -> None:
    told = holm([0.6, NAN, 0.7])
    assert told == pytest.approx([1, NAN, 1], nan_ok=True)


def test_the_primary_stands_alone() -> None:
    tests = [comparison("SDI", 0.03), comparison("LSBMD CHG", 0.04), comparison("BAMF", NAN, "too few")]
    told = judged(tests, "LSBMD CHG Month 24 MMRM")
    assert [one.role for one in told] == ["secondary", "primary", "secondary"]
    assert [one.adjusted_p for one in told] == pytest.approx([0.03, 0.04, NAN], nan_ok=True)
    assert "LSBMD CHG Month 24 MMRM" in statement(told)
    assert "2 others" in statement(told)


def test_without_a_primary_all_is_exploratory() -> None:
    told = judged([comparison("SDI", 0.03), comparison("LSBMD CHG", 0.04)], "")
    assert {one.role for one in told} == {"exploratory"}
    assert all(math.isnan(one.adjusted_p) for one in told)
    assert "not corrected" in statement(told)


def test_a_primary_that_was_not_tested_is_an_error() -> None:
    with pytest.raises(AnalysisError, match="no comparison is named 'LSBMD'"):
        judged([comparison("SDI", 0.03)], "LSBMD")


def test_a_test_counted_twice_is_an_error() -> None:
    with pytest.raises(AnalysisError, match="compared twice: SDI Month 24 MMRM"):
        judged([comparison("SDI", 0.03), comparison("SDI", 0.04)], "")
