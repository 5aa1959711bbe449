"""Fit the doubt of grades on simulated children drawn for nothing else, one band of ages at a time.

Maximum likelihood of the true losses under Student's t (see `oiscan.grading.doubt.Likely`), over a grid: five numbers
a band need no more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import numpy as np

from oiscan.errors import LabelError
from oiscan.evaluation.grades.cases import Answer
from oiscan.grading import Band, Doubt
from oiscan.report import Finding
from oiscan.scan import FloatArray

BAND_ENDS_YEARS = (6.0, 10.0, 14.0, math.inf)
FEWEST_VERTEBRAE = 100
"""A band with fewer is given the numbers of all ages."""

BIAS_SHARES = np.linspace(0, 1, 5)
GAINS = np.linspace(0.8, 1.6, 17)
FACTORS = np.linspace(0, 3, 16)
ADDED_PERCENT = np.linspace(0, 8, 33)
_TAILS = 4


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
    true = np.array([one.height_loss_percent for one in scored])
    measured = np.array([_measured(finding) for finding in said])
    bias = measured - np.array([finding.height_loss_percent for finding in said], float)
    stated = np.array([finding.standard_errors["height_loss_percent"] for finding in said])
    fits = {
        (gain, share): _scale_fitted(true - gain * (measured - share * bias), stated)
        for gain, share in product(GAINS, BIAS_SHARES)
    }
    gain, share = max(fits, key=lambda pair: fits[pair][0])
    _, shift, factor, added = fits[gain, share]
    return Band(end_years, float(gain), shift, float(share), factor, added)


def _measured(finding: Finding) -> float:
    """The largest loss as the landmarks have it, in percent."""
    ratios = (finding.ratio_anterior_posterior, finding.ratio_middle_posterior, finding.ratio_posterior_reference)
    return 100 * max(0.0, *(1 - ratio for ratio in ratios if ratio is not None))


def _scale_fitted(error: FloatArray, stated: FloatArray) -> tuple[float, float, float, float]:
    """Likelihood, shift, factor and added error that suit these errors (n,) beside stated ones (n,) best."""
    shift = float(np.median(error))
    best = max(product(FACTORS, ADDED_PERCENT), key=lambda pair: _likelihood(error - shift, stated, *pair))
    return _likelihood(error - shift, stated, *best), shift, float(best[0]), float(best[1])


def _likelihood(error: FloatArray, stated: FloatArray, factor: float, added: float) -> float:
    """Log-likelihood of errors, up to a constant."""
    scale = np.maximum(np.hypot(factor * stated, added), 1e-3)
    return float((-np.log(scale) - (_TAILS + 1) / 2 * np.log1p(np.square(error / scale) / _TAILS)).sum())
