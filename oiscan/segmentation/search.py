"""Where the column is: at which pixel size the finder sees it best, and which way the patient faces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from oiscan.anatomy import View
from oiscan.scan import ImageArray, Scan
from oiscan.segmentation.chain import Column, best_column
from oiscan.segmentation.finder import decode
from oiscan.segmentation.model import Model
from oiscan.segmentation.polarity import CLEARLY_DARK, bone_brightness
from oiscan.segmentation.preprocess import Picture, resampled

FEWEST_VERTEBRAE = 3
"""Fewer make no column: anything in a picture may look like two vertebrae."""

SIZE_RANGE_PX = {View.LATERAL: (24.0, 40.0), View.AP: (28.0, 48.0)}
"""Median depth (lateral) or width (AP) at which the finder is at its best; children are small at 1 mm a pixel."""

CERTAIN = 0.8
"""Mean score of a column above which nobody asks whether bone is dark. Of 24 simulated DXA scans and 19 radiographs
read with the wrong polarity 42 stayed below it, and earned less than when read rightly."""

BEST_SIZE_PX = {View.LATERAL: 31.0, View.AP: 38.0}

SEARCH_HEIGHTS_PX = (192, 256, 352, 480, 640, 832)
"""Picture heights tried where the pixel size is not known, or where it led to nothing."""


@dataclass(frozen=True, eq=False)
class Found:
    """A column and the picture it was found in.

    Parameters
    ----------
    column
        Coordinates in `picture`.
    scale
        Pixels of `picture` per mm, or per pixel width of the scan where its spacing is not known.
    mirrored
        Whether `picture` shows the scan with left and right exchanged.
    negative
        Whether it shows bright and dark exchanged.
    """

    column: Column
    picture: Picture
    scale: float
    mirrored: bool
    negative: bool = False

    @property
    def size_px(self) -> float:
        """Median depth or width of the column's vertebrae."""
        return float(np.median([vertebra.depth for vertebra in self.column.vertebrae]))

    @property
    def certainty(self) -> float:
        """Mean score of the vertebrae the finder saw; 0 where there are none."""
        scores = [vertebra.score for vertebra in self.column.vertebrae if vertebra.score > 0]
        return float(np.mean(scores)) if scores else 0.0

    @property
    def complete(self) -> bool:
        """Whether there are vertebrae enough to call it a column."""
        return len(self.column.vertebrae) >= FEWEST_VERTEBRAE


def find_column(model: Model, scan: Scan, view: View, grey: ImageArray) -> Found:
    """The best column of a scan, over pixel sizes and facings; `grey` (rows, columns) is the stretched scan.

    Where the finder is not certain of it, or bodies look dark, bone may be dark in this picture, whatever its header
    says: then the picture is looked at once more with bright and dark exchanged. The column with bright bodies counts,
    the better one where that does not tell.
    """
    found = _find_upright(model, scan, view, grey)
    dark = _clearly_dark(view, found)
    if found.certainty >= CERTAIN and not dark:
        return found
    exchanged = replace(_find_upright(model, scan, view, negative(scan, grey)), negative=True)
    if exchanged.complete and dark and not _clearly_dark(view, exchanged):
        return exchanged
    if found.complete and not dark and _clearly_dark(view, exchanged):
        return found
    return _best([found, exchanged])


def _clearly_dark(view: View, found: Found) -> bool:
    return bone_brightness(view, found.picture.grey, found.column.vertebrae) < CLEARLY_DARK


def negative(scan: Scan, grey: ImageArray) -> ImageArray:
    """The stretched scan with bright and dark exchanged; unscanned margins stay dark."""
    return np.asarray(1 - grey if scan.scanned is None else np.where(scan.scanned, 1 - grey, 0), np.float32)


def _find_upright(model: Model, scan: Scan, view: View, grey: ImageArray) -> Found:
    facings = (False, True) if view is View.LATERAL else (False,)
    found = None
    if scan.spacing is not None:
        found = _best(_look(model, scan, view, grey, [_usual_scale(model, view)], facings))
    if found is None or not found.complete:
        rows_high = grey.shape[0] * float(scan.relative_pixel_size[0])
        scales = [height / rows_high for height in SEARCH_HEIGHTS_PX]
        found = _best(_look(model, scan, view, grey, scales, facings))
    return _at_best_size(model, scan, view, grey, found)


def picture_at(scan: Scan, grey: ImageArray, scale: float, mirrored: bool) -> Picture:
    """The stretched scan with square pixels at `scale`, mirrored where the patient faces left."""
    picture = resampled(grey, *(scale * scan.relative_pixel_size))
    return picture.mirrored() if mirrored else picture


def _usual_scale(model: Model, view: View) -> float:
    return float(model.card["views"][view.value]["finder_pixels_per_mm"])


def _look(
    model: Model, scan: Scan, view: View, grey: ImageArray, scales: Iterable[float], facings: Iterable[bool]
) -> list[Found]:
    found = []
    for scale in scales:
        for mirrored in facings:
            picture = picture_at(scan, grey, scale, mirrored)
            column = best_column(decode(*model.find(view, picture.grey)))
            found.append(Found(column, picture, scale, mirrored))
    return found


def _best(found: Iterable[Found]) -> Found:
    return max(found, key=lambda one: one.column.score)


def _at_best_size(model: Model, scan: Scan, view: View, grey: ImageArray, found: Found) -> Found:
    """Look once more where the vertebrae came out too small or too large for the finder; keep the better."""
    low, high = SIZE_RANGE_PX[view]
    if not found.complete or low <= found.size_px <= high:
        return found
    scale = found.scale * BEST_SIZE_PX[view] / max(found.size_px, 1.0)
    return _best([found, *_look(model, scan, view, grey, [scale], [found.mirrored])])
