"""The same person, lying a little differently: for a second scan after getting up and lying down again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from oiscan.phantom.anatomy import SACRUM, Anatomy
from oiscan.scan import FloatArray

LUMBAR_SPINE = slice(11, SACRUM)
"""T12 to L5: the person turns about their middle."""


def reposed(anatomy: Anatomy, coronal: float, sagittal: float, rotation: float) -> Anatomy:
    """The whole spine turned as one, by so many radians: in the AP picture, in the lateral one, about the long axis."""
    middle = anatomy.centre_mm[LUMBAR_SPINE].mean(0)
    centre = anatomy.centre_mm - middle
    for angle, (i, j) in ((coronal, (1, 2)), (sagittal, (0, 2)), (rotation, (0, 1))):
        centre = _turned(centre, angle, i, j)
    return replace(
        anatomy,
        centre_mm=centre + middle,
        coronal_tilt=anatomy.coronal_tilt + coronal,
        sagittal_tilt=anatomy.sagittal_tilt + sagittal,
        rotation=anatomy.rotation + rotation,
    )


def _turned(points: FloatArray, angle: float, i: int, j: int) -> FloatArray:
    """Points (n, 3) turned in the plane of axes i and j, from i towards j."""
    turned = points.copy()
    turned[:, i] = np.cos(angle) * points[:, i] - np.sin(angle) * points[:, j]
    turned[:, j] = np.sin(angle) * points[:, i] + np.cos(angle) * points[:, j]
    return turned
