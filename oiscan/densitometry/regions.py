"""Bone of one region of a scan, and what regions of the spine are called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from oiscan.anatomy import COLUMN, Level

_SPAN = re.compile(r"([TL]\d{1,2})(?:-([TL]\d{1,2}))?")


@dataclass(frozen=True)
class BoneRegion:
    """Bone mineral of one region: a vertebra, a span of vertebrae, the head, the whole body.

    Parameters
    ----------
    region
        "L1", "L1-L4", "Total", "Head" ...
    bmc_g, area_cm2, abmd_g_cm2
        Bone mineral content, projected area and areal density; None where not known.
    z_score
        As the scanner printed it; None where it did not.
    bmc_error_g, area_error_cm2, abmd_error_g_cm2
        How far each may be off by rounding in print: half a unit of the last digit; 0 where nothing was rounded.
    invalid
        Why the region does not count, in words; "" where it does.
    """

    region: str
    bmc_g: float | None = None
    area_cm2: float | None = None
    abmd_g_cm2: float | None = None
    z_score: float | None = None
    bmc_error_g: float = 0.0
    area_error_cm2: float = 0.0
    abmd_error_g_cm2: float = 0.0
    invalid: str = ""


def levels_of(region: str) -> tuple[Level, ...]:
    """The vertebrae a name such as "L1" or "L1-L4" stands for; none where it names no vertebrae.

    Examples
    --------
    >>> [str(level) for level in levels_of("L2-L4")]
    ['L2', 'L3', 'L4']
    """
    names = [level.value for level in COLUMN]
    found = _SPAN.fullmatch(region)
    if found is None or found[1] not in names or (found[2] or found[1]) not in names:
        return ()
    return COLUMN[names.index(found[1]) : names.index(found[2] or found[1]) + 1]


def region_of(levels: Iterable[Level]) -> str:
    """The name of a set of vertebrae: "L1-L3" where they are neighbours, "L1 L3 L4" where they are not.

    Examples
    --------
    >>> region_of([Level.L1, Level.L3, Level.L4])
    'L1 L3 L4'
    """
    ordered = sorted(levels, key=COLUMN.index)
    if len(ordered) < 2 or not are_neighbours(ordered):
        return " ".join(ordered)
    return f"{ordered[0]}-{ordered[-1]}"


def are_neighbours(levels: Iterable[Level]) -> bool:
    """Whether no vertebra is left out between the first and the last of them."""
    places = sorted(COLUMN.index(level) for level in levels)
    return not places or places[-1] - places[0] == len(places) - 1
