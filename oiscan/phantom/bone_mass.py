"""How much mineral a simulated person's bones hold: the bone map of a view, and the truth of densitometry.

Bone is a thin dense shell round a spongy core. Spongy bone of healthy children holds about 0.24 g/cm3 of mineral (CT of
1,222 subjects of 5 to 21 years), that of adults less; here 0.16 at 60 years. Shells are thicker at the endplates than
at the walls and grow with the body; their thickness and density were set so that healthy L1 to L4 come out near
0.45 to 0.6 g/cm2 at 4 to 8 years and near 1.0 in young adults (unverified). `Anatomy.density` scales all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from oiscan.anatomy import View
from oiscan.grading.morphometry import polygon_area
from oiscan.phantom.anatomy import Anatomy
from oiscan.phantom.ap import ap_outline
from oiscan.phantom.project import Mesh, thickness
from oiscan.phantom.solids import Arches, bones, own_rng
from oiscan.scan import FloatArray

TRUTH_PIXELS_PER_MM = 4.0
_KINDS = {"bodies": (1.0, 1.0), "arches": (1.6, 0.9), "ribs": (0.9, 0.4), "pelvis": (1.5, 0.9)}
"""Of each kind of bone: thickness of its shell and density of its core, relative to the bodies' (set by eye)."""


@dataclass(frozen=True)
class BoneTruth:
    """Area, mineral and areal density of T1 to L5 (17,), as an ideal densitometer would find them from the front."""

    area_cm2: FloatArray
    bmc_g: FloatArray
    abmd_g_cm2: FloatArray


@dataclass(frozen=True)
class _Bone:
    """What bone is made of in one person: densities in g/cm3 of mineral, thicknesses in mm."""

    spongy: float
    shell: float
    wall_mm: float
    endplate_mm: float
    dense_lines_mm: FloatArray


def _bone(anatomy: Anatomy) -> _Bone:
    rng, wealth = own_rng(anatomy, 3), anatomy.density
    treated = anatomy.child and rng.random() < (0.6 if wealth < 0.6 else 0.1)  # one line an infusion of bisphosphonate
    wall = 0.4 * anatomy.size**1.5 * wealth**0.5
    return _Bone(
        spongy=float(np.interp(anatomy.age_years, [2, 16, 25, 60, 85], [0.24, 0.24, 0.21, 0.16, 0.12])) * wealth,
        shell=float(np.interp(anatomy.age_years, [2, 18], [0.4, 0.9])) * wealth**0.3,  # a child's cortex is porous
        wall_mm=wall,
        endplate_mm=2.2 * wall,
        dense_lines_mm=np.cumsum(rng.uniform(1.0, 2.4, int(rng.integers(1, 5)))) if treated else np.zeros(0),
    )


def bone_map(
    anatomy: Anatomy,
    view: View,
    shape: tuple[int, int],
    pixels_per_mm: float,
    origin_mm: FloatArray,
    texture: FloatArray | None = None,
    arches: Arches | None = None,
) -> FloatArray:
    """Mineral in each ray of a view, g/cm2 (rows, columns), without noise.

    `texture` (rows, columns), of mean 1, is the pattern of the spongy bone's beams and plates; `arches`
    are given in place of the phantom's own.
    """
    own, kinds = _bone(anatomy), bones(anatomy, view, arches)

    def through(mesh: Mesh) -> FloatArray:
        return thickness(mesh, shape, pixels_per_mm, origin_mm) / 10

    total = np.zeros(shape)
    for kind, (shell, core_share) in _KINDS.items():
        mesh, wall = getattr(kinds, kind), shell * own.wall_mm
        whole = through(mesh)
        core = np.minimum(whole, through(mesh.inset(wall, max(wall, own.endplate_mm))))
        total += (whole - core) * own.shell + core * core_share * own.spongy * (1 if texture is None else texture)
    for depth in own.dense_lines_mm:
        above, below = (kinds.bodies.inset(own.wall_mm, own.endplate_mm + d) for d in (depth, depth + 0.5))
        total += 0.5 * own.shell * (through(above) - through(below)).clip(0)
    return total


def bone_truth(anatomy: Anatomy, arches: Arches | None = None) -> BoneTruth:
    """Area, mineral and areal density of T1 to L5 inside what densitometry counts as each vertebra."""
    outlines = ap_outline(anatomy)
    points = np.vstack(outlines)
    origin = points.min(0) - 1
    columns, rows = np.ceil((np.ptp(points, axis=0) + 2) * TRUTH_PIXELS_PER_MM).astype(int)
    mineral = bone_map(anatomy, View.AP, (int(rows), int(columns)), TRUTH_PIXELS_PER_MM, origin, None, arches)
    pixel_cm2 = (0.1 / TRUTH_PIXELS_PER_MM) ** 2
    area = np.array([polygon_area(outline, np.full(2, 0.1)) for outline in outlines])
    mass = np.zeros(len(outlines))
    for k, outline in enumerate(outlines):
        mask = np.zeros(mineral.shape, np.float32)
        corners = [np.round((outline - origin) * TRUTH_PIXELS_PER_MM).astype(np.int32)]
        cv2.fillPoly(mask, corners, 1.0)
        cv2.polylines(mask, corners, True, 0.5)  # the outline runs through the middle of these pixels
        mass[k] = (mineral * mask).sum() * pixel_cm2
    return BoneTruth(area, mass, mass / area)
