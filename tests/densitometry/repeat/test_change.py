"""What a change means: held against the LSC, beside the Z-score, and refused where it may not be told."""

import math

import pytest

from oiscan.anatomy import LUMBAR
from oiscan.densitometry.repeat.change import FEWER_VERTEBRAE, GROWTH, Measurement, change_between, lsc_for_fewer
from oiscan.densitometry.repeat.machine import Machine
from oiscan.errors import ComparisonError

HORIZON = Machine("Hologic", "Horizon", "13", "Array")
FIRST = Measurement(0.500, LUMBAR, HORIZON, -3.0)


@pytest.mark.parametrize(("later", "beyond"), [(0.527, False), (0.528, True), (0.473, False), (0.472, True)])
def test_a_change_counts_if_it_equals_the_lsc(later: float, beyond: bool) -> None:
    change = change_between(FIRST, Measurement(later, LUMBAR, HORIZON, -2.5), 0.028)
    assert change.beyond_lsc is beyond
    assert change.change_g_cm2 == pytest.approx(later - 0.5)
    assert change.change_percent == pytest.approx(200 * (later - 0.5))


def test_the_verdict_never_stands_without_z_and_growth() -> None:
    text = str(change_between(FIRST, Measurement(0.540, LUMBAR, HORIZON, -3.25), 0.028))
    assert text.startswith("+0.040 g/cm2 (+8.0 %), beyond the LSC of 0.028 g/cm2; change of Z-score -0.25. ")
    assert GROWTH in text and "Caution" not in text
    unknown = change_between(FIRST, Measurement(0.510, LUMBAR, HORIZON), 0.028)
    assert unknown.z_change is None
    assert "within the LSC of 0.028 g/cm2; change of Z-score not known" in str(unknown)


def test_another_machine_is_flagged() -> None:
    change = change_between(FIRST, Measurement(0.540, LUMBAR, Machine("GE Lunar", "iDXA", "16", "Array"), -3), 0.028)
    assert len(change.flags) == 3
    assert "Caution: another maker than at first: GE Lunar, then Hologic." in str(change)


def test_other_vertebrae_are_an_error() -> None:
    with pytest.raises(ComparisonError, match="L2-L4 cannot be compared with L1-L4"):
        change_between(FIRST, Measurement(0.540, LUMBAR[1:], HORIZON), 0.028)


@pytest.mark.parametrize("lsc", [0.0, -0.1, math.nan])
def test_an_lsc_that_is_none(lsc: float) -> None:
    with pytest.raises(ComparisonError, match="LSC above 0"):
        change_between(FIRST, FIRST, lsc)


@pytest.mark.parametrize("abmd", [0.0, -0.5, math.nan, math.inf])
def test_a_density_that_is_none(abmd: float) -> None:
    with pytest.raises(ValueError, match="finite number above 0"):
        Measurement(abmd)


@pytest.mark.parametrize(("name", "widened"), [
    ("iscd_task_force", [0.0200, 0.0220, 0.0270, 0.0370]),
    ("manitoba", [0.0200, 0.0214, 0.0248, 0.0330]),
])  # fmt: skip
def test_fewer_vertebrae_widen_the_lsc(name: str, widened: list[float]) -> None:
    assert [lsc_for_fewer(0.02, n, FEWER_VERTEBRAE[name]) for n in (4, 3, 2, 1)] == pytest.approx(widened)


def test_what_the_source_does_not_tell_is_not_guessed() -> None:
    other_day = FEWER_VERTEBRAE["manitoba_other_day"]
    assert [lsc_for_fewer(0.02, n, other_day) for n in (3, 2, 1)] == pytest.approx([0.0278, 0.0320, 0.0424])
    with pytest.raises(ComparisonError, match="no factor for 4 vertebrae: it has some for 3, 2, 1"):
        lsc_for_fewer(0.02, 4, other_day)
    assert all("adults" in one.source for one in FEWER_VERTEBRAE.values())
