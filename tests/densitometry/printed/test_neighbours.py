"""Gaps between neighbours are remarks, by Z where both have one."""

import pytest

from oiscan.anatomy import Level
from oiscan.densitometry.printed.neighbours import neighbour_remarks
from oiscan.densitometry.regions import BoneRegion


def spine(**values: tuple[float | None, float | None]) -> dict[Level, BoneRegion]:
    """Vertebrae by name, as (aBMD, Z)."""
    return {Level(n): BoneRegion(n, abmd_g_cm2=abmd, z_score=z) for n, (abmd, z) in values.items()}


def test_more_than_one_sd_by_z_score() -> None:
    found = neighbour_remarks(spine(L1=(0.5, -1.0), L2=(0.5, -2.0), L3=(0.5, -0.9), L4=(0.5, -0.8)), 5.0)
    assert found == ("L2 and L3 lie 1.1 SD apart by Z-score: a remark only, no sign of fracture in children",)


@pytest.mark.parametrize(("age", "gap", "remarks"), [
    (10.0, 0.068, 0), (10.0, 0.069, 1),
    (5.5, 0.058, 0), (5.5, 0.059, 1),  # half way between 0.048 and 0.068
    (12.5, 0.095, 0), (12.5, 0.096, 1),  # half way between 0.068 and 0.123
    (0.9, 9.0, 0), (15.1, 9.0, 0), (None, 9.0, 0),
])  # fmt: skip
def test_by_density_where_z_is_not_known_of_both(age: float | None, gap: float, remarks: int) -> None:
    found = neighbour_remarks(spine(L1=(1.0, -9.0), L2=(1.0 + gap, None)), age)
    assert len(found) == remarks and all("by aBMD (SD of Glastre 1990)" in text for text in found)


def test_only_neighbours_that_are_both_there() -> None:
    assert neighbour_remarks(spine(L1=(0.5, -1.0), L3=(0.5, -9.0)), 5.0) == ()
    assert neighbour_remarks(spine(L1=(None, None), L2=(0.5, None)), 5.0) == ()
