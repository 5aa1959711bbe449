"""White margins the scanner never looked at.

GE Lunar scanners follow a curved spine by moving the scan window sideways; what lies outside is stored at the largest
value, as a staircase down both sides (seen on iDXA AP spine scans, 7 % of the picture). Saturated bone may reach the
border too, so brightness alone does not tell: a margin's inner edge is exactly straight over many rows, bone's is not.
Black borders are left alone: they may be air.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from oiscan.scan import BoolArray, ImageArray

STEP_ROWS = 0.02
"""A step of the staircase is at least this part of the picture high ..."""

STEP_COLUMNS = 3
"""... and this many columns wide: narrower may be a frame line."""

TRANSITION_ROWS = 2
"""Between two steps so many rows may have a width of their own (one row does, on the real scan)."""

MARGIN_AREA = 0.005
"""Less than this part of the picture is no margin worth masking."""


def scanned_area(pixels: ImageArray) -> BoolArray | None:
    """(rows, columns), False in saturated margins at the left and right border; None when there are none.

    Parameters
    ----------
    pixels
        (rows, columns), bone bright.
    """
    saturated = pixels == pixels.max()
    margin = _margin_at_left(saturated) | _margin_at_left(saturated[:, ::-1])[:, ::-1]
    if margin.mean() < MARGIN_AREA or margin.all():
        return None
    return ~margin


def _margin_at_left(saturated: BoolArray) -> BoolArray:
    rows, columns = saturated.shape
    width = np.where(saturated.all(axis=1), columns, saturated.argmin(axis=1))
    width[~_in_long_steps(width, least_rows=max(8, int(STEP_ROWS * rows)))] = 0
    width[width < STEP_COLUMNS] = 0
    margin: BoolArray = np.arange(columns) < width[:, None]
    return margin


def _in_long_steps(width: npt.NDArray[np.int64], least_rows: int) -> BoolArray:
    """For each row, whether `least_rows` neighbours in a row have its very width, or it lies between two such steps."""
    starts = np.flatnonzero(np.diff(width, prepend=-1))
    lengths = np.diff(starts, append=len(width))
    long = np.pad(lengths >= least_rows, 1)
    between = (lengths <= TRANSITION_ROWS) & long[:-2] & long[2:]
    return np.repeat(long[1:-1] | between, lengths)
