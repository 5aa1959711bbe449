"""Neighbouring vertebrae whose densities lie far apart: a remark for the reader, never a reason to leave one out.

The rule for adults leaves out a vertebra more than 1 T-score from its neighbour (unverified). In children such a gap
did not go with fracture: 2 of 25 scans with it, 6 of 56 without (Harindhanavudhi 2018, PMC6062459; ages 5 to 18).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from oiscan.anatomy import LUMBAR, Level
from oiscan.densitometry.regions import BoneRegion

GAP_SD = 1.0
HEALTHY_SD_G_CM2 = {1.0: 0.048, 10.0: 0.068, 15.0: 0.123}
"""Standard deviation of the aBMD of L1-L4 in healthy children by age in years (Glastre 1990, 135 children, a Hologic
QDR-1000): good enough to call a gap wide, never for a Z-score. Between these ages on a straight line, none outside."""


def neighbour_remarks(vertebrae: Mapping[Level, BoneRegion], age_years: float | None) -> tuple[str, ...]:
    """Which neighbours among L1 to L4 lie more than 1 SD apart, in words.

    Parameters
    ----------
    vertebrae
        By level. Their Z-scores are compared where both have one, else their densities.
    age_years
        For how much the densities of healthy children vary; without it only Z-scores are compared.
    """
    pairs = [(one, other) for one, other in pairwise(LUMBAR) if one in vertebrae and other in vertebrae]
    gaps = [(one, other, _gap(vertebrae[one], vertebrae[other], age_years)) for one, other in pairs]
    return tuple(
        f"{one} and {other} lie {gap[0]:.1f} SD apart by {gap[1]}: a remark only, no sign of fracture in children"
        for one, other, gap in gaps
        if gap is not None and gap[0] > GAP_SD
    )


def _gap(one: BoneRegion, other: BoneRegion, age_years: float | None) -> tuple[float, str] | None:
    """Distance in SD and what it was told by; None where it cannot be."""
    if one.z_score is not None and other.z_score is not None:
        return round(abs(one.z_score - other.z_score), 6), "Z-score"
    spread = _healthy_sd(age_years)
    if spread is None or one.abmd_g_cm2 is None or other.abmd_g_cm2 is None:
        return None
    return round(abs(one.abmd_g_cm2 - other.abmd_g_cm2) / spread, 6), "aBMD (SD of Glastre 1990)"


def _healthy_sd(age_years: float | None) -> float | None:
    ages = list(HEALTHY_SD_G_CM2)
    if age_years is None or not ages[0] <= age_years <= ages[-1]:
        return None
    return float(np.interp(age_years, ages, list(HEALTHY_SD_G_CM2.values())))
