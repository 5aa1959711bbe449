"""Apparent density by Carter."""

from __future__ import annotations

import pytest

from oiscan.densitometry.bmad import bmad_carter
from oiscan.densitometry.regions import BoneRegion


def test_it_is_density_over_the_root_of_area_and_names_its_block() -> None:
    # 8 g on 16 cm2: 8 / 64 = 0.125, and 0.5 / 4 as well
    bmad = bmad_carter(BoneRegion("L1-L4", bmc_g=8.0, area_cm2=16.0, abmd_g_cm2=0.5))
    assert bmad is not None
    assert bmad.value_g_cm3 == pytest.approx(0.125)
    assert bmad.variant == "Carter, one block of L1-L4"


def test_a_block_of_four_like_vertebrae_has_half_of_theirs() -> None:
    one = bmad_carter(BoneRegion("L1", bmc_g=2.0, area_cm2=4.0))
    four = bmad_carter(BoneRegion("L1-L4", bmc_g=8.0, area_cm2=16.0))
    assert one is not None and four is not None
    assert four.value_g_cm3 == pytest.approx(one.value_g_cm3 / 2)


@pytest.mark.parametrize("region", [BoneRegion("L1"), BoneRegion("L1", bmc_g=2.0), BoneRegion("L1", 2.0, 0.0)])
def test_what_is_not_known_makes_none(region: BoneRegion) -> None:
    assert bmad_carter(region) is None
