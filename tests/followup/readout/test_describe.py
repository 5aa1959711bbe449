"""Summaries worked by hand, and which rows they are of."""

import math

import pandas as pd
import pytest

from oiscan.followup.readout.describe import counting, described, of_whole_child, visits_of


def test_statistics_of_five_values_by_hand():
    found = described([1.0, 2.0, 3.0, 4.0, 10.0])
    assert found == {
        "n": 5, "mean": 4.0, "sd": pytest.approx(math.sqrt(12.5)), "median": 3.0, "q1": 2.0, "q3": 4.0, "least": 1.0,
        "most": 10.0,
    }  # fmt: skip


def test_what_is_missing_is_not_counted():
    assert described([2.0, float("nan"), 4.0])["n"] == 2


def test_one_value_has_no_spread_and_none_has_nothing():
    assert math.isnan(described([3.0])["sd"])
    nothing = described([])
    assert nothing["n"] == 0
    assert math.isnan(nothing["mean"])


def test_only_flagged_rows_with_a_value_count():
    rows = pd.DataFrame({"ANL01FL": ["Y", "", "Y"], "AVAL": [1.0, 2.0, float("nan")]})
    assert counting(rows)["AVAL"].tolist() == [1.0]


def test_single_vertebrae_are_not_values_of_a_child_but_regions_are():
    rows = pd.DataFrame({"LEVEL": ["", "L1", "T12", "L1-L4", "TBLH"]})
    assert of_whole_child(rows)["LEVEL"].tolist() == ["", "L1-L4", "TBLH"]


def test_visits_come_in_order_of_time():
    rows = pd.DataFrame({"AVISITN": [24, 0, float("nan"), 0], "AVISIT": ["Month 24", "Baseline", "", "Baseline"]})
    assert visits_of(rows) == {0: "Baseline", 24: "Month 24"}
