"""Landmarks of the vertebrae in a column: crop, ask the refiner, crop again around its answer, ask once more.

The landmarks are the mean of both answers: where one crop happens to cut a pixel must not move a grade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from oiscan.anatomy import View
from oiscan.scan import FloatArray, ImageArray
from oiscan.segmentation.model import Model
from oiscan.segmentation.preprocess import Affine, Picture, crop, crop_map, quad_size

PASSES = 2
CORNERS = {View.LATERAL: (0, 2, 3, 5), View.AP: (0, 1, 2, 3)}
"""Which landmarks are the four corners, in the order of a candidate's corners."""

_MASK_MAGNIFICATION = 8
"""The mask is enlarged before it is traced, for an outline finer than its cells."""
_OUTLINE_TOLERANCE_PX = 0.15
_SMALLEST_OUTLINE = 0.25
"""A mask smaller than this part of the quad is no outline of it."""


@dataclass(frozen=True, eq=False)
class Refined:
    """What the refiner says of one vertebra.

    Parameters
    ----------
    landmarks, covariance, outline
        (k, 2), (k, 2, 2) and (m, 2): (row, column) of the scan's pixels.
    corners_xy
        (4, 2): (x, y) of the picture it was refined on, which has square pixels.
    relative_spread
        Mean standard deviation of the landmarks, in depths (lateral) or widths (AP) of the vertebra.
    quality
        Probability, 0 to 1, of being a vertebra with landmarks that can be trusted.
    doubled
        Probability, 0 to 1, of leaning so far to one side that each endplate is seen twice.
    calibrated
        Whether covariance and spread are those of the landmarks' errors, or merely what the network states.
    """

    landmarks: FloatArray
    covariance: FloatArray
    outline: FloatArray
    corners_xy: FloatArray
    relative_spread: float
    quality: float
    doubled: float
    calibrated: bool = False


def refine(model: Model, view: View, picture: Picture, quads: Sequence[FloatArray]) -> list[Refined]:
    """Refine each quad (4, 2), given as (x, y) of the picture; the answers in the same order."""
    corners, seen = list(CORNERS[view]), []
    for _ in range(PASSES):
        maps = [crop_map(quad) for quad in quads]
        crops = np.stack([crop(picture.grey, to_crop) for to_crop in maps])
        landmarks, covariance, *sure, mask = model.refine(view, crops)
        seen.append([to_crop.inverse()(points) for to_crop, points in zip(maps, landmarks.astype(float), strict=True)])
        quads = [points[corners] for points in seen[-1]]
    landmarks = np.stack([to_crop(points) for to_crop, points in zip(maps, np.mean(seen, axis=0), strict=True)])
    answers = zip(maps, landmarks, covariance.astype(float), *sure, mask, strict=True)
    calibrated = view in model.calibrations
    return [replace(_refined(view, picture, *answer), calibrated=calibrated) for answer in answers]


def _refined(
    view: View,
    picture: Picture,
    to_crop: Affine,
    landmarks: FloatArray,
    covariance: FloatArray,
    quality: float,
    doubled: float,
    mask: ImageArray,
) -> Refined:
    corners = landmarks[list(CORNERS[view])]
    outline = landmarks if view is View.LATERAL else mask_outline(mask, corners)
    deviation = np.sqrt(np.trace(covariance, axis1=1, axis2=2) / 2).mean()
    from_crop = to_crop.inverse()
    to_scan = from_crop.then(picture.to_scan)
    return Refined(
        landmarks=to_scan(landmarks),
        covariance=to_scan.covariance(covariance),
        outline=to_scan(outline),
        corners_xy=from_crop(corners),
        relative_spread=float(deviation / max(quad_size(corners)[0], 1e-6)),
        quality=float(np.clip(quality, 0, 1)),
        doubled=float(np.clip(doubled, 0, 1)),
    )


def mask_outline(mask: ImageArray, corners: FloatArray) -> FloatArray:
    """Largest contour of a mask (48, 48) at one half, (m, 2) as (x, y) in crop pixels; the quad where there is none.

    Cell (i, j) of the mask has its centre at crop pixel x = 2 j + 0.5, y = 2 i + 0.5.
    """
    import cv2

    fine = cv2.resize(mask.astype(np.float32), None, fx=_MASK_MAGNIFICATION, fy=_MASK_MAGNIFICATION)
    # A traced contour runs through pixel centres and loses half a pixel all round; grown by one pixel to the right and
    # downwards, the same contour runs along the pixels' edges.
    grown = cv2.dilate((fine > 0.5).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(grown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    per_pixel = _MASK_MAGNIFICATION / 2  # fine pixels per crop pixel
    largest = max(contours, key=cv2.contourArea, default=None)
    quad_area = abs(cv2.contourArea(corners.astype(np.float32)))
    if largest is None or cv2.contourArea(largest) / per_pixel**2 < _SMALLEST_OUTLINE * quad_area:
        return corners
    traced = cv2.approxPolyDP(largest, _OUTLINE_TOLERANCE_PX * per_pixel, True)[:, 0]
    return np.asarray(traced / per_pixel - 0.5, dtype=float)
