"""From the finder's maps to candidates: where a vertebra may be, its four corners, and which level it looks like."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from oiscan.scan import FloatArray, ImageArray
from oiscan.segmentation.preprocess import quad_size

STRIDE = 4
OFFSET_UNIT_PX = 10.0
N_LEVELS = 18
"""T1 to T12, L1 to L5, S1."""

THRESHOLD = 0.2
"""Lowest score of a candidate: low, because the chain weighs a faint one against its neighbours."""

_NEAREST_HEIGHTS = 0.6
"""Two candidates nearer than this many heights are one vertebra seen twice."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A place that may be a vertebra.

    Parameters
    ----------
    score
        0 to 1; 0 for one that was only interpolated between its neighbours.
    corners_xy
        (4, 2), (x, y) in the picture the finder saw: lateral superior posterior, superior anterior, inferior
        anterior, inferior posterior; AP superior left, superior right, inferior right, inferior left.
    level_log_probabilities
        (18,) over T1 to T12, L1 to L5 and S1.
    sacrum
        Whether it was found as S1 rather than as a vertebra T1 to L5.

    Notes
    -----
    The chain asks every pair of candidates for their sizes: they are computed once.
    """

    score: float
    corners_xy: FloatArray
    level_log_probabilities: FloatArray
    sacrum: bool = False

    @cached_property
    def centre_xy(self) -> FloatArray:
        """Mean of the corners."""
        return np.asarray(self.corners_xy.mean(0))

    @cached_property
    def depth(self) -> float:
        """Mean length of the endplates, in pixels: depth on a lateral scan, width on an AP scan."""
        return quad_size(self.corners_xy)[0]

    @cached_property
    def height(self) -> float:
        """Mean length of the two sides, in pixels."""
        return quad_size(self.corners_xy)[1]

    @cached_property
    def size(self) -> float:
        """Geometric mean of depth and height: changes little along the column, even where a vertebra is crushed."""
        return float(np.sqrt(self.depth * self.height))

    @cached_property
    def down(self) -> FloatArray:
        """Unit vector from the superior to the inferior endplate, at right angles to their mean direction."""
        a, b, c, d = self.corners_xy
        x, y = b - a + c - d
        length = float(np.hypot(x, y))
        return np.array([-y, x]) / length if length > 0 else np.array([0.0, 1.0])


def decode(heat: ImageArray, corners: ImageArray, level: ImageArray) -> list[Candidate]:
    """All candidates in the finder's maps, surest first.

    Parameters
    ----------
    heat
        (2, h, w) logits of being the centre of a vertebra and of S1.
    corners
        (8, h, w) offsets from the cell's centre, x0, y0, x1 ... in units of 10 pixels.
    level
        (18, h, w) log-probabilities. Cell (i, j) has its centre at x = 4 j + 1.5, y = 4 i + 1.5.
    """
    score = 1 / (1 + np.exp(-heat.astype(float)))
    found = [_candidate(score[channel], corners, level, i, j, bool(channel)) for channel, i, j in _peaks(score)]
    found.sort(key=lambda candidate: -candidate.score)
    kept: list[Candidate] = []
    for candidate in found:
        if not any(_same(candidate, other) for other in kept):
            kept.append(candidate)
    return kept


def _peaks(score: FloatArray) -> list[tuple[int, int, int]]:
    """(channel, i, j) of the local maxima; where a vertebra and S1 compete for a place, only the surer one."""
    import cv2

    around = np.stack([cv2.dilate(channel, np.ones((3, 3), np.uint8)) for channel in score])
    wins = (score >= around) & (score >= THRESHOLD) & (score >= around[::-1])
    return [(int(channel), int(i), int(j)) for channel, i, j in np.argwhere(wins)]


def _candidate(score: FloatArray, corners: ImageArray, level: ImageArray, i: int, j: int, sacrum: bool) -> Candidate:
    """The vote of the 3 x 3 cells around a peak, weighted by their squared score."""
    rows, columns = score.shape
    cells = (..., slice(max(0, i - 1), min(i + 2, rows)), slice(max(0, j - 1), min(j + 2, columns)))
    weights = score[cells] ** 2
    weights /= weights.sum()
    y, x = np.mgrid[cells[1:]].astype(float) * STRIDE + (STRIDE - 1) / 2
    offsets = corners[cells].reshape(4, 2, *x.shape) * OFFSET_UNIT_PX
    voted = ((offsets + np.stack([x, y])) * weights).sum((2, 3))
    levels = (np.exp(level[cells].astype(float)) * weights).sum((1, 2))
    return Candidate(float(score[i, j]), voted, np.log(np.maximum(levels, 1e-9)), sacrum)


def _same(candidate: Candidate, other: Candidate) -> bool:
    distance = float(np.linalg.norm(candidate.centre_xy - other.centre_xy))
    return distance < _NEAREST_HEIGHTS * max(STRIDE, min(candidate.height, other.height))
