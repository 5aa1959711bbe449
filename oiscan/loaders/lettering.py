"""Does a picture look as if text were burnt into it?

Headers rarely say. Letters of one line are alike: small marks of one grey value and one height, side by side on one
base line. Tried on 89 scans and radiographs without text, the longest such row was 3 marks; with a line of eleven
characters drawn on each in white or in black, at 0.4 to 1 times OpenCV's usual size, it was 5 or more in 74. It finds
print that stands out, not handwriting, and finding none proves nothing.
"""

from __future__ import annotations

from itertools import chain

import cv2
import numpy as np
import numpy.typing as npt

from oiscan.scan import BoolArray, ImageArray

IntArray = npt.NDArray[np.int32]

FEWEST_LETTERS = 5
BRIGHTER_THAN = (0.98, 0.85, 0.7, 0.55)
DARKER_THAN = (0.02, 0.15, 0.3)
"""Parts of the range from the darkest to the brightest pixel: letters stand out at one of these."""

LONGEST_SIDE = 2500
"""Larger pictures are made smaller: it bounds time and memory, and print on them is larger too."""

LETTER_ROWS = (6, 60)
LARGEST_LETTER_PX = 4000
MOST_MARKS = 2000
"""More marks than that are noise."""


def shows_lettering(pixels: ImageArray) -> bool:
    """Whether somewhere in `pixels` (rows, columns) stands what looks like a line of at least five characters."""
    shrink = min(1.0, LONGEST_SIDE / max(pixels.shape))
    looked_at = pixels if shrink == 1 else cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    low, span = float(looked_at.min()), float(np.ptp(looked_at))
    bright = (looked_at >= low + part * span for part in BRIGHTER_THAN)
    dark = (looked_at <= low + part * span for part in DARKER_THAN)
    return any(_longest_line(_marks(mask)) >= FEWEST_LETTERS for mask in chain(bright, dark))


def _marks(mask: BoolArray) -> IntArray:
    """Boxes (n, 4) of the marks that may be letters: left, top, width, height, from left to right."""
    boxes = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)[2][1:]
    width, height, area = boxes[:, 2], boxes[:, 3], boxes[:, 4]
    upright = (height >= LETTER_ROWS[0]) & (height <= LETTER_ROWS[1]) & (width <= 1.6 * height)
    letters = boxes[upright & (area >= 0.12 * width * height) & (width * height < LARGEST_LETTER_PX), :4]
    return letters[np.argsort(letters[:, 0])].astype(np.int32)


def _longest_line(marks: IntArray) -> int:
    """Most marks in a row, each close behind another of its height on the same base line."""
    if not 0 < len(marks) <= MOST_MARKS:
        return 0
    left, top, width, height = marks.T
    base, right = top + height, left + width
    line = np.ones(len(marks), dtype=int)
    for i in range(1, len(marks)):
        taller = np.maximum(height[:i], height[i])
        gap = left[i] - right[:i]
        beside = (gap > -0.3 * taller) & (gap < taller)
        alike = np.abs(height[:i] - height[i]) <= np.maximum(1, 0.3 * taller)
        level = np.abs(base[:i] - base[i]) <= np.maximum(1, 0.12 * taller)
        line[i] += line[:i][beside & alike & level].max(initial=0)
    return int(line.max())
