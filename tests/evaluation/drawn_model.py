"""A stand-in for segmentation that sees what is bright: for tests of what stands around a model."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from oiscan.anatomy import LANDMARKS, Level, View
from oiscan.labels import LabelledImage, LabelledVertebra
from oiscan.scan import Scan
from oiscan.spine import Numbering, Spine, Vertebra

LUMBAR = (Level.L1, Level.L2, Level.L3, Level.L4)


class SeesBright:
    """As much of a model as an evaluation asks for."""

    name, sha256 = "sees bright", "b" * 64
    views = tuple(View)
    calibrations: dict[View, object] = {}  # noqa: RUF012


def see_bright(scan: Scan, model: object) -> Spine:
    """Every connected bright patch of an upright picture as a vertebra, L1 first."""
    assert scan.view is not None
    count, _, boxes, _ = cv2.connectedComponentsWithStats((scan.pixels > 100).astype(np.uint8))
    order = sorted(range(1, count), key=lambda i: boxes[i][1])
    found = tuple(
        _box(level, scan.view, *boxes[i][:4].tolist()) for level, i in zip(LUMBAR, order, strict=False)
    )
    return Spine(scan.view, found, Numbering("appearance", 0.8) if found else None)


def _box(level: Level, view: View, x: int, y: int, wide: int, high: int) -> Vertebra:
    right, bottom = x + wide - 1, y + high - 1
    corners = [(y, x), (y, right), (bottom, right), (bottom, x)]
    if view is View.LATERAL:
        corners = [corners[0], (y, (x + right) / 2), *corners[1:3], (bottom, (x + right) / 2), corners[3]]
    points = np.array(corners, float)
    return Vertebra(level, points, np.tile(np.eye(2), (len(LANDMARKS[view]), 1, 1)), points, 0.9)


def draw_case(folder: Path, view: View = View.LATERAL, n: int = 4, **facts: object) -> LabelledImage:
    """A picture of `n` bright boxes 30 wide and 20 high, 40 apart, and their labels."""
    picture = np.zeros((40 * n + 20, 80), np.uint8)
    vertebrae = []
    for i, level in enumerate(LUMBAR[:n]):
        top = 20 + 40 * i
        picture[top : top + 20, 20:50] = 200
        vertebrae.append(LabelledVertebra(level, _box(level, view, 20, top, 30, 20).landmarks_px))
    path = folder / f"{view}{len(list(folder.iterdir()))}.png"
    cv2.imwrite(str(path), picture)
    return LabelledImage(path, view, tuple(vertebrae), (0.5, 0.5), **facts)  # type: ignore[arg-type]
