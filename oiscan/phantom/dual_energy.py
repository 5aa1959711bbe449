"""Simulated AP scans at two X-ray energies, with the truth of densitometry: what measuring bone is checked against.

Of the person the measuring side knows neither fat nor scatter, nor how far the tube is off; the exam keeps all three.
Bone has no texture here, so that its mineral is exactly that of `bone_truth`; there is no metal and no clutter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oiscan.anatomy import View
from oiscan.densitometry.dual_energy.beam import NOMINAL, Beams
from oiscan.phantom.anatomy import SACRUM, Anatomy, draw_anatomy
from oiscan.phantom.ap import ap_corners, ap_outline
from oiscan.phantom.bone_mass import BoneTruth, bone_map, bone_truth
from oiscan.phantom.canvas import Canvas
from oiscan.phantom.physics import Detector, Materials, dual_energy
from oiscan.phantom.repose import reposed
from oiscan.phantom.trunk import soft_tissue
from oiscan.scan import FloatArray

FAT_SHARES, SCATTER_SHARES = (0.05, 0.4), (0.0, 0.1)
"""Of the soft tissue, and of the signal: from, to. Ranges to be robust against, not measured ones (unverified)."""

SHIFT_MM, TURN_DEGREES = 4.0, 2.0
"""Most that a second scan of a person is framed elsewhere, and that they lie turned, in every direction."""

_SIDE_MM, _MARGIN_MM = 65.0, 18.0  # beside the spine, and above T12 and twice that below L5, in adult mm
_MOST_FAT = 0.95


@dataclass(frozen=True)
class DualEnergySettings:
    """What an exam is drawn from; the same settings give the same exam.

    Parameters
    ----------
    seed
        Draws the person.
    age_years
        Of the person.
    fat_share
        Of the soft tissue in the picture, by mass.
    scatter
        Share of the signal that is scattered.
    beams
        How far the tube is off.
    visit
        0 is the first scan; any other is one of the same person after getting up, with noise and bowel gas of its own.
    pixel_mm
        Pixel size.
    """

    seed: int
    age_years: float
    fat_share: float = 0.2
    scatter: float = 0.05
    beams: Beams = NOMINAL
    visit: int = 0
    pixel_mm: float = 0.5


@dataclass(frozen=True, eq=False)
class DualEnergyExam:
    """What was counted, and the truth.

    Parameters
    ----------
    low, high
        (rows, columns) ln(I0 / I).
    anatomy
        The person as they lie.
    corners_px
        (18, 4, 2) of T1 to S1, as (column, row).
    outlines_px
        17 closed polygons (n, 2) of T1 to L5, the same way: what counts as each vertebra.
    bone
        Area, mineral and areal density of T1 to L5.
    """

    settings: DualEnergySettings
    low: FloatArray
    high: FloatArray
    anatomy: Anatomy
    corners_px: FloatArray
    outlines_px: tuple[FloatArray, ...]
    bone: BoneTruth


def draw_dual_energy_exam(settings: DualEnergySettings) -> DualEnergyExam:
    """Draw a person and their AP scan, T12 to L5 and something round it."""
    anatomy = draw_anatomy(np.random.default_rng([settings.seed, 1]), settings.age_years)
    rng = np.random.default_rng([settings.seed, 20 + settings.visit])
    if settings.visit:
        anatomy = reposed(anatomy, *np.radians(rng.uniform(-TURN_DEGREES, TURN_DEGREES, 3)))
    shape, origin = _frame(rng, anatomy, settings.pixel_mm)
    scale = 1 / settings.pixel_mm
    bone = bone_map(anatomy, View.AP, shape, scale, origin)
    lean, fat = with_fat_share(*soft_tissue(rng, View.AP, anatomy, shape, scale, origin), settings.fat_share)
    materials = Materials(bone, (lean - bone / 3).clip(0), fat)  # mineral takes the place of lean tissue
    low, high = dual_energy(rng, materials, _detector(settings), scale, settings.beams)
    canvas = Canvas(*shape, scale, origin)
    return DualEnergyExam(
        settings,
        low,
        high,
        anatomy,
        canvas.to_pixels(ap_corners(anatomy)),
        tuple(canvas.to_pixels(outline) for outline in ap_outline(anatomy)),
        bone_truth(anatomy),
    )


def with_fat_share(lean: FloatArray, fat: FloatArray, share: float) -> tuple[FloatArray, FloatArray]:
    """The same soft tissue with another share of fat in the mean, as unevenly spread as it was."""
    tissue = lean + fat
    old = fat / np.maximum(tissue, 1e-9)
    new = np.clip(old * share / old.mean(), 0, _MOST_FAT)
    return np.asarray(tissue * (1 - new)), np.asarray(tissue * new)


def _frame(rng: np.random.Generator, anatomy: Anatomy, pixel_mm: float) -> tuple[tuple[int, int], FloatArray]:
    """Shape of the picture, and the point (y, z) of the anatomy at the centre of its first pixel."""
    shown = anatomy.centre_mm[11:SACRUM, 1:]
    margin = np.array([_SIDE_MM, _MARGIN_MM]) * anatomy.size
    first = shown.min(0) - margin + rng.uniform(-SHIFT_MM, SHIFT_MM, 2)
    columns, rows = np.ceil((np.ptp(shown, axis=0) + margin * [2, 3]) / pixel_mm).astype(int)
    return (int(rows), int(columns)), first


def _detector(settings: DualEnergySettings) -> Detector:
    """Dose and sharpness belong to the scanner: all scans of a person have the same."""
    rng = np.random.default_rng([settings.seed, 10])
    quanta, blur_mm = float(10 ** rng.uniform(5.6, 6.8)), float(rng.uniform(0.25, 0.5))
    return Detector(quanta, settings.scatter, blur_mm)
