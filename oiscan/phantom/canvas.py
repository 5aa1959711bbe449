"""A picture to draw attenuation on, in millimetres.

Points are (x, y) in mm, x to the right and y down; a canvas knows how many pixels a millimetre has and which point
lies at the centre of its first pixel. Everything drawn is added, as X-rays add what they pass.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from oiscan.scan import FloatArray, ImageArray

DENSE = 0.4
"""Attenuation from which something drawn over bone hides it: metal, not clothes."""

_SHIFT = 4  # OpenCV draws with 1/16 pixel precision

_OVERDRAWN_PX = 0.61
"""How far OpenCV's smooth polygons reach beyond their outline (measured on discs): they are drawn so much smaller."""

_THINNEST_PX = 1.33
"""OpenCV's smooth lines come out this wide, or 2, 4, 6 ... pixels wider (measured), whatever thickness is asked for."""


class Canvas:
    """An additive float picture.

    Parameters
    ----------
    height, width
        In pixels.
    pixels_per_mm
        Resolution, the same both ways.
    origin_mm
        The point (x, y) at the centre of pixel (0, 0).
    """

    def __init__(self, height: int, width: int, pixels_per_mm: float, origin_mm: npt.ArrayLike) -> None:
        self.values: ImageArray = np.zeros((height, width), np.float32)
        self.pixels_per_mm = float(pixels_per_mm)
        self.origin_mm: FloatArray = np.asarray(origin_mm, float)

    def to_pixels(self, points_mm: npt.ArrayLike) -> FloatArray:
        """Points (..., 2) in mm as (column, row) in pixels."""
        return (np.asarray(points_mm, float) - self.origin_mm) * self.pixels_per_mm

    def fill(
        self, polygon: npt.ArrayLike, value: float, blur_mm: float = 0.0, texture: ImageArray | None = None
    ) -> None:
        """Add `value` inside a polygon (n, 2), softened by a Gaussian of `blur_mm`."""
        self._add(polygon, value, blur_mm, None, False, texture)

    def stroke(
        self,
        line: npt.ArrayLike,
        value: float,
        width_mm: float,
        blur_mm: float = 0.0,
        closed: bool = False,
        texture: ImageArray | None = None,
    ) -> None:
        """Add `value` along a line (n, 2) of a width in mm."""
        self._add(line, value, blur_mm, width_mm, closed, texture)

    def _add(
        self,
        points: npt.ArrayLike,
        value: float,
        blur_mm: float,
        width_mm: float | None,
        closed: bool,
        texture: ImageArray | None,
    ) -> None:
        pixels, blur = self.to_pixels(points), blur_mm * self.pixels_per_mm
        if width_mm is None:
            pixels = _shrunk(pixels, _OVERDRAWN_PX)
        width = 0.0 if width_mm is None else width_mm * self.pixels_per_mm
        window = self._window(pixels, 3 * blur + width + 2)
        if window is None:
            return
        rows, columns = window
        mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        fixed = np.round((pixels - (columns.start, rows.start)) * (1 << _SHIFT)).astype(np.int32).reshape(1, -1, 1, 2)
        if width_mm is None:
            gain = 1.0
            cv2.fillPoly(mask, fixed, 255, cv2.LINE_AA, _SHIFT)
        else:
            steps = max(0, round((width - _THINNEST_PX) / 2))
            gain = min(width / (_THINNEST_PX + 2 * steps), 1.5)  # a line thinner than that is drawn fainter
            cv2.polylines(mask, fixed, closed, 255, max(1, 2 * steps), cv2.LINE_AA, _SHIFT)
        amount = _soften(mask, blur).astype(np.float32) * np.float32(gain * value / 255)
        if texture is not None:
            amount *= 1 + texture[rows, columns]
        self.values[rows, columns] += amount

    def _window(self, pixels: FloatArray, margin: float) -> tuple[slice, slice] | None:
        height, width = self.values.shape
        (x0, y0), (x1, y1) = pixels.min(0).tolist(), pixels.max(0).tolist()
        top, bottom = max(0, int(y0 - margin)), min(height, int(y1 + margin) + 2)
        left, right = max(0, int(x0 - margin)), min(width, int(x1 + margin) + 2)
        return (slice(top, bottom), slice(left, right)) if bottom - top > 1 and right - left > 1 else None


def _shrunk(polygon: FloatArray, by: float) -> FloatArray:
    """A closed polygon (n, 2) with its edges moved inwards; one too thin for that loses what it can."""
    after = np.empty_like(polygon)
    after[:-1], after[-1] = polygon[1:] - polygon[:-1], polygon[0] - polygon[-1]
    length = np.sqrt(after[:, 0] ** 2 + after[:, 1] ** 2) + 1e-9
    area = 0.5 * float(polygon[:, 0] @ after[:, 1] - polygon[:, 1] @ after[:, 0])
    by = min(by, 0.5 * abs(area) / float(length.sum()))
    inwards = after[:, ::-1] * (np.array([-1, 1]) * math.copysign(by, area) / length[:, None])
    bisector = inwards.copy()
    bisector[1:] += inwards[:-1]
    bisector[0] += inwards[-1]
    spread = np.maximum((bisector**2).sum(1), by**2)  # a sharp corner moves at most twice as far as the edges
    return np.asarray(polygon + bisector * (2 * by**2 / (spread + 1e-12))[:, None])


def _soften(mask: npt.NDArray[np.uint8], sigma: float) -> npt.NDArray[np.uint8]:
    """Gaussian blur; wide ones are worked at a half or a quarter of the size, where they cost far less."""
    if sigma <= 0.55:
        return mask
    if sigma > 2 and min(mask.shape) > 12:
        shrink = 4 if sigma > 5 else 2
        small = cv2.resize(mask, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), sigma / shrink)
        return np.asarray(cv2.resize(small, mask.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma), np.uint8)


def noise_field(rng: np.random.Generator, height: int, width: int, scale_px: float) -> ImageArray:
    """Smooth noise (height, width) of about unit variance and a correlation length of `scale_px`."""
    coarse = rng.standard_normal((math.ceil(height / scale_px) + 2, math.ceil(width / scale_px) + 2), np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def ellipse(
    centre: npt.ArrayLike,
    radius_x: float,
    radius_y: float,
    angle: float = 0.0,
    wobble: float = 0.0,
    rng: np.random.Generator | None = None,
    points: int = 24,
) -> FloatArray:
    """Outline (points, 2) of an ellipse turned by `angle` radians; `wobble` roughens its radius."""
    t = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radius = 1 + (wobble * rng.standard_normal(points) if rng is not None and wobble else 0)
    shape = np.stack([radius_x * radius * np.cos(t), radius_y * radius * np.sin(t)], 1)
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(shape @ np.array([[c, s], [-s, c]]) + np.asarray(centre, float))


def bezier(controls: npt.ArrayLike, points: int = 20) -> FloatArray:
    """Cubic curve (points, 2) through the first and last of four control points."""
    p = np.asarray(controls, float)
    t = np.linspace(0, 1, points)[:, None]
    return np.asarray((1 - t) ** 3 * p[0] + 3 * t * (1 - t) ** 2 * p[1] + 3 * t * t * (1 - t) * p[2] + t**3 * p[3])
