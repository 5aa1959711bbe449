"""The look of a scanner no network was trained on: bone in relief, drawn by coarse lines to and fro.

Nobody's scanner, made up to measure what retraining brings (unverified, as all looks). Two energies recorded one after
the other, while the table moves on, leave a relief when one is taken from the other; a pencil beam that goes to and fro
puts every second line a little aside; each place of the line has a gain of its own. Training draws none of this.
"""

from __future__ import annotations

import cv2
import numpy as np

from oiscan.scan import ImageArray

APART_MM = (1.2, 2.5)
"""How far the second energy comes late, across the body and along it."""

TAKEN_AWAY = (0.7, 0.85)
"""Share of the late energy that is taken away: each picture has its own number from this range."""

LINE_SHIFT_MM = 0.8
"""Between a line drawn to the right and the next one, drawn to the left."""

GAIN_SPREAD, GRAIN_SPREAD = (0.02, 0.08), (0.02, 0.06)
"""Of the columns' gains and of the grain: standard deviations in those of the picture."""


def relief_display(rng: np.random.Generator, attenuation: ImageArray, pixels_per_mm: float) -> ImageArray:
    """A picture (rows, columns) between 0 and 1 of the attenuation drawn on a canvas."""
    early = np.asarray(cv2.GaussianBlur(attenuation, (0, 0), 0.5 * pixels_per_mm), np.float32)
    late = _moved(early, *(distance * pixels_per_mm for distance in APART_MM))
    picture = _to_and_fro(early - np.float32(rng.uniform(*TAKEN_AWAY)) * late, LINE_SHIFT_MM * pixels_per_mm)
    picture += _stripes_and_grain(rng, picture, pixels_per_mm)
    low, high = np.percentile(picture, [rng.uniform(1, 5), 99.5])
    return np.asarray(np.clip((picture - low) / (high - low + 1e-6), 0, 1) ** rng.uniform(0.5, 0.8), np.float32)


def _moved(picture: ImageArray, columns: float, rows: float) -> ImageArray:
    size = picture.shape[1], picture.shape[0]
    shift = np.array([[1, 0, columns], [0, 1, rows]], np.float32)
    return np.asarray(cv2.warpAffine(picture, shift, size, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _to_and_fro(picture: ImageArray, shift_px: float) -> ImageArray:
    """Every second line half the shift to the right, the others to the left."""
    lines = picture.copy()
    lines[::2], lines[1::2] = _moved(picture, shift_px / 2, 0)[::2], _moved(picture, -shift_px / 2, 0)[1::2]
    return lines


def _stripes_and_grain(rng: np.random.Generator, picture: ImageArray, pixels_per_mm: float) -> ImageArray:
    """Stripes along the body, and grain drawn out along the lines."""
    rows, columns = picture.shape
    stripes = rng.standard_normal((1, columns), np.float32) * np.float32(rng.uniform(*GAIN_SPREAD))
    fine = rng.standard_normal((rows, columns), np.float32)
    grain = np.asarray(cv2.GaussianBlur(fine, (0, 0), pixels_per_mm, sigmaY=0.3 * pixels_per_mm), np.float32)
    grain *= np.float32(rng.uniform(*GRAIN_SPREAD)) / grain.std()
    return np.asarray((stripes + grain) * picture.std(), np.float32)
