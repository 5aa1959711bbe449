"""Can this vertebra be seen well enough to be measured? What the picture shows; the verdict is grading's."""

from __future__ import annotations

import numpy as np

from oiscan.anatomy import View
from oiscan.contrast import stands_out
from oiscan.scan import FloatArray, ImageArray, Scan
from oiscan.segmentation.refiner import Refined
from oiscan.spine import Evidence

LOWEST_QUALITY = 0.5
"""Below this the refiner thinks a vertebra less likely than not, or its landmarks not to be trusted."""

LARGEST_SPREAD = {View.LATERAL: 0.035, View.AP: 0.05}
"""Calibrated mean standard deviation of the landmarks, in depths (lateral) or widths (AP): with more, a height is off
by half of Genant's lowest grade or more in about one body of twelve. oiscan's own, set on 60 simulated children."""

LARGEST_STATED_SPREAD = 0.12
"""The same where it is not calibrated: what a network states is wide, and no more than a rank."""

LARGEST_DOUBLED = 0.8
"""With a larger probability of it, an endplate of a lateral body is taken to be seen twice. oiscan's own, set on 150
simulated children: of bodies that can be read, about one in fifty is refused for it."""

LARGEST_UNSEEN_SPREAD = 0.025
"""The same for a body that does not stand out from what lies beside it (`oiscan.contrast`)."""

_EDGE_PX = 1.0


def edge_distance(scan: Scan) -> ImageArray:
    """How far each pixel lies inside the scanned picture: 1 for one at its edge, 0 where nothing was scanned."""
    import cv2

    seen = np.ones(scan.pixels.shape, np.uint8) if scan.scanned is None else scan.scanned.astype(np.uint8)
    distance = cv2.distanceTransform(np.pad(seen, 1), cv2.DIST_L2, 3)
    return np.asarray(distance[1:-1, 1:-1], dtype=np.float32)


def is_cut(landmarks: FloatArray, distance: ImageArray) -> bool:
    """Whether a landmark (k, 2), (row, column), lies outside the scanned picture or within a pixel of its edge."""
    nearest = np.rint(landmarks).astype(int)
    if (nearest < 0).any() or (nearest >= distance.shape).any():
        return True
    return bool((distance[nearest[:, 0], nearest[:, 1]] <= _EDGE_PX).any())


def grey_range(scan: Scan, negative: bool) -> ImageArray:
    """The scan's pixels (rows, columns) with the smallest at 0 and the largest at 1, bone bright."""
    low, high = float(scan.pixels.min()), float(scan.pixels.max())
    grey: ImageArray = (scan.pixels - np.float32(low)) / np.float32(max(high - low, 1e-6))
    return 1 - grey if negative else grey


def judge(view: View, refined: Refined, distance: ImageArray, grey: ImageArray) -> Evidence:
    """What can be seen of one vertebra; `distance` is the scan's `edge_distance`, `grey` its `grey_range`."""
    if is_cut(refined.landmarks, distance):
        return Evidence.CUT
    largest = LARGEST_SPREAD[view] if refined.calibrated else LARGEST_STATED_SPREAD
    if refined.quality < LOWEST_QUALITY or refined.relative_spread > largest:
        return Evidence.FAINT
    if view is View.LATERAL and refined.doubled > LARGEST_DOUBLED:
        return Evidence.DOUBLED
    placed = refined.relative_spread <= LARGEST_UNSEEN_SPREAD
    return Evidence.CLEAR if placed or stands_out(grey, refined.landmarks[:, ::-1]) else Evidence.FAINT
