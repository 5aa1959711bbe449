"""All figures of an evaluation as plain data: by region, level, age band and look, with intervals and calibration."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from oiscan.anatomy import Level, View
from oiscan.evaluation.bootstrap import Interval, difference, interval
from oiscan.evaluation.calibration import coverage
from oiscan.evaluation.cases import Case
from oiscan.evaluation.figures import REGIONS, SCAN_FIGURES, VERTEBRA_FIGURES, corner_percentiles, restricted, summary
from oiscan.evaluation.landmarks import ImageResult
from oiscan.segmentation import Model
from oiscan.segmentation.calibration import GAUSSIAN_RADIUS

AGE_BANDS = ((0, 6), (6, 10), (10, 14), (14, 18), (18, 200))
"""From and below, in years."""

HEADLINES = (
    "found", "false_finds_per_scan", "corner_error_median", "corner_error_p90", "landmark_mm_median",
    "ratio_error_mean", "dice_median", "level_right", "scans_named_right",
)  # fmt: skip
"""Figures that get an interval."""

FIGURES = {**VERTEBRA_FIGURES, **SCAN_FIGURES}


def told(cases: Sequence[Case], model: Model) -> dict[str, Any]:
    """All figures, by view; a figure that nothing was measured for is None."""
    views = {view: [case for case in cases if case.image.view is view] for view in View}
    return _plain({view.value: _view(some, model, view) for view, some in views.items() if some})


def compared_models(ours: Sequence[Case], theirs: Sequence[Case]) -> dict[str, Any]:
    """For each view and headline how much better we are than they, with a verdict; on the pictures both could read."""
    both = [(one, other) for one, other in zip(ours, theirs, strict=True) if one.result and other.result]
    views = {view: [pair for pair in both if pair[0].image.view is view] for view in View}
    return _plain({view.value: _gains(pairs) for view, pairs in views.items() if pairs})


def _gains(pairs: Sequence[tuple[Case, Case]]) -> dict[str, Any]:
    ours, theirs = (_results(cases) for cases in zip(*pairs, strict=True))
    subjects = [one.subject for one, _ in pairs]
    gains = {name: difference(FIGURES[name], ours, theirs, subjects) for name in HEADLINES}
    return {name: asdict(gain) | {"verdict": gain.verdict} for name, gain in gains.items()}


def _view(cases: Sequence[Case], model: Model, view: View) -> dict[str, Any]:
    read = [case for case in cases if case.result is not None]
    results = _results(read)
    calibration = model.calibrations.get(view)
    return {
        "scans": len(read),
        "unread": [{"picture": i, "reason": case.failure} for i, case in enumerate(cases, 1) if case.result is None],
        "regions": {name: _region(results, *levels) for name, levels in REGIONS.items()},
        "levels": {level.value: summary(results, level, level) for level in Level if _has(results, level)},
        "ages": _by(read, lambda case: _age_band(case.image.age_years)),
        "looks": _by(read, lambda case: case.image.look or "unknown"),
        "sacrum_in_view": _by(read, lambda case: _word(case.sacrum_in_view)),
        "anchors": _by(read, _anchor),
        "intervals": {name: asdict(one) for name, one in intervals(read).items()},
        "calibrated": calibration is not None,
        "coverage": coverage(results, GAUSSIAN_RADIUS if calibration is None else calibration.radius),
    }


def intervals(read: Sequence[Case]) -> dict[str, Interval]:
    """Every headline figure of some pictures with its interval."""
    results, subjects = _results(read), [case.subject for case in read]
    return {name: interval(FIGURES[name], results, subjects) for name in HEADLINES}


def _region(results: Sequence[ImageResult], first: Level, last: Level) -> dict[str, float]:
    percentiles = corner_percentiles(results, first, last)
    return summary(results, first, last) | {f"corner_error_{name}": value for name, value in percentiles.items()}


def _by(read: Sequence[Case], group: Callable[[Case], str]) -> dict[str, dict[str, float]]:
    """Figures of all vertebrae in each group of pictures, in the groups' order."""
    kept: dict[str, list[Case]] = {}
    for case in read:
        kept.setdefault(group(case), []).append(case)
    return {
        name: {"scans": float(len(some)), **summary(_results(some), *REGIONS["all"])}
        for name, some in sorted(kept.items())
    }


def _results(cases: Sequence[Case]) -> list[ImageResult]:
    return [case.result for case in cases if case.result is not None]


def _has(results: Sequence[ImageResult], level: Level) -> bool:
    return any(one.matches for one in restricted(results, level, level))


def _age_band(age_years: float | None) -> str:
    if age_years is None:
        return "unknown"
    low, high = next((low, high) for low, high in AGE_BANDS if low <= age_years < high)
    return f"{low:02d}-{high} years" if high < AGE_BANDS[-1][1] else f"{low} years and older"


def _word(truth: bool | None) -> str:
    return "unknown" if truth is None else "yes" if truth else "no"


def _anchor(case: Case) -> str:
    """What the model says its names hang on."""
    numbering = None if case.result is None else case.result.numbering
    return "nothing found" if numbering is None else numbering.anchor


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON takes it: None for what is no finite number."""
    return {name: _plain(one) if isinstance(one, Mapping) else _known(one) for name, one in told.items()}


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
