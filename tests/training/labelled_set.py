"""A labelled set of a few simulated scenes, written as a user would bring it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from oiscan.anatomy import COLUMN, View
from oiscan.labels import LabelledImage, LabelledVertebra, LabelSet, write_labels
from oiscan.scan import FloatArray
from oiscan.segmentation.refiner import CORNERS
from oiscan.training.pool import POOL_PIXELS_PER_MM, POOL_SHAPE, Chunk, draw_chunk


@cache
def chunk(view: View) -> Chunk:
    return draw_chunk(view, 11, 0, 4)


def image(folder: Path, view: View, number: int, mirrored: bool = False, spacing: bool = True) -> LabelledImage:
    """A scene as PNG with the bodies that lie wholly in it labelled; lateral ones by their corners only."""
    pixels, landmarks = chunk(view).pictures[number], chunk(view).landmarks[number, :17].astype(float)
    file = folder / f"{view}_{number}{'_mirrored' * mirrored}.png"
    if mirrored:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
        landmarks[..., 0] = pixels.shape[1] - 1 - landmarks[..., 0]
    cv2.imwrite(str(file), pixels)
    vertebrae = tuple(
        LabelledVertebra(level, corners_only(points[:, ::-1], view))
        for level, points in zip(COLUMN, landmarks, strict=True)
        if ((points > 1) & (points < np.array(POOL_SHAPE[view][::-1]) - 2)).all()
    )
    mm = (1 / POOL_PIXELS_PER_MM,) * 2 if spacing else None
    return LabelledImage(file, view, vertebrae, mm, f"person {number}", size_px=POOL_SHAPE[view])


def corners_only(points: FloatArray, view: View) -> FloatArray:
    kept = np.full(points.shape, np.nan)
    kept[list(CORNERS[view])] = points[list(CORNERS[view])]
    return kept


def written(folder: Path, images: Sequence[LabelledImage]) -> Path:
    write_labels(LabelSet(list(images)), folder / "labels.json")
    return folder / "labels.json"


def without(image: LabelledImage, *levels: str) -> LabelledImage:
    return replace(image, vertebrae=tuple(one for one in image.vertebrae if one.level not in levels))
