"""Boxes as vertebrae, 40 deep and 20 high: labels and predictions worked by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from oiscan.anatomy import Level, View
from oiscan.labels import LabelledImage, LabelledVertebra
from oiscan.scan import FloatArray
from oiscan.spine import Numbering, Spine, Vertebra

SQUARE = np.ones(2)


def box(top: float, left: float = 100.0) -> FloatArray:
    """Lateral landmarks of a box 20 high and 40 deep, (row, column)."""
    bottom, right = top + 20, left + 40
    middle = left + 20
    return np.array([[top, left], [top, middle], [top, right], [bottom, right], [bottom, middle], [bottom, left]])


def labelled(*vertebrae: tuple[Level, FloatArray], view: View = View.LATERAL) -> LabelledImage:
    return LabelledImage(Path("scan.png"), view, tuple(LabelledVertebra(*one) for one in vertebrae))


def spine(*vertebrae: tuple[Level, FloatArray], view: View = View.LATERAL) -> Spine:
    found = tuple(
        Vertebra(level, points, np.zeros((len(points), 2, 2)), points, 0.9) for level, points in vertebrae
    )
    return Spine(view, found, Numbering("sacrum", 0.9))
