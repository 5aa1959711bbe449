"""How well a scan can be read: burnt-out bodies, bright ones, ends cut off; a note for what a reader should look at.

A curved spine is noted where it shows, on the AP picture (`oiscan.segmentation`). Rotation is not: on simulated lateral
scans turns of up to 30 degrees leave no trace in six landmarks a body.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from oiscan.anatomy import Level, View
from oiscan.scan import FloatArray, Scan
from oiscan.spine import Evidence, Spine

LARGEST_BURNT_SHARE = 0.75
"""A body of which more than this is at the white or the black end of the picture's grey shows nothing."""

LARGEST_WHITE_SHARE = 0.35
"""A body of which more than this is white may be covered by metal, or overexposed. Both shares are oiscan's own."""

NOTHING_SEEN = "nothing was found: check the view, and that the picture shows a spine"


def burnt_out_levels(scan: Scan, spine: Spine) -> tuple[Level, ...]:
    """Levels whose body is nothing but white or black, head to foot."""
    dark, white = _shares_at_the_ends(scan, spine)
    return tuple(level for level in white if dark[level] + white[level] > LARGEST_BURNT_SHARE)


def quality_notes(scan: Scan, spine: Spine, burnt_out: Collection[Level]) -> tuple[str, ...]:
    """What lowers the worth of a whole scan; empty where nothing does."""
    if not spine.vertebrae:
        return (NOTHING_SEEN,)
    white = _shares_at_the_ends(scan, spine)[1]
    told = {
        "clipped spine: cut by the edge of the picture": [
            one.level for one in spine.vertebrae if one.evidence is Evidence.CUT
        ],
        "saturated: burnt out": list(burnt_out),
        "metal or overexposure: much white": [
            level for level, share in white.items() if share > LARGEST_WHITE_SHARE and level not in burnt_out
        ],
    }
    return tuple(f"{words}: {' '.join(levels)}" for words, levels in told.items() if levels)


def _shares_at_the_ends(scan: Scan, spine: Spine) -> tuple[dict[Level, float], dict[Level, float]]:
    """Share of each lateral body's pixels at the picture's smallest and largest grey; none where it has no pixels."""
    low, high = float(scan.pixels.min()), float(scan.pixels.max())
    dark, white = {}, {}
    for vertebra in spine.vertebrae if spine.view is View.LATERAL else ():
        values = _values_inside(scan, scan.stored.from_stored(vertebra.landmarks_px))
        if values.size:
            dark[vertebra.level] = float((values <= low).mean())
            white[vertebra.level] = float((values >= high).mean())
    return dark, white


def _values_inside(scan: Scan, polygon: FloatArray) -> FloatArray:
    """Grey values of the pixels whose centre lies inside a polygon (n, 2), by counting how often a ray crosses it."""
    top, left = np.maximum(np.floor(polygon.min(0)).astype(int), 0)
    bottom, right = np.minimum(np.ceil(polygon.max(0)).astype(int) + 1, scan.pixels.shape)
    row, column = np.mgrid[top:max(bottom, top), left:max(right, left)]
    inside = np.zeros(row.shape, bool)
    for (r0, c0), (r1, c1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if r0 != r1:
            crosses = (row >= min(r0, r1)) & (row < max(r0, r1))
            inside ^= crosses & (column < c0 + (row - r0) * (c1 - c0) / (r1 - r0))
    return np.asarray(scan.pixels[row[inside], column[inside]], dtype=float)
