"""The truth about a simulated exam, as plain data: what was drawn, and what one picture shows of it.

Heights, loss of height, grade and deformity follow the one definition grading uses, from the landmarks without any
noise; the posterior height before any fracture stands where grading takes its neighbours'.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from oiscan.anatomy import COLUMN, View
from oiscan.grading.genant import grade
from oiscan.grading.morphometry import lateral_heights, polygon_area
from oiscan.grading.shape import Reference, losses
from oiscan.loaders.margins import scanned_area
from oiscan.phantom.anatomy import BICONCAVE, CRUSH, SACRUM, WEDGE
from oiscan.phantom.exam import Exam
from oiscan.phantom.readable import unreadable_reason
from oiscan.phantom.scene import Scene
from oiscan.scan import FloatArray
from oiscan.spine import Evidence

FRACTURE_NAMES = {0: "", WEDGE: "wedge", BICONCAVE: "biconcave", CRUSH: "crush"}


def truth(exam: Exam, view: View) -> dict[str, Any]:
    """The truth about one picture; points are (row, column) of it.

    A vertebra is listed when its centre lies in the picture. `fracture` is the kind that was drawn; `deformity` the one
    its height loss makes of it, "" for grade 0: a fracture may be too small to be graded.
    """
    scene = exam.views[view]
    scanned = scanned_area(np.round(scene.picture * 255))  # as the loader will see it
    reasons = {k: unreadable_reason(scene, k, scanned) for k in range(SACRUM) if _shown(scene, k)}
    return {
        "simulated": True,
        "view": view.value,
        "seed": exam.settings.seed,
        "age_years": round(exam.anatomy.age_years, 2),
        "style": exam.settings.style,
        "look": exam.settings.look.value,
        "route": exam.settings.route.value,
        "spacing_mm": [exam.settings.pixel_mm, exam.settings.pixel_mm],
        "vertebrae": [_placed(scene, k, reason) | _measured(exam, view, k) for k, reason in reasons.items()],
    }


def parameters(exam: Exam) -> dict[str, Any]:
    """Everything the exam was made from: its settings, and all numbers of the person at full precision."""
    anatomy = {name: value.tolist() if isinstance(value, np.ndarray) else value
               for name, value in asdict(exam.anatomy).items()}
    return {"simulated": True, "settings": asdict(exam.settings), "anatomy": anatomy}


def _shown(scene: Scene, k: int) -> bool:
    centre, (rows, columns) = scene.landmarks_px[k].mean(0), scene.picture.shape
    return bool((centre > 0).all() and (centre < [columns - 1, rows - 1]).all())


def _placed(scene: Scene, k: int, reason: str) -> dict[str, Any]:
    """Where the vertebra lies, and whether it can be read there."""
    return {
        "level": COLUMN[k].value,
        "landmarks_px": _row_column(scene.landmarks_px[k]),
        "outline_px": _row_column(scene.outlines_px[k]),
        "whole": reason != Evidence.CUT.value,
        "readable": not reason,
        "reason": reason,
    }


def _row_column(points: FloatArray) -> list[list[float]]:
    rounded: list[list[float]] = np.round(points[:, ::-1], 2).tolist()
    return rounded


def _measured(exam: Exam, view: View, k: int) -> dict[str, Any]:
    """What is true of the person, whichever way one looks; on an AP picture also area, mineral and its density."""
    lateral, anatomy = exam.views[View.LATERAL], exam.anatomy
    heights = lateral_heights(lateral.landmarks_px[k], np.full(2, 1 / lateral.pixels_per_mm))
    lost = losses(heights, Reference(float(anatomy.reference_mm[k]), ()))
    number = grade(lost.largest)
    measures = {
        "anterior_height_mm": heights.anterior,
        "middle_height_mm": heights.middle,
        "posterior_height_mm": heights.posterior,
        "reference_height_mm": anatomy.reference_mm[k],
        "depth_mm": heights.depth,
        "height_loss_percent": lost.largest,
    }
    if view is View.AP:
        outline = exam.views[View.AP].outlines_px[k]
        measures["area_cm2"] = polygon_area(outline, np.full(2, 1 / lateral.pixels_per_mm)) / 100
        if exam.bone is not None:
            measures["bmc_g"] = exam.bone.bmc_g[k]
            measures["abmd_g_cm2"] = exam.bone.abmd_g_cm2[k]
    return {
        "fracture": FRACTURE_NAMES[int(anatomy.deformity[k])],
        "grade": number,
        "deformity": lost.deformity if number else "",
        **{name: round(float(value), 3) for name, value in measures.items()},
    }
