"""Can a vertebra be read in a simulated picture? Judged from the picture itself and from where the truth lies.

Rules of the simulation, not of any reader: a vertebra is readable when all its landmarks lie in the scanned picture,
its body is neither covered by metal nor burnt out, from the side its endplates are seen once and not twice, and an edge
of it can be told from what lies beyond (`oiscan.contrast`, by which scans are judged too, but at the landmarks a model
found).
"""

from __future__ import annotations

import cv2
import numpy as np

from oiscan.anatomy import LANDMARKS, View
from oiscan.contrast import stands_out
from oiscan.phantom.anatomy import Anatomy
from oiscan.phantom.scene import Scene
from oiscan.scan import BoolArray, FloatArray, ImageArray
from oiscan.spine import Evidence

BURNT_OUT = "burnt out: too bright or too dark to see anything in it"

LARGEST_BURNT_SHARE = 0.75
"""A body of which more than this is at the white or the black end of the picture's grey is burnt out."""

METAL = "hardware: metal lies over it"

LARGEST_METAL_SHARE = 0.35
"""A body of which more than this is covered by metal cannot be read: a pedicle screw alone covers less."""

LARGEST_RIM_DISTANCE = 0.3
"""In heights of the body, in a lateral picture: how far apart the near and the far rim of an endplate may lie. Genant's
lowest grade is a loss of 0.2; beyond 0.3 nobody can tell which of the two lines to measure to (oiscan's own)."""


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
    if len(landmarks) == len(LANDMARKS[View.LATERAL]) and rim_distance(scene.anatomy, k) > LARGEST_RIM_DISTANCE:
        return Evidence.DOUBLED.value
    return "" if stands_out(scene.picture, landmarks) else Evidence.FAINT.value


def rim_distance(anatomy: Anatomy, k: int) -> float:
    """How far apart the near and the far rim of body `k`'s endplates lie from the side, in heights of the body.

    They do where the body leans to one side, as in scoliosis.
    """
    height = 0.5 * (anatomy.anterior_mm[k] + anatomy.posterior_mm[k])
    return float(anatomy.width_mm[k] * abs(np.sin(anatomy.coronal_tilt[k])) / height)


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
