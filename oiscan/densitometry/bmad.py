"""Bone mineral apparent density: areal density made less dependent on a bone's size."""

from __future__ import annotations

from dataclasses import dataclass

from oiscan.densitometry.regions import BoneRegion


@dataclass(frozen=True)
class Bmad:
    """An apparent volumetric density.

    Parameters
    ----------
    value_g_cm3
        BMC over an estimated volume.
    variant
        How the volume was estimated, and of what: values of different variants must not be compared.
    """

    value_g_cm3: float
    variant: str


def bmad_carter(region: BoneRegion) -> Bmad | None:
    """BMC / area**1.5, equal to aBMD / sqrt(area), of one region taken as one block (Carter 1992).

    A block of n similar vertebrae has a value smaller than theirs by the root of n, 2 for L1-L4: the region's name is
    part of the variant. None where BMC or area is not known.
    """
    if region.bmc_g is None or not region.area_cm2:
        return None
    return Bmad(region.bmc_g / region.area_cm2**1.5, f"Carter, one block of {region.region}")
