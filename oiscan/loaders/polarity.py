"""Does a picture look as if bone were dark?"""

from __future__ import annotations

import numpy as np

from oiscan.scan import BoolArray, ImageArray

BORDER_EXCESS = 0.1
"""How much brighter the border must be than the middle, of the picture's contrast, to look inverted.

Chosen on the public pictures oiscan is validated with: of 19 lateral and 60 AP radiographs and two DXA scans the
highest excess is 0.01; of the same pictures turned to bone dark, half have more than 0.33.
"""


INVERTED_REMARK = "the picture looks as if bone were dark; if it is, read it with --inverted"


def looks_inverted(pixels: ImageArray, scanned: BoolArray | None) -> bool:
    """Whether the picture's border is clearly brighter than its middle, as when bone is dark on a bright ground.

    It misses some inverted pictures and is meant for a remark, never for a decision.

    Parameters
    ----------
    pixels
        (rows, columns).
    scanned
        (rows, columns), False where nothing was scanned; None: all was.
    """
    kept = np.ones(pixels.shape, bool) if scanned is None else scanned
    border = np.ones(pixels.shape, bool)
    border[1:-1, 1:-1] = False
    middle = np.zeros(pixels.shape, bool)
    third = pixels.shape[1] // 3
    middle[:, third:-third] = True
    border, middle = border & kept, middle & kept
    if not (border.any() and middle.any()):
        return False
    darkest, brightest = np.percentile(pixels[kept], [1, 99])
    excess = np.median(pixels[border]) - np.median(pixels[middle])
    return bool(excess > BORDER_EXCESS * (brightest - darkest))
