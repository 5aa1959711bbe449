"""Lengths and areas of one vertebra, from its landmarks.

Every function takes points (n, 2) as (row, column) in pixels and `pixel_size` (2,): the size of a pixel along rows and
columns. In millimetres it gives mm; where only the pixel's aspect is known it may be merely relative, and then only
ratios of the results mean anything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from oiscan.anatomy import AP_LANDMARKS, LATERAL_LANDMARKS
from oiscan.scan import FloatArray


@dataclass(frozen=True)
class Heights:
    """Size of a vertebral body seen from the side, in the unit of the pixel size.

    `anterior`, `middle` and `posterior` are the distances between the paired landmarks of the two endplates; `depth` is
    the mean length of the endplates, from their posterior to their anterior landmark. `lateral_errors` gives the
    standard errors of the four in the same form.
    """

    anterior: float
    middle: float
    posterior: float
    depth: float

    @property
    def anterior_posterior(self) -> float:
        """ha/hp."""
        return self.anterior / self.posterior

    @property
    def middle_posterior(self) -> float:
        """hm/hp."""
        return self.middle / self.posterior


def lateral_heights(landmarks_px: FloatArray, pixel_size: FloatArray) -> Heights:
    """Heights and depth of a body from its six landmarks, (6, 2) in the order of `oiscan.anatomy.LATERAL_LANDMARKS`."""
    point = dict(zip(LATERAL_LANDMARKS, landmarks_px * pixel_size, strict=True))
    anterior, middle, posterior = (
        _distance(point[f"superior_{place}"], point[f"inferior_{place}"])
        for place in ("anterior", "middle", "posterior")
    )
    superior, inferior = (
        _distance(point[f"{end}_posterior"], point[f"{end}_anterior"]) for end in ("superior", "inferior")
    )
    return Heights(anterior, middle, posterior, depth=(superior + inferior) / 2)


def lateral_errors(landmarks_px: FloatArray, covariance_px: FloatArray, pixel_size: FloatArray) -> Heights:
    """Standard error of each length of `lateral_heights`.

    First order, with the errors of different landmarks taken as independent; what that leaves out is what
    `oiscan.grading.doubt` is calibrated for.

    Parameters
    ----------
    landmarks_px, covariance_px, pixel_size
        (6, 2), (6, 2, 2) and (2,).
    """
    points = dict(zip(LATERAL_LANDMARKS, landmarks_px * pixel_size, strict=True))
    spread = dict(zip(LATERAL_LANDMARKS, covariance_px * np.outer(pixel_size, pixel_size), strict=True))

    def variance(one: str, other: str) -> float:
        along = points[one] - points[other]
        along = along / max(float(np.linalg.norm(along)), 1e-12)
        return float(along @ (spread[one] + spread[other]) @ along)

    heights = [variance(f"superior_{place}", f"inferior_{place}") for place in ("anterior", "middle", "posterior")]
    endplates = sum(variance(f"{end}_posterior", f"{end}_anterior") for end in ("superior", "inferior"))
    return Heights(*np.sqrt([*heights, endplates / 4]).tolist())


def ratio_error(one: float, one_error: float, other: float, other_error: float) -> float:
    """Standard error of one / other, first order, both independent."""
    return abs(one / other) * math.hypot(one_error / one, other_error / other)


def ap_size(landmarks_px: FloatArray, pixel_size: FloatArray) -> tuple[float, float]:
    """Mean width and mean height between the corners, (4, 2) in the order of `oiscan.anatomy.AP_LANDMARKS`."""
    point = dict(zip(AP_LANDMARKS, landmarks_px * pixel_size, strict=True))
    widths = [_distance(point[f"{end}_left"], point[f"{end}_right"]) for end in ("superior", "inferior")]
    heights = [_distance(point[f"superior_{side}"], point[f"inferior_{side}"]) for side in ("left", "right")]
    return sum(widths) / 2, sum(heights) / 2


def polygon_area(outline_px: FloatArray, pixel_size: FloatArray) -> float:
    """Area inside a closed outline (m, 2), by the shoelace formula; the direction it is walked in does not matter."""
    row, column = (outline_px * pixel_size).T
    return float(abs(row @ np.roll(column, -1) - column @ np.roll(row, -1)) / 2)


def area_error(polygon_px: FloatArray, covariance_px: FloatArray, pixel_size: FloatArray) -> float:
    """Standard error of the area of a polygon (n, 2) whose points have covariances (n, 2, 2), independent."""
    points = polygon_px * pixel_size
    row, column = (np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)).T
    slope = np.stack([column, -row], axis=1) / 2 * pixel_size
    return float(np.sqrt(np.einsum("ni,nij,nj->", slope, covariance_px, slope)))


def crosses_itself(polygon_px: FloatArray) -> bool:
    """Whether two sides of a closed polygon (n, 2) cross: its points then do not walk round anything."""
    n = len(polygon_px)
    sides = [(polygon_px[i], polygon_px[(i + 1) % n]) for i in range(n)]
    return any(_cross(*sides[i], *sides[j]) for i in range(n) for j in range(i + 2, n) if (i, j) != (0, n - 1))


def landmark_sd(covariance: FloatArray, pixel_size: FloatArray) -> FloatArray:
    """For each landmark, the root of the mean of its two variances, (n,), in the unit of the pixel size."""
    variances = np.diagonal(covariance, axis1=1, axis2=2) * np.square(pixel_size)
    sd: FloatArray = np.sqrt(variances.mean(axis=1))
    return sd


def _distance(one: FloatArray, other: FloatArray) -> float:
    return float(np.linalg.norm(one - other))


def _cross(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> bool:
    """Whether the segments ab and cd have a point in common."""
    apart = _side(a, b, c) * _side(a, b, d) > 0 or _side(c, d, a) * _side(c, d, b) > 0
    parallel = _side(a, b, c) == 0 and _side(a, b, d) == 0
    return not apart and not parallel


def _side(a: FloatArray, b: FloatArray, point: FloatArray) -> float:
    """Above 0 on one side of the line through a and b, below 0 on the other, 0 on it."""
    return float((b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]))
