"""A contact sheet: pictures side by side, each with labelled and predicted vertebrae, to see what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from oiscan.labels import LabelledImage
from oiscan.reports import draw
from oiscan.reports.draw import ColourArray
from oiscan.scan import FloatArray, Scan
from oiscan.spine import Spine

TILE_ROWS = 640
"""Height of each picture on the sheet."""

CAPTION_ROWS = 24
COLUMNS = 4
GAP = 6


@dataclass(frozen=True, eq=False)
class Tile:
    """One picture of a sheet: the scan, its labels (dotted green), what was found (pale blue), and what to write."""

    scan: Scan
    labels: LabelledImage
    spine: Spine
    caption: str


def contact_sheet(tiles: Sequence[Tile]) -> ColourArray:
    """All tiles, four in a row, (rows, columns, 3) uint8 RGB; cranial up, bone bright, pixels in their true aspect."""
    drawn = [_drawn(tile) for tile in tiles]
    rows = [_beside(drawn[start : start + COLUMNS]) for start in range(0, len(drawn), COLUMNS)]
    width = max((row.shape[1] for row in rows), default=1)
    filled = [_bordered(row, 0, width - row.shape[1]) for row in rows]
    return np.concatenate(filled) if filled else np.zeros((1, 1, 3), np.uint8)


def _drawn(tile: Tile) -> ColourArray:
    scan = tile.scan
    factor = scan.relative_pixel_size / scan.relative_pixel_size[0] * TILE_ROWS / scan.pixels.shape[0]
    low, high = np.percentile(scan.pixels, [0.5, 99.8])
    grey = np.rint(np.clip((scan.pixels - low) / max(high - low, 1e-6), 0, 1) * 255).astype(np.uint8)
    size = np.maximum(np.rint(factor * scan.pixels.shape), 1).astype(int)
    picture = cv2.cvtColor(cv2.resize(grey, (int(size[1]), int(size[0]))), cv2.COLOR_GRAY2RGB).astype(np.uint8)

    def place(points_px: FloatArray) -> FloatArray:
        return np.asarray((scan.stored.from_stored(points_px) + 0.5) * factor - 0.5)

    for labelled in tile.labels.vertebrae:
        known = labelled.landmarks_px[np.isfinite(labelled.landmarks_px).all(1)]
        draw.draw_reader(picture, place(known), labelled.level)
    colour = draw.grade_colour(0)
    for found in tile.spine.vertebrae:
        points = place(found.landmarks_px)
        draw.draw_landmarks(picture, points, colour)
        beside = float(points[:, 1].max())
        draw.write_label(picture, draw.Label(found.level, colour, float(points[:, 0].mean()), beside, False), 0)
    return _captioned(picture, tile.caption)


def _captioned(picture: ColourArray, caption: str) -> ColourArray:
    wide = cv2.getTextSize(caption, draw.FONT, draw.LEGEND_SCALE, 1)[0][0] + 2 * GAP
    framed = cv2.copyMakeBorder(picture, CAPTION_ROWS, 0, 0, max(0, wide - picture.shape[1]),
                                cv2.BORDER_CONSTANT, value=draw.BACKGROUND).astype(np.uint8)  # fmt: skip
    place = (GAP, CAPTION_ROWS - 8)
    cv2.putText(framed, caption, place, draw.FONT, draw.LEGEND_SCALE, draw.TEXT, 1, cv2.LINE_AA)
    return framed


def _beside(tiles: Sequence[ColourArray]) -> ColourArray:
    return np.concatenate([_bordered(tile, GAP, GAP) for tile in tiles], axis=1)


def _bordered(picture: ColourArray, below: int, right: int) -> ColourArray:
    return cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_CONSTANT, value=draw.BACKGROUND).astype(np.uint8)
