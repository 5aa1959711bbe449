"""Fit the table that turns stated spread into error, and count how many landmarks the regions hold.

Fitted on simulated pictures drawn for nothing else, one table a view. Three steps: what each landmark's spread along
and across the vertebra has to be multiplied with; what both have to be multiplied with, by how large they are; how far
the tails reach. Quantiles throughout: one vertebra mistaken for another must not widen the regions of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from oiscan.anatomy import LANDMARKS, View
from oiscan.errors import LabelError
from oiscan.evaluation.landmarks import ImageResult
from oiscan.evaluation.measure import Errors, Residuals
from oiscan.scan import FloatArray
from oiscan.segmentation.calibration import GAUSSIAN_RADIUS, SHARES, Calibration, spread, stretched
from oiscan.spine import Evidence

FEWEST_VERTEBRAE = 200
"""With fewer, the tail of the errors is not known to three points of a hundred."""

BINS = 10
WITHIN_ONE_SD = 0.6827
"""Share of a Gaussian within one standard deviation."""


def fitted(results: Sequence[ImageResult], view: View) -> Calibration:
    """The table for one view, from pictures segmented by the uncalibrated model.

    Raises
    ------
    LabelError
        Fewer than 200 vertebrae were found.
    """
    errors, covariance = _stacked(results, len(LANDMARKS[view]))
    if len(errors) < FEWEST_VERTEBRAE:
        raise LabelError(f"{len(errors)} {view} vertebrae are too few to calibrate: draw more exams")
    axis = _axis_factors(errors, covariance)
    spreads, distance = spread(covariance), Residuals(errors, stretched(covariance, axis)).distance
    knots, factors = _spread_table(distance.ravel(), spreads.ravel())
    distance /= np.interp(spreads, knots, factors)
    # Errors along x and y hang together: each landmark's region is widened until it holds its share.
    each = _radius(distance, axis=0)
    distance /= each
    radius = {share: float(np.quantile(distance, share)) for share in SHARES}
    return Calibration(axis * each[:, None], knots, factors, radius)


def cross_checked(results: Sequence[ImageResult], view: View) -> dict[str, float]:
    """Share of landmarks the regions hold, of every second picture, by the table fitted on the others."""
    table = fitted(results[::2], view)
    errors, covariance = _stacked(results[1::2], len(LANDMARKS[view]))
    return _held(Residuals(errors, table.apply(covariance)).distance.ravel(), table.radius)


def coverage(results: Sequence[ImageResult], radius: Mapping[float, float] = GAUSSIAN_RADIUS) -> dict[str, float]:
    """Share of landmarks within the regions that are to hold 68 % and 95 %; NaN without landmarks."""
    told = [errors.residuals.distance for errors in _found(results)]
    distance = np.concatenate(told) if told else np.empty(0)
    return _held(distance[np.isfinite(distance)], radius)


def _held(distance: FloatArray, radius: Mapping[float, float]) -> dict[str, float]:
    return {f"{share:.0%}": float((distance <= radius[share]).mean()) if distance.size else np.nan for share in SHARES}


def _found(results: Sequence[ImageResult]) -> list[Errors]:
    """Errors of the vertebrae that were found whole. Faint ones count too: they are what doubt is learnt from."""
    matches = [match for result in results for match in result.matches]
    return [match.errors for match in matches if match.errors and match.evidence is not Evidence.CUT]


def _stacked(results: Sequence[ImageResult], landmarks: int) -> tuple[FloatArray, FloatArray]:
    """Errors (n, k, 2) and covariances (n, k, 2, 2) of the vertebrae whose landmarks are all labelled."""
    told = [one.residuals for one in _found(results) if np.isfinite(one.residuals.error_px).all()]
    errors = np.array([one.error_px for one in told]).reshape(-1, landmarks, 2)
    return errors, np.array([one.covariance_px for one in told]).reshape(-1, landmarks, 2, 2)


def _axis_factors(errors: FloatArray, covariance: FloatArray) -> FloatArray:
    """(k, 2): by how much each landmark's error along x and y exceeds its stated standard deviation."""
    deviation = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    return np.asarray(np.quantile(np.abs(errors) / deviation, WITHIN_ONE_SD, axis=0))


def _spread_table(distance: FloatArray, spreads: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Spreads and their factors, from equally many landmarks each; a larger spread never becomes the smaller one."""
    bins = np.array_split(np.argsort(spreads, kind="stable"), BINS)
    knots, first = np.unique([np.median(spreads[part]) for part in bins], return_index=True)
    factors = np.array([_radius(distance[part]) for part in bins])[first]
    return knots, np.maximum.accumulate(knots * factors) / knots


def _radius(distance: FloatArray, axis: int | None = None) -> FloatArray:
    """Radius that holds 68 % of the distances, in that of a Gaussian."""
    return np.asarray(np.quantile(distance, SHARES[0], axis=axis) / GAUSSIAN_RADIUS[SHARES[0]])
