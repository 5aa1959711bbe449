"""What the networks look at: grey between 0 and 1, square pixels of a wanted size, and the way back to the scan.

Points are (x, y) = (column, row) here, counted from the centre of the top-left pixel. Resizing works on pixel edges:
by a factor s, out = (in + 0.5) * s - 0.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from oiscan.scan import BoolArray, FloatArray, ImageArray, Scan, StoredFrame

CROP_PX = 96
CROP_FIELD = 2.0
"""Side of a crop in sizes of the vertebra: its depth (lateral) or width (AP), or 1.15 heights if that is more."""
_CROP_HEIGHTS = 1.15
_SMALLEST_SIZE_PX = 4.0

_SHORTEST_SIDE_PX = 8
_LONGEST_SIDE_PX = 1600
"""Bounds of a picture given to a network, so that a wrong spacing costs neither a crash nor all memory."""

_PERCENTILE_PIXELS = 300_000
"""Pixels that are enough for a percentile; radiographs have twelve million."""


@dataclass(frozen=True, eq=False)
class Affine:
    """An affine map of points: out = matrix @ point + offset.

    Parameters
    ----------
    matrix
        (2, 2).
    offset
        (2,).
    """

    matrix: FloatArray
    offset: FloatArray

    def __call__(self, points: FloatArray) -> FloatArray:
        """Points (..., 2), mapped."""
        return np.asarray(points @ self.matrix.T + self.offset)

    def covariance(self, covariance: FloatArray) -> FloatArray:
        """Covariances (..., 2, 2) of points, as those of the mapped points."""
        return np.asarray(self.matrix @ covariance @ self.matrix.T)

    def inverse(self) -> Affine:
        """The way back."""
        back = np.linalg.inv(self.matrix).astype(float)
        return Affine(back, -back @ self.offset)

    def then(self, after: Affine) -> Affine:
        """First this map, then `after`."""
        return Affine(after.matrix @ self.matrix, after.matrix @ self.offset + after.offset)


@dataclass(frozen=True, eq=False)
class Picture:
    """A scan as a network sees it.

    Parameters
    ----------
    grey
        (height, width) float32 between 0 and 1, square pixels.
    to_scan
        Maps (x, y) of `grey` to (row, column) of the scan's pixels.
    """

    grey: ImageArray
    to_scan: Affine

    def mirrored(self) -> Self:
        """The same picture with left and right exchanged."""
        flip = Affine(np.diag([-1.0, 1.0]), np.array([self.grey.shape[1] - 1.0, 0.0]))
        return type(self)(np.ascontiguousarray(self.grey[:, ::-1]), flip.then(self.to_scan))


def to_stored(frame: StoredFrame) -> Affine:
    """Maps (row, column) of a scan's pixels to (row, column) of its stored image."""
    origin = frame.to_stored(np.zeros(2))
    return Affine((frame.to_stored(np.eye(2)) - origin).T, origin)


def stretched_grey(scan: Scan) -> ImageArray:
    """The scan's pixels (rows, columns) with the 1st and 99th percentile of what was scanned at 0 and 1, clipped.

    Unscanned margins are 0, and count for nothing in the percentiles: on GE Lunar scans they are stored white.
    """
    seen = np.ones(scan.pixels.shape, dtype=bool) if scan.scanned is None else scan.scanned
    low, high = _percentiles(scan.pixels, seen)
    if high <= low:
        return np.zeros_like(scan.pixels)
    grey: ImageArray = np.clip((scan.pixels - low) * (1 / (high - low)), 0, 1)
    grey[~seen] = 0
    return grey


def _percentiles(pixels: ImageArray, seen: BoolArray) -> tuple[np.float32, np.float32]:
    step = max(1, round((pixels.size / _PERCENTILE_PIXELS) ** 0.5))
    values = pixels[::step, ::step][seen[::step, ::step]]
    if not values.size:
        return np.float32(0), np.float32(0)
    low, high = np.percentile(values, [1, 99])
    return np.float32(low), np.float32(high)


