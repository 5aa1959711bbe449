"""How far one predicted vertebra lies from its labels: points, heights, ratios, outline, and the stated uncertainty.

Points are (row, column) of the stored image; `size` (2,) is the size of a pixel along rows and columns. A landmark that
is not labelled is NaN, and so is every figure that needs it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oiscan.anatomy import View
from oiscan.evaluation.overlap import dice
from oiscan.labels import LabelledVertebra
from oiscan.scan import FloatArray
from oiscan.segmentation.preprocess import crop_map
from oiscan.spine import Vertebra

CORNERS = {View.LATERAL: [0, 2, 3, 5], View.AP: [0, 1, 2, 3]}
"""Indices of the four corners, in the order superior near, superior far, inferior far, inferior near."""

HEIGHTS = {View.LATERAL: ((0, 5), (1, 4), (2, 3)), View.AP: ((0, 3), (1, 2))}
"""Pairs of landmarks a height lies between: posterior, middle, anterior; AP: left, right of the picture."""

_SMALLEST_VARIANCE_PX2 = 1e-9
"""Keeps a distance finite where a covariance is none."""


@dataclass(frozen=True, eq=False)
class Residuals:
    """Errors of a vertebra's landmarks and their stated covariance, in a frame that lies on the vertebra.

    Parameters
    ----------
    error_px
        (k, 2), predicted minus labelled: x along the endplates (lateral: forwards), y from head to foot, in the pixels
        of the crop the refiner sees.
    covariance_px
        (k, 2, 2), the same way.
    """

    error_px: FloatArray
    covariance_px: FloatArray

    @property
    def distance(self) -> FloatArray:
        """Mahalanobis distance of each landmark, (k,)."""
        covariance = self.covariance_px + _SMALLEST_VARIANCE_PX2 * np.eye(2)
        solved = np.linalg.solve(covariance, self.error_px[..., None])[..., 0]
        return np.asarray(np.sqrt((self.error_px * solved).sum(-1)))


@dataclass(frozen=True, eq=False)
class Errors:
    """How far a found vertebra lies from its labels; NaN where a landmark that counts is not labelled.

    Parameters
    ----------
    corner
        (4,) distances as a share of the labelled depth or width.
    landmark, height
        (k,) distances and (3,) or (2,) heights, predicted minus labelled (`HEIGHTS`), in the unit of the pixel
        size: mm where the spacing is known.
    height_share
        The same, as a share of the labelled heights.
    ratio
        Predicted minus labelled ha/hp and hm/hp (AP: height of the right side over the left).
    outline_dice
        Overlap of the outlines.
    residuals
        Errors beside their stated covariance.
    """

    corner: FloatArray
    landmark: FloatArray
    height: FloatArray
    height_share: FloatArray
    ratio: FloatArray
    outline_dice: float
    residuals: Residuals


def measure(truth: LabelledVertebra, hit: Vertebra, view: View, size: FloatArray) -> Errors:
    """All errors of a vertebra that was found. An outline nobody labelled is the polygon of the landmarks there are."""
    points, found = truth.landmarks_px * size, hit.landmarks_px * size
    outline = truth.outline_px * size if len(truth.outline_px) else points[np.isfinite(points).all(1)]
    landmark = np.linalg.norm(found - points, axis=1)
    labelled_heights = heights(points, view)
    height = heights(found, view) - labelled_heights
    return Errors(
        corner=landmark[CORNERS[view]] / breadth(points, view),
        landmark=landmark,
        height=height,
        height_share=height / labelled_heights,
        ratio=ratios(found, view) - ratios(points, view),
        outline_dice=dice(hit.outline_px * size, outline),
        residuals=residuals(truth.landmarks_px, hit, view, size),
    )


def residuals(truth: FloatArray, found: Vertebra, view: View, size: FloatArray) -> Residuals:
    """Errors against labels (k, 2), in the frame of the predicted vertebra."""
    corners_xy = (found.landmarks_px * size)[CORNERS[view], ::-1]
    faces_left = view is View.LATERAL and corners_xy[1, 0] + corners_xy[2, 0] < corners_xy[0, 0] + corners_xy[3, 0]
    flip = np.diag([-1.0 if faces_left else 1.0, 1.0])  # crops are cut from pictures of patients facing right
    to_crop = crop_map(corners_xy @ flip).matrix @ flip @ np.array([[0.0, size[1]], [size[0], 0.0]])
    return Residuals((found.landmarks_px - truth) @ to_crop.T, to_crop @ found.covariance_px @ to_crop.T)


def heights(points: FloatArray, view: View) -> FloatArray:
    """Distances between the paired landmarks (`HEIGHTS`) of one vertebra, points (k, 2) in any unit."""
    upper, lower = np.array(HEIGHTS[view]).T
    return np.asarray(np.linalg.norm(points[upper] - points[lower], axis=1))


def ratios(points: FloatArray, view: View) -> FloatArray:
    """(ha/hp, hm/hp) of a lateral vertebra; (height of the right side over the left,) of an AP one."""
    each = heights(points, view)
    return np.asarray(each[[2, 1]] / each[0] if view is View.LATERAL else each[[1]] / each[0])


def breadth(points: FloatArray, view: View) -> float:
    """Mean length of the endplates: depth on a lateral scan, width on an AP scan."""
    a, b, c, d = points[CORNERS[view]]
    return float(0.5 * (np.linalg.norm(b - a) + np.linalg.norm(c - d)))
