"""Bones of known mineral in known soft tissue, as two energies count them: no chance, no scatter, no blur."""

from __future__ import annotations

import numpy as np

from oiscan.anatomy import LUMBAR, Level
from oiscan.densitometry.dual_energy.beam import NOMINAL, Beams, log_attenuation
from oiscan.scan import FloatArray

SHAPE = (240, 160)
SPACING_MM = (0.5, 0.5)
AREA_CM2 = 4.8
"""Of each of four plates of 24 x 20 mm, one above the other, 8 mm apart."""


def outlines(first_row: float = 19.5, step: float = 56.0) -> dict[Level, FloatArray]:
    """L1 to L4: rows 20 to 59, 76 to 115 and so on, columns 56 to 103, along the pixels' edges."""
    tops = [first_row + step * k for k in range(4)]
    return {
        level: np.array([[top, 55.5], [top, 103.5], [top + 40, 103.5], [top + 40, 55.5]])
        for level, top in zip(LUMBAR, tops, strict=True)
    }


def plates(mineral: float, beside: float = 0.0) -> FloatArray:
    """(rows, columns) g/cm2: `mineral` inside the outlines, `beside` in what stands for a rib at the left."""
    bone = np.zeros(SHAPE)
    for k in range(4):
        bone[20 + 56 * k : 60 + 56 * k, 56:104] = mineral
    bone[100:112, :40] = beside
    return bone


def counted(
    bone: FloatArray, tissue: float = 15.0, fat_share: float = 0.2, beams: Beams = NOMINAL
) -> tuple[FloatArray, FloatArray]:
    """ln(I0 / I) at low and high energy; tissue in g/cm2."""
    lean, fat = np.full(bone.shape, (1 - fat_share) * tissue), np.full(bone.shape, fat_share * tissue)
    return log_attenuation(bone, lean, fat, beams)
