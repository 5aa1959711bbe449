"""Fit the doubt of grades on simulated children drawn for nothing else, one band of ages at a time.

Maximum likelihood of the true grades under the probabilities grading would print (see `oiscan.grading.doubt.Likely`).
Most vertebrae have lost little height, and a fit to all losses would follow those; a grade is in doubt elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from oiscan.errors import LabelError
from oiscan.evaluation.grades.cases import Answer
from oiscan.grading import GENANT_1993, Band, Doubt
from oiscan.grading.doubt import beyond
from oiscan.report import Finding
from oiscan.scan import FloatArray

BAND_ENDS_YEARS = (6.0, 10.0, 14.0, math.inf)
FEWEST_VERTEBRAE = 100
"""A band with fewer is given the numbers of all ages."""

BIAS_SHARES = (0.0, 0.5, 1.0)
STARTS = ((1.0, 1.0, 1.0, 1.0), (1.0, -1.0, 0.5, 2.0))
"""Gain, shift, factor and added error the search begins with; none is 0, or the first step would be next to nothing."""

_SMALLEST_PERCENT = 1e-3
_SMALLEST_PROBABILITY = 1e-6


def fitted_doubt(told: Sequence[Answer]) -> Doubt:
    """From vertebrae graded with the landmarks' own covariance (`uncalibrated_answers`).

    Raises
    ------
    LabelError
        There are too few of them.
    """
    scored = [one for one in told if one.graded and one.readable]
    if len(scored) < FEWEST_VERTEBRAE:
        raise LabelError("too few graded vertebrae to calibrate the doubt of grades: draw more exams")
    bands, start = [], 0.0
    for end in BAND_ENDS_YEARS:
        some = [one for one in scored if start <= one.age_years < end]
        bands.append(_fitted(some if len(some) >= FEWEST_VERTEBRAE else scored, end))
        start = end
    return Doubt(tuple(bands), _fitted(scored, math.inf))


def _fitted(scored: Sequence[Answer], end_years: float) -> Band:
    said = [one.finding for one in scored if one.finding is not None]
    grades = np.array([one.grade for one in scored])
    measured = np.array([_measured(finding) for finding in said])
    bias = measured - np.array([finding.height_loss_percent for finding in said], float)
    stated = np.array([finding.standard_errors["height_loss_percent"] for finding in said])
    fits = [(*_least(partial(_surprise, measured - share * bias, stated, grades)), share) for share in BIAS_SHARES]
    _, (gain, shift, factor, added), share = min(fits, key=lambda fit: fit[0])
    return Band(end_years, gain, shift, share, abs(factor), abs(added))


def _measured(finding: Finding) -> float:
    """The largest loss as the landmarks have it, in percent."""
    ratios = (finding.ratio_anterior_posterior, finding.ratio_middle_posterior, finding.ratio_posterior_reference)
    return 100 * max(0.0, *(1 - ratio for ratio in ratios if ratio is not None))


def _least(surprise: Callable[[FloatArray], float]) -> tuple[float, tuple[float, ...]]:
    """The least of a function of gain, shift, factor and added error, and where it is."""
    from scipy.optimize import minimize

    found = [minimize(surprise, start, method="Nelder-Mead") for start in STARTS]
    best = min(found, key=lambda one: float(one.fun))
    return float(best.fun), tuple(float(value) for value in best.x)


def _surprise(loss: FloatArray, stated: FloatArray, grades: npt.NDArray[np.int64], at: FloatArray) -> float:
    """Mean negative log of the probability the true grades (n,) are given for losses and stated errors (n,)."""
    gain, shift, factor, added = at
    percent = np.clip(gain * loss + shift, 0, 100)
    scale = np.maximum(np.hypot(factor * stated, added), _SMALLEST_PERCENT)
    edges = np.array([edge.percent for edge in GENANT_1993.edges])
    above = beyond((edges[:, None] - percent) / scale)
    at_least = np.vstack([np.ones_like(loss), above, np.zeros_like(loss)])
    given = (at_least[:-1] - at_least[1:])[grades, np.arange(len(grades))]
    return float(-np.log(np.maximum(given, _SMALLEST_PROBABILITY)).mean())
