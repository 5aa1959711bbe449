"""Can this vertebra be seen well enough to be measured? What the picture shows; the verdict is grading's."""

from __future__ import annotations

import numpy as np

from oiscan.contrast import stands_out
from oiscan.scan import FloatArray, ImageArray, Scan
from oiscan.segmentation.refiner import Refined
from oiscan.spine import Evidence

LOWEST_QUALITY = 0.5
"""Below this the refiner thinks a vertebra less likely than not, or its landmarks not to be trusted."""

LARGEST_SPREAD = {True: 0.1, False: 0.12}
"""Mean standard deviation of the landmarks, in depths or widths, by whether it is calibrated: with more they are lost.
oiscan's own, set by hand. Smaller doubt is carried through to the grade, and need not be refused here. What an
uncalibrated network states is wide, and no more than a rank."""

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


def judge(refined: Refined, distance: ImageArray, grey: ImageArray) -> Evidence:
    """What can be seen of one vertebra; `distance` is the scan's `edge_distance`, `grey` its `grey_range`."""
    if is_cut(refined.landmarks, distance):
        return Evidence.CUT
    if refined.quality < LOWEST_QUALITY or refined.relative_spread > LARGEST_SPREAD[refined.calibrated]:
        return Evidence.FAINT
    return Evidence.CLEAR if stands_out(grey, refined.landmarks[:, ::-1]) else Evidence.FAINT
