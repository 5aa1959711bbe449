"""What soft tissue alone looks like: the baseline under the bones, from the pixels beside them.

More fat than the wedge has looks like less bone, and less like more. The tissue over the spine is taken to go on as it
is beside it: line by line, a parabola across the body, fitted with the lines above and below it. Ribs, transverse
processes and the pelvis lie beside the spine too: pixels that stand out are left out, and the rest is fitted again.
"""

from __future__ import annotations

import numpy as np

from oiscan.errors import UnsupportedScanError
from oiscan.scan import BoolArray, FloatArray

ORDER = 2
"""Of the polynomial across the body. Fat under the skin is thicker at the sides: on simulated people a straight line
leaves 0.015 g/cm2 too much in the middle, a parabola 0.002."""

ALONG_MM = 8.0
"""Standard deviation along the body of the lines fitted together."""

GRAIN_MM = 1.0
"""Standard deviation of the blur before pixels are judged: noise of single pixels hides thin bones."""

ROUNDS = 6
OUTLIER_SD = 2.5
LEAST_SPREAD = 0.01
"""g/cm2: what soft tissue differs by where there is next to no noise."""

_STEADY = 1e-6
"""Of the largest sum: keeps lines solvable that have hardly a pixel beside the bones."""


def soft_tissue_baseline(mineral: FloatArray, covered: BoolArray, spacing_mm: FloatArray) -> FloatArray:
    """Baseline (rows, columns) to take off a map of bone mineral.

    Parameters
    ----------
    mineral
        (rows, columns) g/cm2, as a decomposition gives it.
    covered
        (rows, columns): where bones are known to lie.
    spacing_mm
        (2,) size of a pixel along rows and columns.

    Raises
    ------
    UnsupportedScanError
        If the bones leave no pixel beside them.
    """
    if covered.all():
        raise UnsupportedScanError("no soft tissue beside the spine to measure against")
    quiet = _blurred(mineral, GRAIN_MM / spacing_mm)
    soft = ~covered
    for _ in range(ROUNDS):
        baseline = _fitted(mineral, soft, ALONG_MM / spacing_mm[0])
        above = quiet - baseline
        soft = ~covered & (np.abs(above - _level(above[soft])) < OUTLIER_SD * _spread(above[soft]))
    return baseline


def _level(values: FloatArray) -> float:
    return float(np.median(values))


def _spread(values: FloatArray) -> float:
    """Standard deviation by the lower half: bones that were missed lie in the upper one."""
    below = _level(values) - values
    return max(LEAST_SPREAD, float(1.4826 * np.median(below[below >= 0])))


def _fitted(mineral: FloatArray, soft: BoolArray, along_px: float) -> FloatArray:
    """A polynomial in each row, by weighted least squares over soft pixels of this row and those near it."""
    powers = np.linspace(-1, 1, mineral.shape[1]) ** np.arange(2 * ORDER + 1)[:, None]
    moments = _along(soft @ powers.T, along_px)
    values = _along(np.where(soft, mineral, 0.0) @ powers[: ORDER + 1].T, along_px)
    matrix = moments[:, np.add.outer(np.arange(ORDER + 1), np.arange(ORDER + 1))]
    matrix = matrix + _STEADY * moments[:, :1, None].max() * np.eye(ORDER + 1)
    return np.asarray(np.linalg.solve(matrix, values[..., None])[..., 0] @ powers[: ORDER + 1])


def _along(sums: FloatArray, along_px: float) -> FloatArray:
    import cv2

    return np.asarray(cv2.GaussianBlur(sums.astype(float), (0, 0), sigmaX=1e-3, sigmaY=along_px))


def _blurred(values: FloatArray, sd_px: FloatArray) -> FloatArray:
    import cv2

    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigmaX=float(sd_px[1]), sigmaY=float(sd_px[0])))
