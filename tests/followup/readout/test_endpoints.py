"""Endpoints by arm and visit, from tables small enough to do by hand."""

import math

import pytest

from oiscan.followup.readout.endpoints import endpoints
from oiscan.followup.study.columns import long_frame
from tests.followup.readout.cases import row


def told(table, **keys):
    """The one row with these keys."""
    for name, value in keys.items():
        table = table[table[name] == value]
    (only,) = table.to_dict("records")
    return only


def test_percent_change_is_averaged_over_children_and_not_of_means():
    pairs = {"S-2": (0.2, 0.3), "S-4": (0.6, 0.66)}
    rows = [row(child, 0, "LSBMD", first) for child, (first, _) in pairs.items()]
    rows += [
        row(child, 12, "LSBMD", later, BASE=first, CHG=later - first, PCHG=100 * (later / first - 1))
        for child, (first, later) in pairs.items()
    ]
    found = endpoints(long_frame(rows))
    assert told(found, AVISITN=12, QUANTITY="PCHG")["mean"] == pytest.approx((50 + 10) / 2)  # of the means it is 20
    assert told(found, AVISITN=12, QUANTITY="CHG")["mean"] == pytest.approx(0.08)
    assert told(found, AVISITN=0, QUANTITY="AVAL")["n"] == 2


def test_a_child_without_the_value_is_in_the_arm_and_not_in_n():
    rows = [row("S-2", 12, "WALK1M", 40.0), row("S-4", 12, "WALK1M", None, REASON="not able")]
    rows += [row("S-1", 12, "WALK1M", 50.0)]
    found = told(endpoints(long_frame(rows)), ARM="Denosumab")
    assert (found["n"], found["children"], found["mean"]) == (1, 2, 40.0)
    assert math.isnan(found["sd"])


def test_values_that_do_not_count_are_left_out():
    rows = [row("S-2", 12, "WALK1M", 40.0), row("S-2", 12, "WALK1M", 90.0, ANL01FL="")]
    assert told(endpoints(long_frame(rows)))["mean"] == 40.0


def test_vertebrae_are_not_summed_up_over_children():
    assert endpoints(long_frame([row("S-2", 0, "VFGRADE", 2, LEVEL="L1")])).empty


def test_units_are_never_mixed():
    rows = [row("S-2", 0, "CA", 2.4, AVALU="mmol/L"), row("S-4", 0, "CA", 9.6, AVALU="mg/dL")]
    assert sorted(endpoints(long_frame(rows))["mean"]) == [2.4, 9.6]
