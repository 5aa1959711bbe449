"""Can a vertebra be read in a simulated picture? Judged from the picture itself and from where the truth lies.

Rules of the simulation, not of any reader: a vertebra is readable when all its landmarks lie in the scanned picture,
its body is neither covered by metal nor burnt out, and an edge of it can be told from what lies beyond
(`oiscan.contrast`, by which scans are judged too, but at the landmarks a model found).
"""

from __future__ import annotations

import cv2
import numpy as np

from oiscan.contrast import stands_out
from oiscan.phantom.scene import Scene
from oiscan.scan import BoolArray, FloatArray, ImageArray
from oiscan.spine import Evidence

BURNT_OUT = "burnt out: too bright or too dark to see anything in it"

LARGEST_BURNT_SHARE = 0.75
"""A body of which more than this is at the white or the black end of the picture's grey is burnt out."""

METAL = "hardware: metal lies over it"

LARGEST_METAL_SHARE = 0.35
"""A body of which more than this is covered by metal cannot be read: a pedicle screw alone covers less."""


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
    return "" if stands_out(scene.picture, landmarks) else Evidence.FAINT.value


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
