"""Is bone bright in a picture? Asked of a column that was found in it: bodies against what lies in front of them.

Bodies hold more mineral than the soft tissue in front of them, and lungs hold less still: so in a picture with bone
bright they are brighter than it. A finder that has found something in a picture of the wrong polarity may be as sure of
it as of the right one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from oiscan.anatomy import View
from oiscan.scan import FloatArray, ImageArray
from oiscan.segmentation.finder import Candidate

CLEARLY_DARK = -0.05
"""Of the picture's grey: bodies darker than this beside what lies before them are seen with the wrong polarity. On 30
simulated DXA scans read rightly bodies were brighter by 0.08 to 0.6, read wrongly darker by 0.07 to 0.45 in all but
one; on 19 lateral radiographs, where the two hardly differ, never below -0.045 when read rightly."""

_INSIDE, _IN_FRONT, _BEHIND = (0.1, 0.9), (1.1, 1.6), (-0.6, -0.1)
_MIDDLE = (0.25, 0.75)
_STEPS = 8


def bone_brightness(view: View, picture: ImageArray, column: Sequence[Candidate]) -> float:
    """How much brighter the bodies of a column are than what lies in front of them (AP: on both sides): the median.

    Parameters
    ----------
    picture
        (rows, columns), 0 to 1, the patient facing right.
    column
        Those nobody saw do not count; 0 where nobody saw any.
    """
    corners = [one.corners_xy for one in column if one.score > 0]
    return float(np.median([_brighter(view, picture, one) for one in corners])) if corners else 0.0


def _brighter(view: View, picture: ImageArray, corners_xy: FloatArray) -> float:
    beside = (_IN_FRONT,) if view is View.LATERAL else (_IN_FRONT, _BEHIND)
    return _grey(picture, corners_xy, _INSIDE) - float(np.mean([_grey(picture, corners_xy, one) for one in beside]))


def _grey(picture: ImageArray, corners_xy: FloatArray, across: tuple[float, float]) -> float:
    """Mean grey of a part of a quad (4, 2), told as shares of its length; beyond 0 and 1 it goes on outside."""
    import cv2

    u, v = np.meshgrid(np.linspace(*across, _STEPS), np.linspace(*_MIDDLE, _STEPS))
    one, two, three, four = np.asarray(corners_xy, float)
    upper, lower = one + u[..., None] * (two - one), four + u[..., None] * (three - four)
    points = (upper + v[..., None] * (lower - upper)).astype(np.float32)
    seen = cv2.remap(picture, points[..., 0], points[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return float(seen.mean())
