"""Children with an event in two arms."""

from __future__ import annotations

import pytest

from oiscan.errors import AnalysisError
from oiscan.followup.compare.proportions import Proportion, boschloo, fisher, newcombe, proportions
from oiscan.followup.compare.trial import Trial

NAN = float("nan")


def test_bishop_2013_fractures() -> None:
    """29 of 94 on risedronate, 24 of 49 on placebo (Lancet 382:1424, p = 0.0446); Boschloo's with the arms in columns.

    With the arms in rows Boschloo's test would say 0.0375.
    """
    placebo, risedronate = Proportion("placebo", 24, 49), Proportion("risedronate", 29, 94)
    exact = fisher("FX", "", placebo, risedronate)
    assert exact.p_value == pytest.approx(0.044558, abs=1e-6)
    assert boschloo("FX", "", placebo, risedronate).p_value == pytest.approx(0.0363, abs=5e-5)
    assert exact.n == (49, 94)
    # as R's fisher.test prints them: at this p-value the interval still just holds 1
    assert (exact.estimate, exact.low, exact.high) == pytest.approx((0.46736, 0.21514, 1.00743), abs=5e-5)


@pytest.mark.parametrize(("events", "p_value"), [(4, 0.0957), (5, 0.0391)])
def test_13_against_13(events: int, p_value: float) -> None:
    told = fisher("VFNEW AVAL", "Month 24", Proportion("zol", events, 13), Proportion("dmab", 0, 13))
    assert told.p_value == pytest.approx(p_value, abs=5e-5)
    assert told.note == f"zol {events} of 13, dmab 0 of 13"


def test_it_does_not_matter_which_arm_is_the_reference() -> None:
    one, other = Proportion("a", 2, 12), Proportion("b", 8, 13)
    there, back = boschloo("FX", "", one, other), boschloo("FX", "", other, one)
    assert there.p_value == pytest.approx(back.p_value)
    assert there.estimate == pytest.approx(8 / 13 - 2 / 12)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))
    ratio, inverse = fisher("FX", "", one, other), fisher("FX", "", other, one)
    assert ratio.estimate == pytest.approx(1 / inverse.estimate, rel=1e-4)
    assert ratio.estimate > 1


def test_newcombe_1998() -> None:
    """56 of 70 against 48 of 80: 0.2000 (0.0524 to 0.3339), Stat Med 17:873, table II (a), method 10."""
    told = newcombe(Proportion("b", 48, 80), Proportion("a", 56, 70))
    assert (told.value, told.low, told.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_no_event_in_13_children_leaves_a_quarter_open() -> None:
    told = Proportion("dmab", 0, 13).exact
    assert (told.value, told.low, told.high) == pytest.approx((0, 0, 0.247), abs=5e-4)


def test_no_event_at_all_is_no_difference() -> None:
    told = boschloo("FX", "", Proportion("a", 0, 13), Proportion("b", 0, 13))
    assert (told.estimate, told.p_value) == (0, 1)


def test_an_arm_without_readable_children_has_a_reason() -> None:
    for test in (fisher, boschloo):
        assert "could be judged" in test("FX", "", Proportion("a", 0, 0), Proportion("b", 1, 3)).reason


def test_more_events_than_children_are_refused() -> None:
    with pytest.raises(AnalysisError, match="14 with the event among 13"):
        Proportion("a", 14, 13)


def test_unreadable_children_are_in_neither_part_of_the_fraction() -> None:
    trial = Trial.of([0, 0, 0, 1, 1], [[1], [0], [NAN], [1], [1]])
    first, second = proportions(trial, "visit 1")
    assert (first.events, first.children) == (1, 2)
    assert (second.events, second.children) == (2, 2)


def test_a_grade_is_no_yes_or_no() -> None:
    with pytest.raises(AnalysisError, match=r"not a yes \(1\) or no \(0\): 2"):
        proportions(Trial.of([0, 1], [[0], [2]]), "visit 1")
