"""Labelled pictures as training scenes: sized, turned and framed as the simulated ones are.

What nobody labelled is told apart from what is not there: rows above the first and below the last labelled body, and
those between two bodies that are not neighbours, are `UNKNOWN`, and a vertebra found there is no false find.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from oiscan.anatomy import COLUMN, LANDMARKS, Level, View
from oiscan.errors import LabelError, ScanError
from oiscan.labels import LabelledImage, LabelledVertebra
from oiscan.loaders import read
from oiscan.scan import FloatArray, Scan
from oiscan.segmentation.preprocess import Picture, quad_size, stretched_grey
from oiscan.segmentation.refiner import CORNERS
from oiscan.segmentation.search import BEST_SIZE_PX, SIZE_RANGE_PX, picture_at
from oiscan.training.dataset import learnable
from oiscan.training.pool import NOT_OUTLINED, POOL_PIXELS_PER_MM, POOL_SHAPE, UNKNOWN, ByteArray, Chunk, draw_regions

SLOTS = 18  # T1 to L5, and S1, which no label format names


def labelled_chunk(images: Sequence[LabelledImage], view: View) -> Chunk:
    """Scenes of labelled pictures of one view, in their order.

    Raises
    ------
    LabelError
        A picture cannot be read; it is named by its place among those given.
    """
    cv2.setNumThreads(1)
    scenes = [_scene(image, number) for number, image in enumerate(images, 1)]
    pictures, landmarks, labels, readable = zip(*scenes, strict=True)
    unknown = np.full((len(pictures), 18), np.nan, np.float32)
    return Chunk(np.stack(pictures), np.stack(landmarks), np.stack(labels), np.stack(readable), unknown)


def _scene(image: LabelledImage, number: int) -> tuple[ByteArray, FloatArray, ByteArray, FloatArray]:
    try:
        scan = read(image.file, view=image.view, spacing_mm=image.spacing_mm)
    except ScanError as error:
        raise LabelError(f"labelled {image.view} picture {number}: {error.reason}; run oiscan check-dataset") from error
    known = [vertebra for vertebra in image.vertebrae if learnable(vertebra)]
    corners = np.stack([_corners(vertebra, scan, image.view) for vertebra in known])
    mirrored = image.view is View.LATERAL and faces_left(corners)
    scale = POOL_PIXELS_PER_MM * _finder_scale(scan, corners, image.view)
    picture = picture_at(scan, stretched_grey(scan), scale, mirrored)
    frame, to_frame = _framed(picture, picture.to_scan.inverse()(corners), POOL_SHAPE[image.view])
    landmarks, outlines = _labels_in_frame(image, known, scan, picture, to_frame)
    labels = draw_regions(outlines, frame.shape, 0 if len(outlines) == len(known) else NOT_OUTLINED)
    _mark_unknown(labels, image, landmarks)
    return frame, landmarks.astype(np.float32), labels, _readable(known)


def faces_left(corners: FloatArray) -> bool:
    """Whether the front of most lateral bodies, corners (n, 4, 2) as (row, column), is on the left of the picture."""
    return bool(np.median(corners[:, [1, 2], 1].mean(1) - corners[:, [0, 3], 1].mean(1)) < 0)


def _corners(vertebra: LabelledVertebra, scan: Scan, view: View) -> FloatArray:
    return scan.stored.from_stored(vertebra.landmarks_px[list(CORNERS[view])])


def _finder_scale(scan: Scan, corners: FloatArray, view: View) -> float:
    """Pixels per unit of the scan's pixel size at which the finder looks: 1 per mm, unless bodies come out too small
    or too large for it, as in `oiscan.segmentation.search`."""
    size = float(np.median([quad_size(quad * scan.relative_pixel_size)[0] for quad in corners]))
    low, high = SIZE_RANGE_PX[view]
    return 1.0 if scan.spacing is not None and low <= size <= high else BEST_SIZE_PX[view] / max(size, 1e-6)


def _framed(picture: Picture, corners_xy: FloatArray, shape: tuple[int, int]) -> tuple[ByteArray, FloatArray]:
    """The picture in the middle of a frame (its part round the labels where it is larger), and its shift (2,)."""
    frame = np.zeros(shape, np.uint8)
    grey = np.rint(picture.grey * 255).astype(np.uint8)
    middle = (corners_xy.reshape(-1, 2).min(0) + corners_xy.reshape(-1, 2).max(0)) / 2
    rows = _placed(grey.shape[0], shape[0], float(middle[1]))
    columns = _placed(grey.shape[1], shape[1], float(middle[0]))
    part = grey[max(0, -rows) : shape[0] - rows, max(0, -columns) : shape[1] - columns]
    row, column = max(0, rows), max(0, columns)
    frame[row : row + part.shape[0], column : column + part.shape[1]] = part
    return frame, np.array([columns, rows], float)


def _placed(length: int, room: int, middle: float) -> int:
    """Where the first of `length` pixels lies in a frame of `room` pixels."""
    if length <= room:
        return (room - length) // 2
    return int(np.clip(round(room / 2 - middle), room - length, 0))


def _labels_in_frame(
    image: LabelledImage, known: Sequence[LabelledVertebra], scan: Scan, picture: Picture, shift: FloatArray
) -> tuple[FloatArray, dict[int, FloatArray]]:
    """Landmarks (18, k, 2) as (x, y), NaN where not labelled, and the outlines there are, by place in the column."""
    to_picture = picture.to_scan.inverse()
    landmarks = np.full((SLOTS, len(LANDMARKS[image.view]), 2), np.nan)
    outlines = {}
    for vertebra in known:
        slot = COLUMN.index(vertebra.level)
        landmarks[slot] = to_picture(scan.stored.from_stored(vertebra.landmarks_px)) + shift
        if len(vertebra.outline_px):
            outlines[slot] = to_picture(scan.stored.from_stored(vertebra.outline_px)) + shift
    return landmarks, outlines


def _mark_unknown(labels: ByteArray, image: LabelledImage, landmarks: FloatArray) -> None:
    """Mark the rows of `labels` (half the size of the frame) that nobody looked at."""
    corners = landmarks[:, list(CORNERS[image.view])]
    slots = [slot for slot in range(SLOTS) if np.isfinite(corners[slot]).all()]
    first, last = slots[0], slots[-1]
    labels[: _half(corners[first, :, 1].min())] = UNKNOWN
    labels[_half(corners[last, :, 1].max()) + 1 :] = UNKNOWN
    for upper, lower in pairwise(slots):
        if _unlabelled_between(image, COLUMN[upper], COLUMN[lower]):
            labels[_half(corners[upper, 2:, 1].mean()) + 1 : _half(corners[lower, :2, 1].mean())] = UNKNOWN


def _half(row: float) -> int:
    return max(0, round((row - 0.5) / 2))


def _unlabelled_between(image: LabelledImage, upper: Level, lower: Level) -> bool:
    """Whether a vertebra lies between two labelled ones: one of T1 to L5, or a thirteenth rib-bearing one."""
    present = {vertebra.level for vertebra in image.vertebrae}
    order = [level for level in Level if level in COLUMN or level in present]
    return order.index(lower) - order.index(upper) > 1


def _readable(known: Sequence[LabelledVertebra]) -> FloatArray:
    readable = np.ones(SLOTS, bool)
    for vertebra in known:
        readable[COLUMN.index(vertebra.level)] = vertebra.readable
    return readable
