"""What may be compared: one machine, one set of vertebrae."""

import pytest

from oiscan.anatomy import LUMBAR, Level
from oiscan.densitometry.repeat.machine import Machine, check_same_region, common_levels, machine_differences
from oiscan.errors import ComparisonError
from oiscan.scan import Acquisition

FIRST = Machine("Hologic", "Horizon A", "13.6", "Array")


def test_the_same_machine_differs_in_nothing() -> None:
    assert machine_differences(FIRST, Machine("HOLOGIC", "horizon a", "13.6", "array")) == ()


@pytest.mark.parametrize(("field", "now", "then"), [
    ("maker", "GE Lunar", "Hologic"),
    ("model", "iDXA", "Horizon A"),
    ("software", "14", "13.6"),
    ("mode", "Fast", "Array"),
])  # fmt: skip
def test_each_difference_is_told(field: str, now: str, then: str) -> None:
    later = Machine(**{**FIRST.__dict__, field: now})
    assert machine_differences(FIRST, later) == (f"another {field} than at first: {now}, then {then}",)


def test_what_is_not_known_is_not_taken_for_the_same() -> None:
    later = Machine("Hologic", "", "14", "")
    assert machine_differences(FIRST, later) == (
        "another software than at first: 14, then 13.6",
        "whether model, mode changed is not known",
    )
    assert machine_differences(Machine(), Machine()) == ("whether maker, model, software, mode changed is not known",)


def test_a_maker_s_many_names_are_one() -> None:
    machines = [Machine.of(Acquisition(maker=name)) for name in ("GE Healthcare", "GE MEDICAL SYSTEMS")]
    assert machines[0] == machines[1]
    assert Machine.of(Acquisition("HOLOGIC", "Horizon", "1", "AP")) == Machine("Hologic", "Horizon", "1", "AP")


def test_a_baseline_of_three_is_compared_as_three() -> None:
    assert common_levels([LUMBAR[:3], LUMBAR, LUMBAR]) == (Level.L1, Level.L2, Level.L3)
    assert common_levels([[Level.L4, Level.L2], [Level.L2, Level.L3, Level.L4]]) == (Level.L2, Level.L4)
    assert common_levels([]) == ()


def test_other_vertebrae_are_refused() -> None:
    check_same_region(LUMBAR, LUMBAR[::-1])
    with pytest.raises(ComparisonError, match="L2-L4 cannot be compared with L1-L4"):
        check_same_region(LUMBAR, LUMBAR[1:])
