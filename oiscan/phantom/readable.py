"""Can a vertebra be read in a simulated picture? Judged from the picture itself and from where the truth lies.

Rules of the simulation, not of any reader: a vertebra is readable when all its landmarks lie in the scanned picture,
its body is neither covered by metal nor burnt out, and an edge of it can be told from what lies beyond: one of its
endplates in a lateral picture; one of its sides in an AP one, where the endplates of neighbours lie over each other in
the best of pictures. One hidden edge does not make a body unreadable: what is merely hard to read must not drop out of
an evaluation.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from oiscan.phantom.scene import Scene
from oiscan.scan import BoolArray, FloatArray, ImageArray
from oiscan.spine import Evidence

BURNT_OUT = "burnt out: too bright or too dark to see anything in it"

LARGEST_BURNT_SHARE = 0.75
"""A body of which more than this is at the white or the black end of the picture's grey is burnt out."""

METAL = "hardware: metal lies over it"

LARGEST_METAL_SHARE = 0.35
"""A body of which more than this is covered by metal cannot be read: a pedicle screw alone covers less."""

LEAST_CONTRAST = 0.02
"""Of the picture's grey, 5 grey values of 255: less is not seen on a screen (oiscan's own)."""

LEAST_NOISE_RATIO = 5.0
"""A detail is seen when its contrast is about 5 times the noise of its mean (Rose, J Opt Soc Am 1948;38:196)."""

RIM, INNER, BEYOND = (-0.05, 0.05), (-0.2, -0.08), (0.06, 0.16)
"""Strips along an edge, as shares of the body's size outwards: its cortex, bone behind it, and what lies beyond."""

_STEPS_ALONG, _STEPS_ACROSS = 24, 5


def unreadable_reason(scene: Scene, k: int, scanned: BoolArray | None) -> str:
    """Why body `k` (0 for T1) cannot be read; empty where it can.

    Parameters
    ----------
    scanned
        (rows, columns), False in margins the scanner never looked at; None: all was scanned.
    """
    landmarks = scene.landmarks_px[k]
    if not _all_scanned(landmarks, scene.picture, scanned):
        return Evidence.CUT.value
    if scene.metal is not None and _share(scene.metal, scene.outlines_px[k]) > LARGEST_METAL_SHARE:
        return METAL
    if burnt_share(scene.picture, scene.outlines_px[k]) > LARGEST_BURNT_SHARE:
        return BURNT_OUT
    noise = _pixel_noise(scene.picture, landmarks)
    return "" if any(_seen(scene.picture, *edge, noise) for edge in _edges(landmarks)) else Evidence.FAINT.value


def _edges(landmarks_px: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
    """The two edges that count, each as points (n, 2) and the vector (2,) from the opposite edge to it."""
    half = len(landmarks_px) // 2
    one, other = landmarks_px[:half], landmarks_px[half:]  # upper and lower endplate
    if half == 2:
        one, other = landmarks_px[[0, 3]], landmarks_px[[1, 2]]  # left and right side
    across = one.mean(0) - other.mean(0)
    return [(one, across), (other, -across)]


def _seen(picture: ImageArray, edge: FloatArray, outward: FloatArray, pixel_noise: float) -> bool:
    strip_px = float(np.linalg.norm(edge[-1] - edge[0]) * np.linalg.norm(outward)) * (BEYOND[1] - BEYOND[0])
    noise = pixel_noise * math.sqrt(2 / max(strip_px, 1))  # of a difference of two means
    return edge_contrast(picture, edge, outward) >= max(LEAST_CONTRAST, LEAST_NOISE_RATIO * noise)


def edge_contrast(picture: ImageArray, edge: FloatArray, outward: FloatArray) -> float:
    """How much brighter an edge of bone, or the bone behind it, is than what lies beyond: a difference of mean greys.

    Parameters
    ----------
    edge
        (n, 2) points along the edge, (column, row).
    outward
        (2,) across the whole body towards this edge, in pixels.
    """
    rim, inner, beyond = (_strip(picture, edge, outward, strip) for strip in (RIM, INNER, BEYOND))
    return max(rim, inner) - beyond


def _all_scanned(points: FloatArray, picture: ImageArray, scanned: BoolArray | None) -> bool:
    """Whether points (n, 2), (column, row), lie a pixel or more inside what was scanned."""
    rows, columns = picture.shape
    if not ((points > 0) & (points < [columns - 1, rows - 1])).all():
        return False
    column, row = np.rint(points).astype(int).T
    return scanned is None or bool(scanned[row, column].all())


def burnt_share(picture: ImageArray, outline_px: FloatArray) -> float:
    """Share of the pixels inside an outline (n, 2), (column, row), at the picture's largest or smallest grey."""
    return _share((picture >= picture.max()) | (picture <= picture.min()), outline_px)


def _share(where: BoolArray, outline_px: FloatArray) -> float:
    """Share of the pixels inside an outline that are True in `where` (rows, columns)."""
    inside = np.zeros(where.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(outline_px * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
    values = where[inside > 0]
    return float(values.mean()) if values.size else 0.0


def _strip(picture: ImageArray, edge: FloatArray, outward: FloatArray, between: tuple[float, float]) -> float:
    """Mean grey of a strip along the middle four fifths of an edge."""
    t = np.linspace(0.1, 0.9, _STEPS_ALONG)
    knots = np.linspace(0, 1, len(edge))
    line = np.stack([np.interp(t, knots, edge[:, axis]) for axis in (0, 1)], 1)
    points = line[:, None] + np.linspace(*between, _STEPS_ACROSS)[:, None] * outward
    column, row = np.moveaxis(points.astype(np.float32), -1, 0)
    return float(cv2.remap(picture, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).mean())


def _pixel_noise(picture: ImageArray, landmarks_px: FloatArray) -> float:
    """Standard deviation of a pixel's noise round a body: the median of neighbours' differences leaves edges aside."""
    low, high = np.floor(landmarks_px.min(0)).astype(int), np.ceil(landmarks_px.max(0)).astype(int) + 1
    box = picture[max(low[1], 0) : high[1], max(low[0], 0) : high[0]]
    differences = np.abs(np.diff(box, axis=1))
    return float(np.median(differences) / 0.954) if differences.size else 0.0
