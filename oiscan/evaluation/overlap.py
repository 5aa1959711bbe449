"""How much two outlines cover the same ground."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from oiscan.scan import BoolArray, FloatArray

GRID = 256  # samples across the larger side: a one-sample error changes an overlap by less than 0.01


def dice(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Dice coefficient of two closed outlines (n, 2) in the same frame; 0 where both are empty."""
    a, b = _masks(one, other)
    total = int(a.sum() + b.sum())
    return 2 * int((a & b).sum()) / total if total else 0.0


def intersection_over_union(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Intersection over union of two closed outlines (n, 2) in the same frame; 0 where both are empty."""
    a, b = _masks(one, other)
    union = int((a | b).sum())
    return int((a & b).sum()) / union if union else 0.0


def _masks(one: npt.ArrayLike, other: npt.ArrayLike) -> tuple[BoolArray, BoolArray]:
    """Both outlines on one fine grid that just holds them."""
    from skimage.draw import polygon2mask

    outlines = [np.asarray(outline, float).reshape(-1, 2) for outline in (one, other)]
    points = np.vstack(outlines)
    if len(points) == 0:
        return np.zeros((1, 1), bool), np.zeros((1, 1), bool)
    low, scale = points.min(0), (GRID - 1) / max(float(np.ptp(points, axis=0).max()), 1e-9)
    shape = tuple(np.ceil((points.max(0) - low) * scale).astype(int) + 1)

    def mask(outline: FloatArray) -> BoolArray:
        if len(outline) < 3:
            return np.zeros(shape, bool)
        inside: BoolArray = polygon2mask(shape, (outline - low) * scale)  # type: ignore[no-untyped-call]
        return inside

    return mask(outlines[0]), mask(outlines[1])
