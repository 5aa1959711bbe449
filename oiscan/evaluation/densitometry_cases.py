"""Simulated AP scans at two energies of people nobody trained on, measured twice each, beside the truth.

Every person is drawn, written as a file, read, segmented and measured as `oiscan score` does it; then once more after
getting up and lying down again. What the measuring side does not know (fat, scatter, how far the tube is off) is spread
evenly over its range within every band of age, so that chance alone makes no band worse than another.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.stats import qmc

from oiscan.anatomy import COLUMN, LUMBAR, Level, View
from oiscan.densitometry.dual_energy.beam import LARGEST_DRIFT_KILOVOLTS, Beams
from oiscan.densitometry.dual_energy.findings import with_bone
from oiscan.evaluation.landmarks import ImageResult, compare
from oiscan.evaluation.processes import each
from oiscan.grading import assess
from oiscan.labels import LabelledImage, LabelledVertebra
from oiscan.loaders import read
from oiscan.phantom.dual_energy import (
    FAT_SHARES,
    SCATTER_SHARES,
    DualEnergyExam,
    DualEnergySettings,
    draw_dual_energy_exam,
)
from oiscan.phantom.export import write_dual_energy
from oiscan.report import Report, Status
from oiscan.scan import FloatArray, Scan
from oiscan.segmentation import Model, segment
from oiscan.spine import Spine

DENSITOMETRY_SEED = 920_000

AGE_BANDS = ((3.0, 6.0), (6.0, 10.0), (10.0, 14.0), (14.0, 18.0), (18.0, 70.0))
"""From and below, in years; each has as many people."""

VISITS = 2

_LUMBAR = [COLUMN.index(level) for level in LUMBAR]
_SHOWN = COLUMN[COLUMN.index(Level.T12) :]


@dataclass(frozen=True, eq=False)
class Measurement:
    """L1-L4 of one scan; what was measured is NaN where it could not be.

    Parameters
    ----------
    settings
        What the scan was drawn from.
    overlap
        The vertebrae found, against the true ones.
    """

    settings: DualEnergySettings
    area_cm2: float
    true_area_cm2: float
    abmd_g_cm2: float
    true_abmd_g_cm2: float
    overlap: ImageResult


def people(n: int, seed: int) -> list[DualEnergySettings]:
    """Settings of `n` people, one a seed; bands of age take turns."""
    settings: list[DualEnergySettings] = []
    for place, (youngest, oldest) in enumerate(AGE_BANDS):
        seeds = range(seed + place, seed + n, len(AGE_BANDS))
        drift = LARGEST_DRIFT_KILOVOLTS
        ranges = np.array([(youngest, oldest), FAT_SHARES, SCATTER_SHARES, (-drift, drift), (-drift, drift)])
        spread = qmc.LatinHypercube(len(ranges), rng=np.random.default_rng([seed, place])).random(len(seeds))
        drawn = ranges[:, 0] + spread * np.ptp(ranges, axis=1)
        for one, (age, fat, scatter, low, high) in zip(seeds, drawn.tolist(), strict=True):
            settings.append(DualEnergySettings(one, age, fat, scatter, Beams(low, high)))
    return sorted(settings, key=lambda one: one.seed)


def measurements(
    subjects: Sequence[DualEnergySettings],
    model: Model,
    workers: int = 1,
    advance: Callable[[int], None] = lambda done: None,
) -> list[Measurement]:
    """Every scan of these people, those of one person together."""
    return [one for some in each(_Task(model), subjects, workers, advance) for one in some]


@dataclass(frozen=True)
class _Task:
    model: Model

    def __call__(self, subject: DualEnergySettings) -> list[Measurement]:
        exams = [draw_dual_energy_exam(replace(subject, visit=visit)) for visit in range(VISITS)]
        return [measured(exam, self.model) for exam in exams]


def measured(exam: DualEnergyExam, model: Model) -> Measurement:
    """One scan, by way of a file."""
    with tempfile.TemporaryDirectory() as folder:
        scan = read(write_dual_energy(exam, Path(folder), "exam")[0])
    spine = segment(scan, model)
    report, bone = bone_report(scan, spine), exam.bone
    area, mineral = bone.area_cm2[_LUMBAR].sum(), bone.bmc_g[_LUMBAR].sum()
    return Measurement(
        exam.settings,
        _or_nan(report.measured_l1_l4_area_cm2),
        float(area),
        _or_nan(report.measured_l1_l4_abmd_g_cm2),
        float(mineral / area),
        compare(_labelled(exam), spine, scan.relative_pixel_size, in_mm=True),
    )


def bone_report(scan: Scan, spine: Spine) -> Report:
    """What the pipeline would say of bone on a scan."""
    findings = assess(spine, scan.relative_pixel_size, scan.spacing)
    return with_bone(Report(scan.scan_id, scan.sha256, Status.SCORED, findings=findings), scan, spine)


def _labelled(exam: DualEnergyExam) -> LabelledImage:
    """The true vertebrae T12 to L5, as labels."""
    places = {level: COLUMN.index(level) for level in _SHOWN}
    vertebrae = tuple(
        LabelledVertebra(level, _row_column(exam.corners_px[k]), outline_px=_row_column(exam.outlines_px[k]))
        for level, k in places.items()
    )
    return LabelledImage(Path("exam"), View.AP, vertebrae, subject=str(exam.settings.seed))


def _row_column(points: FloatArray) -> FloatArray:
    return np.asarray(points[:, ::-1])


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
