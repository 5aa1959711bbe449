"""What is promised of the simulated hold-out, and whether it is kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from oiscan.anatomy import Level, View
from oiscan.evaluation.calibration import coverage
from oiscan.evaluation.cases import Case
from oiscan.evaluation.figures import SCAN_FIGURES, VERTEBRA_FIGURES, restricted
from oiscan.evaluation.landmarks import ImageResult
from oiscan.segmentation import Model
from oiscan.segmentation.calibration import GAUSSIAN_RADIUS, SHARES

LEVELS = {View.LATERAL: (Level.T4, Level.L5), View.AP: (Level.T12, Level.L5)}
"""What a scan of each view is meant to show."""

MUST_AIM = {
    "found": (0.99, 0.995),
    "landmark_mm_median": (0.5, 0.3),
    "dice_median": (0.95, 0.97),
    "dice_p5": (0.90, 0.93),
    "level_right": (0.97, 0.99),
}
"""The least (of millimetres: the most) a figure must reach, and what it aims at: oiscan's own targets."""

COVERAGE_TOLERANCE = 0.03


def promises(cases: Sequence[Case], model: Model) -> list[dict[str, Any]]:
    """Each promise with what was measured: found, landmark error, overlap of AP L1 to L4, levels right where S1 is in
    view, and how many landmarks lie within the regions stated for 68 % and 95 % of them."""
    told = []
    for view in model.views:
        some = [case for case in cases if case.image.view is view and case.result is not None]
        results = [case.result for case in some if case.result is not None]
        asked = restricted(results, *LEVELS[view])
        told += [_promise(view, name, VERTEBRA_FIGURES[name].of(asked)) for name in ("found", "landmark_mm_median")]
        if view is View.AP:
            lumbar = restricted(results, Level.L1, Level.L4)
            told += [_promise(view, name, VERTEBRA_FIGURES[name].of(lumbar)) for name in ("dice_median", "dice_p5")]
        anchored = [case.result for case in some if case.sacrum_in_view and case.result is not None]
        told.append(_promise(view, "level_right", VERTEBRA_FIGURES["level_right"].of(anchored)))
        told += _coverage(view, results, model)
    return told


def _promise(view: View, name: str, value: float) -> dict[str, Any]:
    must, aim = MUST_AIM[name]
    better = {**VERTEBRA_FIGURES, **SCAN_FIGURES}[name].better
    kept = better * value >= better * must
    return {"view": view.value, "figure": name, "value": _known(value), "must": must, "aim": aim, "kept": kept}


def _coverage(view: View, results: Sequence[ImageResult], model: Model) -> list[dict[str, Any]]:
    calibration = model.calibrations.get(view)
    held = coverage(results, GAUSSIAN_RADIUS if calibration is None else calibration.radius)
    return [
        {
            "view": view.value,
            "figure": f"{share:.0%} regions hold",
            "value": _known(value),
            "must": [round(share - COVERAGE_TOLERANCE, 2), round(share + COVERAGE_TOLERANCE, 2)],
            "kept": abs(value - share) <= COVERAGE_TOLERANCE,
        }
        for share, value in zip(SHARES, held.values(), strict=True)
    ]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
