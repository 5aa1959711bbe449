"""What is told of a model: each figure with the numbers it sums up, over all labelled vertebrae or a part of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from oiscan.anatomy import Level
from oiscan.evaluation.landmarks import ImageResult, Match
from oiscan.evaluation.measure import Errors
from oiscan.scan import FloatArray

Reduce = Callable[[FloatArray], float]


@dataclass(frozen=True)
class Figure:
    """One figure of a model.

    Parameters
    ----------
    numbers
        What one picture adds to it.
    reduce
        Sums up the numbers of all pictures; NaN where there are none.
    better
        Whether more of it is better (+1) or less (-1); 0 where it is a count.
    """

    numbers: Callable[[ImageResult], FloatArray]
    reduce: Reduce
    better: int

    def of(self, results: Sequence[ImageResult]) -> float:
        """The figure over some pictures."""
        told = [self.numbers(result) for result in results]
        return self.reduce(np.concatenate(told) if told else np.empty(0))


def mean(numbers: FloatArray) -> float:
    """Mean; NaN of nothing."""
    return float(numbers.mean()) if numbers.size else float("nan")


def percentile(percent: float) -> Reduce:
    """A function that takes this percentile; NaN of nothing."""
    return lambda numbers: float(np.percentile(numbers, percent)) if numbers.size else float("nan")


def _each(result: ImageResult, told: Callable[[Match], float | None]) -> FloatArray:
    """One number a labelled vertebra, without those that have none."""
    return np.array([number for match in result.matches if (number := told(match)) is not None], dtype=float)


def _errors(result: ImageResult, told: Callable[[Errors], npt.ArrayLike], only_mm: bool = False) -> FloatArray:
    """All sizes of one error of the found vertebrae, without those that need a landmark nobody labelled."""
    found = [] if only_mm and not result.in_mm else [match.errors for match in result.matches if match.errors]
    numbers = np.abs(np.concatenate([np.ravel(told(errors)) for errors in found])) if found else np.empty(0)
    return np.asarray(numbers[np.isfinite(numbers)])


_corner = partial(_errors, told=lambda errors: errors.corner)
_landmark_mm = partial(_errors, told=lambda errors: errors.landmark, only_mm=True)
_dice = partial(_errors, told=lambda errors: errors.outline_dice)

VERTEBRA_FIGURES = {
    "vertebrae": Figure(lambda result: np.array([float(len(result.matches))]), lambda numbers: float(numbers.sum()), 0),
    "found": Figure(partial(_each, told=lambda match: match.found), mean, 1),
    "level_right": Figure(
        partial(_each, told=lambda match: match.named == match.level if match.found else None), mean, 1
    ),
    "corner_error_median": Figure(_corner, percentile(50), -1),
    "corner_error_p90": Figure(_corner, percentile(90), -1),
    "landmark_mm_median": Figure(_landmark_mm, percentile(50), -1),
    "landmark_mm_p90": Figure(_landmark_mm, percentile(90), -1),
    "height_error_share_mean": Figure(partial(_errors, told=lambda errors: errors.height_share), mean, -1),
    "height_error_mm_mean": Figure(partial(_errors, told=lambda errors: errors.height, only_mm=True), mean, -1),
    "ratio_error_mean": Figure(partial(_errors, told=lambda errors: errors.ratio[:1]), mean, -1),
    "middle_ratio_error_mean": Figure(partial(_errors, told=lambda errors: errors.ratio[1:]), mean, -1),
    "dice_median": Figure(_dice, percentile(50), 1),
    "dice_p5": Figure(_dice, percentile(5), 1),
}
"""Figures over labelled vertebrae. Errors are those of the found ones; shares are of the labelled depth or width
(corners) and height; `ratio` is ha/hp, on AP scans right over left side, `middle_ratio` hm/hp."""

SCAN_FIGURES = {
    "false_finds_per_scan": Figure(lambda result: np.array([float(result.false_finds)]), mean, -1),
    "scans_named_right": Figure(
        lambda result: np.array([float(result.named_right)] if result.lumbar else []), mean, 1
    ),
    "scans_answer_stated": Figure(
        lambda result: np.array([float(result.answer_stated)] if result.lumbar else []), mean, 1
    ),
}
"""Figures over whole scans, whatever the levels asked for; the latter two over those with L1 to L4 labelled in part at
least, asking for all of these: named right, or right after a shift the numbering states as an alternative."""

REGIONS = {
    "all": (Level.T1, Level.L6),
    "T6-L5": (Level.T6, Level.L5),
    "T12-L5": (Level.T12, Level.L5),
    "L1-L4": (Level.L1, Level.L4),
    "thoracic": (Level.T1, Level.T13),
}


def summary(results: Sequence[ImageResult], first: Level, last: Level) -> dict[str, float]:
    """All figures, those of vertebrae over the levels from `first` to `last`; NaN where there is nothing to sum up."""
    part = restricted(results, first, last)
    vertebrae = {name: figure.of(part) for name, figure in VERTEBRA_FIGURES.items()}
    return vertebrae | {name: figure.of(results) for name, figure in SCAN_FIGURES.items()}


def restricted(results: Sequence[ImageResult], first: Level, last: Level) -> list[ImageResult]:
    """The same pictures with only the labelled vertebrae from `first` to `last`."""
    order = list(Level)
    wanted = order[order.index(first) : order.index(last) + 1]
    return [replace(one, matches=tuple(match for match in one.matches if match.level in wanted)) for one in results]


def corner_percentiles(
    results: Sequence[ImageResult], first: Level, last: Level, percentiles: Sequence[int] = (25, 75, 95, 99)
) -> dict[str, float]:
    """Percentiles of the corner errors of the vertebrae from `first` to `last`, as shares of the depth or width."""
    part = restricted(results, first, last)
    return {f"p{percent}": Figure(_corner, percentile(percent), -1).of(part) for percent in percentiles}
