"""Vertebral bodies drawn by their heights, for tests."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from oiscan.anatomy import Level, View
from oiscan.scan import FloatArray
from oiscan.spine import Evidence, Spine, Vertebra


def body(
    anterior: float, middle: float, posterior: float, depth: float = 24, centre: tuple[float, float] = (50, 50)
) -> FloatArray:
    """Six landmarks of an upright body facing right, its heights shared evenly by the two endplates."""
    columns = np.array([-depth / 2, 0, depth / 2, depth / 2, 0, -depth / 2])
    half = np.array([-posterior, -middle, -anterior, anterior, middle, posterior]) / 2
    landmarks: FloatArray = np.stack([half, columns], axis=1) + np.asarray(centre)
    return landmarks


def vertebra(level: Level, landmarks: FloatArray, sd_px: float = 0.5, evidence: Evidence = Evidence.CLEAR) -> Vertebra:
    """A vertebra whose outline runs through its landmarks."""
    covariance = np.tile(np.eye(2) * sd_px**2, (len(landmarks), 1, 1))
    return Vertebra(level, landmarks, covariance, landmarks, confidence=0.9, evidence=evidence)


def spine(vertebrae: Iterable[Vertebra]) -> Spine:
    """A lateral spine."""
    return Spine(View.LATERAL, tuple(vertebrae), anterior="right")


def column(heights: dict[str, tuple[float, float, float]]) -> Spine:
    """A lateral spine of bodies with the given (anterior, middle, posterior) heights, set below one another."""
    return spine(
        vertebra(Level(name), body(*sizes, centre=(50 + 30 * i, 50))) for i, (name, sizes) in enumerate(heights.items())
    )
