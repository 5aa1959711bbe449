"""Scattered X-rays taken off what a detector counted, as far as their usual share goes."""

from __future__ import annotations

import numpy as np

from oiscan.scan import FloatArray

USUAL_SHARE = 0.05
"""Of the signal: scattered rays that land somewhere near. Narrow fans let little through; the middle of 0 to 10 %
(unverified). Where a scan has more, too little bone is measured; where it has less, too much."""

REACH_MM = 20.0
"""Standard deviation of how far from their ray they land (unverified)."""


def without_scatter(attenuation: FloatArray, spacing_mm: FloatArray, share: float = USUAL_SHARE) -> FloatArray:
    """ln(I0 / I) of the rays that went straight through, if `share` of the signal was scattered.

    Parameters
    ----------
    attenuation
        (rows, columns) ln(I0 / I) as counted.
    spacing_mm
        (2,) size of a pixel along rows and columns.
    """
    import cv2

    counted = np.exp(-attenuation)
    rows, columns = counted.shape
    step_px = np.maximum(1, np.rint(REACH_MM / 8 / spacing_mm)).astype(int)  # so slow a thing needs no fine grid
    size = (max(1, int(columns // step_px[1])), max(1, int(rows // step_px[0])))
    small = cv2.resize(counted, size, interpolation=cv2.INTER_AREA)
    reach_px = REACH_MM / spacing_mm * np.array(small.shape) / counted.shape
    landed = cv2.GaussianBlur(small, (0, 0), sigmaX=reach_px[1], sigmaY=reach_px[0])
    landed = cv2.resize(landed, (columns, rows), interpolation=cv2.INTER_LINEAR)
    # What is counted is straight + share * landed(straight), whose slow part is (1 + share) times the straight rays'
    straight = counted - share / (1 + share) * landed
    return np.asarray(-np.log(np.maximum(straight, 0.01 * counted)))
