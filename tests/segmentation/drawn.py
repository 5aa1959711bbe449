"""Drawn spines with known quads, and a model that reads them by thresholding instead of by a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from oiscan.anatomy import View
from oiscan.segmentation.finder import N_LEVELS, OFFSET_UNIT_PX, STRIDE, Candidate
from oiscan.segmentation.preprocess import CROP_PX

DARK = 0.42  # half of a body's mean grey
UNIFORM = np.full(N_LEVELS, -np.log(N_LEVELS))


def quad(x: float, y: float, depth: float = 30.0, height: float = 22.0, degrees: float = 0.0) -> np.ndarray:
    """Corners (4, 2) as (x, y) of a rectangle turned clockwise about its centre."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [depth / 2, height / 2]
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return corners @ np.array([[cos, sin], [-sin, cos]]) + [x, y]


def column(n: int, x: float = 100.0, top: float = 40.0, step: float = 28.0, **shape: float) -> list[np.ndarray]:
    """`n` quads one below the other."""
    return [quad(x, top + i * step, **shape) for i in range(n)]


def candidate(corners: np.ndarray, score: float = 0.9, level: int | None = None, sacrum: bool = False) -> Candidate:
    """A candidate that takes its level to be `level` with probability 0.6."""
    log_probabilities = UNIFORM.copy()
    if level is not None:
        log_probabilities = np.full(N_LEVELS, np.log(0.4 / (N_LEVELS - 1)))
        log_probabilities[level] = np.log(0.6)
    return Candidate(score, corners, log_probabilities, sacrum)


def draw(quads: Sequence[np.ndarray], rows: int, columns: int, pixel_size: Sequence[float] = (1.0, 1.0)) -> np.ndarray:
    """Bright bodies, brightest in front, of quads given in units of `pixel_size` (row, column), sharp to 1/8 pixel."""
    y, x = (np.mgrid[: rows * 4, : columns * 4].astype(np.float32) + 0.5) / 4 - 0.5
    picture = np.zeros((rows * 4, columns * 4), np.float32)
    for corners in quads:
        in_pixels = np.asarray(corners) / np.array(pixel_size)[::-1]
        body = np.zeros(picture.shape, np.uint8)
        fine = np.rint(((in_pixels + 0.5) * 4 - 0.5) * 256).astype(np.int32)
        cv2.fillPoly(body, [fine], 1, shift=8)
        back, front = in_pixels[[0, 3]].mean(0), in_pixels[[1, 2]].mean(0)
        along = ((x - back[0]) * (front - back)[0] + (y - back[1]) * (front - back)[1]) / np.sum((front - back) ** 2)
        picture = np.where(body > 0, 0.7 + 0.3 * along, picture)
    return cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA)


class DrawnModel:
    """Stands in for `Model`: every bright body that is neither too small nor too large is a vertebra.

    Bodies brighter on the left (patients facing left) get a low score. The lowest body is level number `last`;
    with `sacrum` it is S1.
    """

    name = "drawn"
    sha256 = "0" * 64
    views = tuple(View)
    calibrations: dict[View, Any] = {}  # noqa: RUF012
    card: dict[str, Any] = {"views": {view.value: {"finder_pixels_per_mm": 1.0} for view in View}}  # noqa: RUF012

    def __init__(self, last: int = 16, sacrum: bool = False) -> None:
        self.last = 17 if sacrum else last
        self.sacrum = sacrum
        self.looked_at: list[tuple[int, ...]] = []

    def find(self, view: View, image: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        self.looked_at.append(image.shape)
        height, width = (-(-side // 32) * 32 // STRIDE for side in image.shape)
        heat = np.full((2, height, width), -12.0, np.float32)
        corners = np.zeros((8, height, width), np.float32)
        level = np.full((N_LEVELS, height, width), -np.log(N_LEVELS), np.float32)
        bodies = [body for body in _bodies(image) if 14 < np.linalg.norm(body[0][1] - body[0][0]) < 60]
        for order, (body, faces_right) in enumerate(bodies[::-1]):
            x, y = body.mean(0)
            i, j = (int(np.clip(round((at - 1.5) / STRIDE), 0, n - 1)) for at, n in ((y, height), (x, width)))
            channel = int(self.sacrum and order == 0)
            heat[channel, i, j] = 3.0 if faces_right or view is View.AP else 0.0
            corners[:, i, j] = ((body - [4 * j + 1.5, 4 * i + 1.5]) / OFFSET_UNIT_PX).ravel()
            around = (slice(None), slice(max(0, i - 1), i + 2), slice(max(0, j - 1), j + 2))
            level[around] = np.log(0.4 / (N_LEVELS - 1))
            level[self.last - order][around[1:]] = np.log(0.6)
        return heat, corners, level

    def refine(self, view: View, crops: np.ndarray) -> tuple[np.ndarray, ...]:
        answers = [_read_crop(crop) for crop in crops]
        corners = np.array([body for body, _ in answers])
        a, b, c, d = corners.transpose(1, 0, 2)
        points = [a, b, c, d] if view is View.AP else [a, (a + b) / 2, b, c, (c + d) / 2, d]
        landmarks = np.stack(points, 1)
        covariance = np.broadcast_to(np.diag([4.0, 1.0]), (*landmarks.shape, 2))
        mask = np.stack([cv2.resize((crop > DARK).astype(np.float32), (48, 48), interpolation=2) for crop in crops])
        return landmarks, covariance, np.array([quality for _, quality in answers]), np.zeros(len(crops)), mask


def _bodies(image: np.ndarray) -> list[tuple[np.ndarray, bool]]:
    """Quads of the bright bodies from head to foot, each with whether it is brighter on the right."""
    count, labels = cv2.connectedComponents((image > DARK).astype(np.uint8), connectivity=4)
    found = []
    for label in range(1, count):
        y, x = np.nonzero(labels == label)
        if len(x) >= 30:
            found.append((_rectangle(x, y), bool(np.polyfit(x, image[y, x], 1)[0] > 0)))
    return sorted(found, key=lambda body: body[0][:, 1].mean())


def _rectangle(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Corners of the rectangle, wider than high, with the mean and the second moments of these pixels."""
    variances, (_, (across_x, across_y)) = np.linalg.eigh(np.cov(x, y))
    height, depth = np.sqrt(12 * variances)
    turn = np.arctan(across_y / across_x) if across_x else np.pi / 2
    return quad(x.mean(), y.mean(), depth, height, float(np.degrees(turn)))


def _read_crop(crop: np.ndarray) -> tuple[np.ndarray, float]:
    """The body nearest to the crop's middle, and how sure that is."""
    middle = np.full(2, (CROP_PX - 1) / 2)
    bodies = [corners for corners, _ in _bodies(crop)]
    if not bodies:
        return quad(*middle, 40, 30), 0.05
    nearest = min(bodies, key=lambda corners: float(np.linalg.norm(corners.mean(0) - middle)))
    return nearest, 0.95 if crop[CROP_PX // 2, CROP_PX // 2] > DARK else 0.05
