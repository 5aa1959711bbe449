"""Names a reader decides: one vertebra is pointed at and named, the others follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from oiscan.anatomy import COLUMN_OF_SIX, COLUMN_OF_THIRTEEN, Level
from oiscan.errors import LevelError
from oiscan.scan import FloatArray
from oiscan.spine import Evidence, Numbering, StatedLevel

_REMEDY = "look at the picture of the results, and state a level that fits"


def name_as_stated(
    stated: StatedLevel, landmarks_px: Sequence[FloatArray], evidence: Sequence[Evidence]
) -> tuple[tuple[Level, ...], Numbering]:
    """Levels of a column from head to foot, by what a reader says of one vertebra.

    Parameters
    ----------
    landmarks_px
        Of each vertebra, (k, 2), (row, column) in the stored image, in the order of its outline.
    evidence
        What can be seen of each.

    Raises
    ------
    LevelError
        There is no such vertebra, or the names of the others would run past T1 or L6.
    """
    place = _lowest_whole(evidence) if stated.at_px is None else _place_at(stated.at_px, landmarks_px)
    names = COLUMN_OF_THIRTEEN if stated.level is Level.T13 else COLUMN_OF_SIX
    first = names.index(stated.level) - place
    if first < 0 or first + len(evidence) > len(names):
        end = names[0] if first < 0 else names[-1]
        raise LevelError(f"{stated.level} does not fit: {len(evidence)} vertebrae would run past {end}", _REMEDY)
    return names[first : first + len(evidence)], Numbering("reader", 1.0)


def _lowest_whole(evidence: Sequence[Evidence]) -> int:
    whole = [i for i, seen in enumerate(evidence) if seen not in (Evidence.CUT, Evidence.NOT_FOUND)]
    if not whole:
        raise LevelError("no vertebra lies wholly in the picture", "point at one with --level-at")
    return whole[-1]


def _place_at(at_px: tuple[float, float], landmarks_px: Sequence[FloatArray]) -> int:
    """The vertebra around a point; where two overlap, the one whose centre is nearer."""
    import cv2

    inside = [
        (float(np.linalg.norm(points.mean(0) - at_px)), place)
        for place, points in enumerate(landmarks_px)
        if cv2.pointPolygonTest(points.astype(np.float32), at_px, False) >= 0
    ]
    if not inside:
        raise LevelError(f"no vertebra was found at row {at_px[0]:g}, column {at_px[1]:g}", _REMEDY)
    return min(inside)[1]
