"""Bone density of simulated children, and how a scanner would print it.

The reference is invented: a line through what healthy children of 5 to 11 years gain in a year. It belongs to no
scanner, and a Z-score by it is nobody's Z-score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from oiscan.anatomy import LUMBAR
from oiscan.densitometry.regions import BoneRegion, region_of

MEDIAN_AT_5_G_CM2, GAIN_A_YEAR_G_CM2 = 0.52, 0.014
SD_SHARE = 0.11
"""Invented: the median of the lumbar spine at 5 years, what is gained a year, and one standard deviation as a share."""

PRECISION_G_CM2 = 0.007
"""Standard deviation of a printed density (below 0.01 in the spine of young children, Pediatr Radiol 2009;39:148)."""

LEAST_G_CM2 = 0.12

LEVEL_SHARES = (0.93, 0.98, 1.03, 1.05)
"""Density of L1 to L4 relative to their total (invented; it rises down the spine)."""

BODY_SHARE = 1.05
"""Density of the total body less head relative to that of the lumbar spine (invented)."""


def median_g_cm2(age_years: float) -> float:
    """The invented median of healthy children."""
    return MEDIAN_AT_5_G_CM2 + GAIN_A_YEAR_G_CM2 * (age_years - 5)


def abmd_g_cm2(age_years: float, z_score: float) -> float:
    """Density of the lumbar spine for an age and a Z-score; never below `LEAST_G_CM2`."""
    return max(LEAST_G_CM2, median_g_cm2(age_years) * (1 + SD_SHARE * z_score))


def z_score(age_years: float, abmd: float) -> float:
    """The other way round."""
    return (abmd / median_g_cm2(age_years) - 1) / SD_SHARE


def printed_spine(
    rng: np.random.Generator, abmd: float, age_years: float, areas_cm2: Sequence[float]
) -> tuple[BoneRegion, ...]:
    """What the scanner prints of L1 to L4 and of all four: areas (4,) as they are, densities with its error."""
    total_area = sum(areas_cm2)
    raw = np.array(LEVEL_SHARES)
    measured = (abmd + rng.normal(0, PRECISION_G_CM2)) * raw * total_area / float(raw @ np.array(areas_cm2))
    single = [
        BoneRegion(level.value, round(float(density) * area, 3), round(area, 3), round(float(density), 3))
        for level, density, area in zip(LUMBAR, measured, areas_cm2, strict=True)
    ]
    mass = float(measured @ np.array(areas_cm2))
    density = round(mass / total_area, 3)
    z = round(z_score(age_years, density), 1)
    return (*single, BoneRegion(region_of(LUMBAR), round(mass, 3), round(total_area, 3), density, z))


def ge_comments(regions: Sequence[BoneRegion]) -> str:
    """The values as GE Lunar writes them into the image's comments (see `oiscan.loaders.ge_comments`)."""
    return f"<RESULTS>{''.join(map(_ge_region, regions))}</RESULTS>"


def _ge_region(bone: BoneRegion) -> str:
    values: Mapping[str, tuple[str, float | None, int]] = {
        "BMD": ("g/cm2", bone.abmd_g_cm2, 3),
        "BMC": ("g", bone.bmc_g, 2),
        "AREA": ("cm2", bone.area_cm2, 2),
        "BMD_ZSCORE": ("", bone.z_score, 1),
    }
    told = [f'<{name} units="{unit}">{value:.{decimals}f}</{name}>' for name, (unit, value, decimals) in values.items()
            if value is not None]  # fmt: skip
    return f'<ROI region="{bone.region}">{"".join(told)}</ROI>'