def resampled(grey: ImageArray, row_scale: float, column_scale: float) -> Picture:
    """The picture with its rows and columns scaled, within bounds of what a network can take."""
    import cv2

    height, width = _bounded(grey.shape[0] * row_scale, grey.shape[1] * column_scale)
    y_scale, x_scale = height / grey.shape[0], width / grey.shape[1]
    method = cv2.INTER_AREA if min(y_scale, x_scale) < 1 else cv2.INTER_CUBIC
    small: ImageArray = np.clip(cv2.resize(grey, (width, height), interpolation=method), 0, 1)
    # scan = (network + 0.5) / scale - 0.5, with x and y exchanged to row and column
    matrix = np.array([[0, 1 / y_scale], [1 / x_scale, 0]])
    return Picture(small, Affine(matrix, 0.5 * matrix.sum(1) - 0.5))


def _bounded(height: float, width: float) -> tuple[int, int]:
    shrink = min(1.0, _LONGEST_SIDE_PX / max(height, width))
    return max(_SHORTEST_SIDE_PX, round(height * shrink)), max(_SHORTEST_SIDE_PX, round(width * shrink))


def quad_size(corners: FloatArray) -> tuple[float, float]:
    """Depth (mean length of the endplates) and height (mean length of the sides) of a quad.

    `corners` (4, 2) go round the vertebra: the superior endplate's two, then the inferior one's, the nearer first.
    """
    across = np.linalg.norm(corners[[1, 2]] - corners[[0, 3]], axis=1)
    along = np.linalg.norm(corners[[3, 2]] - corners[[0, 1]], axis=1)
    return float(across.mean()), float(along.mean())


def crop_map(corners: FloatArray) -> Affine:
    """Maps (x, y) of the picture to (x, y) of a crop: turned, scaled and centred to the quad `corners` (4, 2).

    The same map as `oiscan.training.augment.crop_affine`, with which the refiner was trained.
    """
    across = (corners[1] - corners[0] + corners[2] - corners[3]) / 2
    depth, height = float(np.linalg.norm(across)), quad_size(corners)[1]
    x, y = across / max(depth, 1e-6) if across.any() else (1.0, 0.0)
    scale = CROP_PX / (CROP_FIELD * max(depth, _CROP_HEIGHTS * height, _SMALLEST_SIZE_PX))
    matrix = scale * np.array([[x, y], [-y, x]])
    # From edge to edge: crop + 0.5 = matrix @ (picture + 0.5 - centre - 0.5) + half a crop
    return Affine(matrix, CROP_PX / 2 - 0.5 - matrix @ corners.mean(0))


def crop(grey: ImageArray, to_crop: Affine) -> ImageArray:
    """The (96, 96) crop that `to_crop` describes; beyond the picture its edge pixels go on."""
    import cv2

    scale = float(np.sqrt(np.linalg.det(to_crop.matrix)))
    window, corner = _window(grey, to_crop, margin=3 / scale + 2)
    if scale < 0.7:  # shrinking: blur first, or fine texture turns into false edges
        blurred = cv2.GaussianBlur(window, (0, 0), 0.35 / scale, borderType=cv2.BORDER_REPLICATE)
        window = np.asarray(blurred, dtype=np.float32)
    offset = to_crop.offset + to_crop.matrix @ corner
    matrix = np.column_stack([to_crop.matrix, offset])
    size = (CROP_PX, CROP_PX)
    cut = cv2.warpAffine(window, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, dtype=np.float32)


def _window(grey: ImageArray, to_crop: Affine, margin: float) -> tuple[ImageArray, FloatArray]:
    """The part of the picture under the crop, and the (x, y) of its first pixel: blurring all of it would be slow."""
    ends = np.array([[0.0, 0], [CROP_PX, 0], [0, CROP_PX], [CROP_PX, CROP_PX]])
    reach = to_crop.inverse()(ends)
    last = np.array(grey.shape[::-1]) - 1
    first = np.clip(np.floor(reach.min(0) - margin), 0, last).astype(int)
    end = np.clip(np.ceil(reach.max(0) + margin), 0, last).astype(int) + 1
    return grey[first[1] : end[1], first[0] : end[0]], first.astype(float)
