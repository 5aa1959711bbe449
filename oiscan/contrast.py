"""Does a vertebra stand out from what lies beside it? One rule, for what is refused in a scan and for the truth about
simulated pictures.

A body can be seen when one of its edges can be told from what lies beyond: one of its endplates in a lateral picture;
one of its sides in an AP one, where the endplates of neighbours lie over each other in the best of pictures. One hidden
edge does not make a body unreadable: what is merely hard to read must not drop out.

Pictures are (rows, columns) with bone bright, between 0 and 1; points are (column, row).
"""

from __future__ import annotations

import math

import numpy as np

from oiscan.scan import FloatArray, ImageArray

LEAST_CONTRAST = 0.02
"""Of the picture's grey, 5 grey values of 255: less is not seen on a screen (oiscan's own)."""

LEAST_NOISE_RATIO = 5.0
"""A detail is seen when its contrast is about 5 times the noise of its mean (Rose, J Opt Soc Am 1948;38:196)."""

RIM, INNER, BEYOND = (-0.05, 0.05), (-0.2, -0.08), (0.06, 0.16)
"""Strips along an edge, as shares of the body's size outwards: its cortex, bone behind it, and what lies beyond."""

_STEPS_ALONG, _STEPS_ACROSS = 24, 5
_MEDIAN_OF_DIFFERENCES = 0.954
"""Median distance of two numbers of one normal distribution, in its standard deviations."""


def stands_out(picture: ImageArray, landmarks_px: FloatArray) -> bool:
    """Whether a body's edge, of landmarks (6, 2) lateral or (4, 2) AP, can be told from what lies beyond it."""
    noise = pixel_noise(picture, landmarks_px)
    return any(_seen(picture, *edge, noise) for edge in _edges(landmarks_px))


def edge_contrast(picture: ImageArray, edge: FloatArray, outward: FloatArray) -> float:
    """How much brighter an edge of bone, or the bone behind it, is than what lies beyond: a difference of mean greys.

    Parameters
    ----------
    edge
        (n, 2) points along the edge.
    outward
        (2,) across the whole body towards this edge, in pixels.
    """
    rim, inner, beyond = (_strip(picture, edge, outward, strip) for strip in (RIM, INNER, BEYOND))
    return max(rim, inner) - beyond


def pixel_noise(picture: ImageArray, landmarks_px: FloatArray) -> float:
    """Standard deviation of a pixel's noise round a body: the median of neighbours' differences leaves edges aside."""
    low, high = np.floor(landmarks_px.min(0)).astype(int), np.ceil(landmarks_px.max(0)).astype(int) + 1
    box = picture[max(low[1], 0) : high[1], max(low[0], 0) : high[0]]
    differences = np.abs(np.diff(box, axis=1))
    return float(np.median(differences) / _MEDIAN_OF_DIFFERENCES) if differences.size else 0.0


def _edges(landmarks_px: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
    """The two edges that count, each as points (n, 2) and the vector (2,) from the opposite edge to it."""
    half = len(landmarks_px) // 2
    one, other = landmarks_px[:half], landmarks_px[half:]  # upper and lower endplate
    if half == 2:
        one, other = landmarks_px[[0, 3]], landmarks_px[[1, 2]]  # left and right side
    across = one.mean(0) - other.mean(0)
    return [(one, across), (other, -across)]


def _seen(picture: ImageArray, edge: FloatArray, outward: FloatArray, noise_of_a_pixel: float) -> bool:
    strip_px = float(np.linalg.norm(edge[-1] - edge[0]) * np.linalg.norm(outward)) * (BEYOND[1] - BEYOND[0])
    noise = noise_of_a_pixel * math.sqrt(2 / max(strip_px, 1))  # of a difference of two means
    return edge_contrast(picture, edge, outward) >= max(LEAST_CONTRAST, LEAST_NOISE_RATIO * noise)


def _strip(picture: ImageArray, edge: FloatArray, outward: FloatArray, between: tuple[float, float]) -> float:
    """Mean grey of a strip along the middle four fifths of an edge."""
    import cv2

    t = np.linspace(0.1, 0.9, _STEPS_ALONG)
    knots = np.linspace(0, 1, len(edge))
    line = np.stack([np.interp(t, knots, edge[:, axis]) for axis in (0, 1)], 1)
    points = line[:, None] + np.linspace(*between, _STEPS_ACROSS)[:, None] * outward
    column, row = np.moveaxis(points.astype(np.float32), -1, 0)
    return float(cv2.remap(picture, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).mean())
