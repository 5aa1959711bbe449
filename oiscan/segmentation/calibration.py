"""From the spread a network states to the error it makes: the table a model's card holds for one view.

A refiner's heatmaps are wider than its errors, more so for sure answers than for doubtful ones, and not alike along
and across a vertebra. The table mends all three; it is fitted by `oiscan.evaluation.calibration`, on simulated pictures
unless the card says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from oiscan.scan import FloatArray

SHARES = (0.68, 0.95)
"""Of landmarks a region is to hold."""

GAUSSIAN_RADIUS = {share: float(np.sqrt(-2 * np.log(1 - share))) for share in SHARES}
"""Mahalanobis radius of these regions for a Gaussian error in two dimensions: 1.51 and 2.45."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """How to turn the covariance of a refiner's landmarks into that of their errors.

    Parameters
    ----------
    axis_factor
        (k, 2): what each landmark's standard deviation along x and y of the crop is multiplied with.
    spread_px
        (b,) rising: stated standard deviations in crop pixels, the root of the mean of both variances.
    spread_factor
        (b,): what a landmark with such a spread is multiplied with too; interpolated, constant beyond the ends.
    radius
        Mahalanobis radius within which 68 % and 95 % of the landmarks then lie; errors have heavier tails than a
        Gaussian, so the second is more than 2.45.

    Raises
    ------
    ValueError
        The numbers are no such table.
    """

    axis_factor: FloatArray
    spread_px: FloatArray
    spread_factor: FloatArray
    radius: Mapping[float, float]

    def __post_init__(self) -> None:
        numbers = [self.axis_factor, self.spread_px, self.spread_factor, np.array(list(self.radius.values()))]
        if not all(np.isfinite(array).all() and (array > 0).all() for array in numbers):
            raise ValueError("a calibration holds finite numbers above 0")
        if self.axis_factor.ndim != 2 or self.axis_factor.shape[1] != 2:
            raise ValueError(f"axis factors must be (k, 2), got {self.axis_factor.shape}")
        if self.spread_px.ndim != 1 or not self.spread_px.size or self.spread_px.shape != self.spread_factor.shape:
            raise ValueError("a calibration needs one factor for each spread")
        if (np.diff(self.spread_px) <= 0).any() or set(self.radius) != set(SHARES):
            raise ValueError("spreads must rise, and there must be a radius for 68 % and for 95 %")

    def apply(self, covariance: FloatArray) -> FloatArray:
        """Covariances (..., k, 2, 2) of landmarks in crop pixels, as those of their errors."""
        factor = np.interp(spread(covariance), self.spread_px, self.spread_factor)
        return stretched(covariance, self.axis_factor) * np.square(factor)[..., None, None]

    def to_card(self) -> dict[str, Any]:
        """As plain numbers for `card.json`."""
        return {
            "axis_factor": np.round(self.axis_factor, 4).tolist(),
            "spread_px": np.round(self.spread_px, 4).tolist(),
            "spread_factor": np.round(self.spread_factor, 4).tolist(),
            "region_radius": {str(share): round(radius, 4) for share, radius in self.radius.items()},
        }

    @classmethod
    def from_card(cls, told: Mapping[str, Any]) -> Self:
        """What `to_card` wrote; raises ValueError, KeyError or TypeError where it is something else."""
        axis, spreads, factors = (np.array(told[name], float) for name in ("axis_factor", "spread_px", "spread_factor"))
        return cls(axis, spreads, factors, {float(share): float(r) for share, r in told["region_radius"].items()})


def spread(covariance: FloatArray) -> FloatArray:
    """Root of the mean of both variances, (...), of covariances (..., 2, 2)."""
    return np.asarray(np.sqrt(np.trace(covariance, axis1=-2, axis2=-1) / 2))


def stretched(covariance: FloatArray, axis_factor: FloatArray) -> FloatArray:
    """Covariances (..., k, 2, 2) of points whose x and y are multiplied with `axis_factor` (k, 2)."""
    return np.asarray(covariance * axis_factor[:, :, None] * axis_factor[:, None, :])
