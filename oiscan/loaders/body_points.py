"""Six points round a vertebral body, put into oiscan's order by their geometry."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from oiscan.anatomy import LATERAL_LANDMARKS
from oiscan.scan import FloatArray

SMALLEST_DEPTH_MM, LARGEST_DEPTH_MM = 4.0, 80.0
LARGEST_HEIGHT_MM = 80.0
"""Beyond any body from infancy to adult life, with the magnification of a fan beam: wrong units show here."""

LARGEST_TILT_DEGREES = 60.0
"""Of the line from the lower to the upper endplate, against the vertical."""

MIDDLE_RANGE = (0.2, 0.8)
"""Where the middle point lies along its endplate, as a share of its length."""

LARGEST_BEND = 0.4
"""How far the middle point lies off the line between the ends, as a share of its length: deep biconcavity has 0.3."""

LARGEST_LENGTH_RATIO = 2.0
"""Of the two endplates."""

SIX = len(LATERAL_LANDMARKS)


def ordered_body(points_mm: FloatArray) -> FloatArray | None:
    """The six points in the order of `oiscan.anatomy.LATERAL_LANDMARKS`, or None where they form no sane body.

    Of all ways to part six points into two endplates that do not cross, the one is taken where the middle points lie
    nearest to the midpoint between their ends: tilted, wedged, biconcave and crushed bodies alike are told so. Which
    end of an endplate is posterior the geometry of one body cannot tell: the end on the side of the *first* point given
    is taken to be posterior.

    Parameters
    ----------
    points_mm
        (6, 2) as (row, column), in millimetres, rows downwards.

    Returns
    -------
    (6, 2) in the unit and axes given, or None.
    """
    if points_mm.shape != (SIX, 2) or not np.isfinite(points_mm).all():
        return None
    pairs = combinations(range(1, SIX), 2)
    found = [_candidate(points_mm, (0, *pair), tuple(set(range(1, SIX)) - set(pair))) for pair in pairs]
    sane = [(cost, order) for cost, order in found if _is_sane(points_mm[order])]
    if not sane:
        return None
    order = min(sane)[1]
    if order.index(0) in (1, 4):
        return None  # the first point is a middle one and tells no side
    return points_mm[order if order.index(0) in (0, 5) else [*order[2::-1], *order[:2:-1]]]


def _candidate(points: FloatArray, *triples: tuple[int, ...]) -> tuple[float, list[int]]:
    """The points' indices in order, if these triples were the endplates, and how badly the middle points lie."""
    one, other = (_end_middle_end(points, triple) for triple in triples)
    upper, lower = sorted((one[1], other[1]), key=lambda indices: points[indices, 0].mean())
    along = (points[upper[2]] - points[upper[0]]) @ (points[lower[2]] - points[lower[0]])
    return one[0] + other[0], [*upper, *(lower[::-1] if along > 0 else lower)]


def _end_middle_end(points: FloatArray, triple: tuple[int, ...]) -> tuple[float, list[int]]:
    """The triple with its middle point in the middle, and how far that is from the midpoint of the others, squared."""
    orders = [[triple[i - 1], triple[i], triple[i - 2]] for i in range(3)]
    costs = [float(((points[b] - (points[a] + points[c]) / 2) ** 2).sum()) for a, b, c in orders]
    best = int(np.argmin(costs))
    return costs[best], orders[best]


def _is_sane(body: FloatArray) -> bool:
    """Whether six ordered points are an upright body: sizes, endplates apart, above each other and of like length."""
    upper, lower = body[:3], body[:2:-1]
    axis = upper.mean(axis=0) - lower.mean(axis=0)
    height = float(np.linalg.norm(axis))
    if not 0 < height <= LARGEST_HEIGHT_MM or -axis[0] < height * np.cos(np.radians(LARGEST_TILT_DEGREES)):
        return False
    depths = [float(np.linalg.norm(plate[2] - plate[0])) for plate in (upper, lower)]
    if min(depths) < SMALLEST_DEPTH_MM or max(depths) > min(LARGEST_DEPTH_MM, LARGEST_LENGTH_RATIO * min(depths)):
        return False
    apart = bool(((upper - lower) @ axis > 0).all())
    return apart and all(_is_endplate(plate, depth) for plate, depth in zip((upper, lower), depths, strict=True))


def _is_endplate(points: FloatArray, depth: float) -> bool:
    along = (points[2] - points[0]) / depth
    middle = (points[1] - points[0]) / depth
    share, bend = float(middle @ along), float(abs(middle[0] * along[1] - middle[1] * along[0]))
    return MIDDLE_RANGE[0] <= share <= MIDDLE_RANGE[1] and bend <= LARGEST_BEND
