"""From what papers print, mean, SD and n, to intervals, t-tests and effect sizes; and the same from values."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, nctdtrinc

from oiscan.errors import AnalysisError
from oiscan.evaluation.bootstrap import Interval
from oiscan.followup.compare.results import CONFIDENCE, NAN, Estimate


@dataclass(frozen=True)
class Summary:
    """Mean and standard deviation of n values.

    Raises
    ------
    AnalysisError
        For fewer than two values, which have no spread, or a negative one.
    """

    n: int
    mean: float
    sd: float

    def __post_init__(self) -> None:
        if self.n < 2 or not self.sd >= 0:
            raise AnalysisError(f"a mean with a spread takes two values or more, not {self.n} with an SD of {self.sd}")

    @classmethod
    def of(cls, values: npt.ArrayLike) -> Self:
        """Of values without NaN."""
        numbers = np.asarray(values, dtype=float)
        sd = float(numbers.std(ddof=1)) if len(numbers) > 1 else NAN
        return cls(len(numbers), float(numbers.mean()) if len(numbers) else NAN, sd)

    @property
    def estimate(self) -> Estimate:
        """The mean as an estimate: its t-test against 0 and its 95 % interval."""
        return Estimate(self.mean, self.sd / sqrt(self.n), self.n - 1)


def pooled_sd(first: Summary, second: Summary) -> float:
    """Of two groups that vary alike."""
    squares = (first.n - 1) * first.sd**2 + (second.n - 1) * second.sd**2
    return sqrt(squares / (first.n + second.n - 2))


def difference(first: Summary, second: Summary) -> Estimate:
    """Second mean minus the first, by Student's t-test with pooled variances."""
    error = pooled_sd(first, second) * sqrt(1 / first.n + 1 / second.n)
    return Estimate(second.mean - first.mean, error, first.n + second.n - 2)


def welch(first: Summary, second: Summary) -> Estimate:
    """Second mean minus the first, by Welch's t-test, for groups that do not vary alike (Biometrika 1947;34:28)."""
    variances = first.sd**2 / first.n, second.sd**2 / second.n
    df = sum(variances) ** 2 / (variances[0] ** 2 / (first.n - 1) + variances[1] ** 2 / (second.n - 1))
    return Estimate(second.mean - first.mean, hypot(first.sd / sqrt(first.n), second.sd / sqrt(second.n)), df)


def small_sample_factor(df: float) -> float:
    """J, by which Cohen's d is too large on average; exact (Hedges, J Educ Stat 1981;6:107)."""
    return float(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / sqrt(df / 2))


def hedges_g(first: Summary, second: Summary) -> Interval:
    """Difference of the means in pooled standard deviations, second minus first, unbiased, with its 95 % interval.

    The interval holds the true effect, found by moving the noncentral t distribution until what was seen lies at its
    2.5 and 97.5 % points (Steiger and Fouladi 1997). NaN where neither group varies.
    """
    t, df = difference(first, second), first.n + second.n - 2
    if not t.standard_error:
        return Interval(NAN, NAN, NAN)
    seen, per_effect = t.value / t.standard_error, sqrt(1 / first.n + 1 / second.n)
    tail = (1 - CONFIDENCE) / 2
    low, high = (float(nctdtrinc(df, share, seen)) * per_effect for share in (1 - tail, tail))
    return Interval(small_sample_factor(df) * seen * per_effect, low, high)
