"""The LMS method: a skewed distribution that changes with age, as three curves (Cole and Green 1992).

L is the power that makes the values normal (Box and Cox), M their median, S their coefficient of variation. OI lives
far below the median, so no score is ever clipped; WHO's shrinking of scores beyond 3 is for soft-tissue measures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

LARGEST_POWER = 30.0
"""Of an L, whatever its sign: oiscan's own bound, against typing errors."""


@dataclass(frozen=True)
class Lms:
    """The distribution at one age.

    Parameters
    ----------
    power
        L; 0 is the log-normal distribution.
    median
        M, in the unit of the quantity.
    variation
        S, a share of the median: 0.12 is 12 %.
    """

    power: float
    median: float
    variation: float

    def __post_init__(self) -> None:
        if not abs(self.power) <= LARGEST_POWER:
            raise ValueError(f"L must lie within {LARGEST_POWER:g} of 0, got {self.power}")
        if not (0 < self.median < math.inf and 0 < self.variation < math.inf):
            raise ValueError(f"M and S must be above 0, got {self.median} and {self.variation}")

    def z(self, value: float) -> float:
        """Z of a value: ((value/M)^L - 1) / (L S), and ln(value/M) / S where L is 0.

        Raises
        ------
        ValueError
            If the value is not a finite number above 0.
        """
        if not 0 < value < math.inf:
            raise ValueError(f"a value must be a finite number above 0, got {value}")
        log_ratio = math.log(value / self.median)
        bent = self.power * log_ratio
        # expm1 keeps its digits where L is nearly 0; a plain power minus 1 loses them all.
        return log_ratio * (math.expm1(bent) / bent if bent else 1.0) / self.variation

    def value(self, z: float) -> float:
        """Value at a Z: M (1 + L S Z)^(1/L), and M exp(S Z) where L is 0.

        Raises
        ------
        ValueError
            If no value has that Z (see `lowest_z` and `highest_z`).
        """
        if not self.lowest_z < z < self.highest_z:
            raise ValueError(f"no value has Z {z:g} where L = {self.power:g} and S = {self.variation:g}")
        scaled = self.variation * z
        bent = self.power * scaled
        return self.median * math.exp(scaled * (math.log1p(bent) / bent if bent else 1.0))

    @property
    def lowest_z(self) -> float:
        """The Z a value of nearly 0 has: -1/(L S), and without bound where L is not above 0."""
        return -1 / self.power / self.variation if self.power > 0 else -math.inf

    @property
    def highest_z(self) -> float:
        """The Z of a value without bound: -1/(L S), and without bound where L is not below 0."""
        return -1 / self.power / self.variation if self.power < 0 else math.inf


@dataclass(frozen=True)
class LmsCurve:
    """L, M and S from a first to a last age, linear between the ages given.

    Parameters
    ----------
    ages_years
        Two or more, rising.
    points
        The distribution at each of them.
    """

    ages_years: tuple[float, ...]
    points: tuple[Lms, ...]

    def __post_init__(self) -> None:
        if len(self.ages_years) < 2 or len(self.ages_years) != len(self.points):
            raise ValueError("a curve needs two ages or more, and a distribution for each")
        if not all(younger < older for younger, older in pairwise(self.ages_years)):
            raise ValueError("the ages of a curve must rise")

    @property
    def first_years(self) -> float:
        """The youngest age."""
        return self.ages_years[0]

    @property
    def last_years(self) -> float:
        """The oldest age."""
        return self.ages_years[-1]

    def at(self, age_years: float) -> Lms:
        """The distribution at an age.

        Raises
        ------
        ValueError
            If the age lies outside the curve: it is never extrapolated.
        """
        if not self.first_years <= age_years <= self.last_years:
            raise ValueError(f"the curve is for ages {self.first_years:g} to {self.last_years:g}, not {age_years:g}")
        told = [(point.power, point.median, point.variation) for point in self.points]
        return Lms(*(float(np.interp(age_years, self.ages_years, values)) for values in zip(*told, strict=True)))
