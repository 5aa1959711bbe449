"""What a study of so many children can show: power, smallest detectable effect, what no event at all leaves open."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

from scipy.optimize import brentq
from scipy.stats import binom, binomtest, fisher_exact, nct
from scipy.stats import t as student

from oiscan.errors import AnalysisError

ALPHA = 0.05
POWER = 0.8
LARGEST_SHIFT = 35.0
"""Effect in standard errors; even a study of one degree of freedom notices it."""


def power_of_means(effect_sd: float, n_first: int, n_second: int, covariates: int = 0, explained: float = 0.0) -> float:
    """Probability that a two-sided t-test at 5 % notices a difference of means.

    Parameters
    ----------
    effect_sd
        Difference of the means in standard deviations of the children of one arm.
    n_first, n_second
        Children of each arm who are measured.
    covariates
        How many ANCOVA adjusts for; each costs a degree of freedom.
    explained
        Share of the variance they explain, the squared correlation with the endpoint, from 0 to below 1.

    Raises
    ------
    AnalysisError
        Where the children are too few, or the share is none.
    """
    df, error = _test(n_first, n_second, covariates, explained)
    return _power(abs(effect_sd) / error, df)


def detectable_difference(
    n_first: int, n_second: int, covariates: int = 0, explained: float = 0.0, power: float = POWER
) -> float:
    """Smallest difference of means, in standard deviations, that is noticed with the power."""
    df, error = _test(n_first, n_second, covariates, explained)
    return error * float(brentq(lambda shift: _power(shift, df) - power, 0, LARGEST_SHIFT))


def children_needed(effect_sd: float, covariates: int = 0, explained: float = 0.0, power: float = POWER) -> int:
    """Children an arm, of two equal ones, with whom a difference of means is noticed with the power.

    Raises
    ------
    AnalysisError
        For an effect so small that no study would be large enough.
    """
    if abs(effect_sd) < 0.01:
        raise AnalysisError("an effect below a hundredth of a standard deviation is none")

    def enough(n: int) -> bool:
        return power_of_means(effect_sd, n, n, covariates, explained) >= power

    return _least(enough, 2 + (covariates + 1) // 2)


def power_of_fisher(p_first: float, p_second: float, n_first: int, n_second: int) -> float:
    """Probability that Fisher's two-sided test at 5 % notices two proportions, over all that may be counted."""
    return sum(
        float(binom.pmf(first, n_first, p_first) * binom.pmf(second, n_second, p_second))
        for first in range(n_first + 1)
        for second in range(n_second + 1)
        if fisher_exact([[first, second], [n_first - first, n_second - second]]).pvalue <= ALPHA
    )


def first_significant_split(n_first: int, n_second: int) -> int:
    """Fewest events in the second arm that Fisher's test tells from none in the first; `n_second` + 1 where none do."""

    def noticed(events: int) -> bool:
        return bool(fisher_exact([[0, events], [n_first, n_second - events]]).pvalue <= ALPHA)

    return next((events for events in range(1, n_second + 1) if noticed(events)), n_second + 1)


def largest_unseen_share(n: int) -> float:
    """Upper end of the exact two-sided 95 % interval where none of n children had the event."""
    return float(binomtest(0, n).proportion_ci(1 - ALPHA, method="exact").high)


def _test(n_first: int, n_second: int, covariates: int, explained: float) -> tuple[int, float]:
    """Degrees of freedom, and the standard error of the difference in standard deviations."""
    df = n_first + n_second - 2 - covariates
    if min(n_first, n_second) < 1 or df < 1 or not 0 <= explained < 1:
        raise AnalysisError(f"no test of {n_first} and {n_second} children and {covariates} covariates ({explained:g})")
    return df, sqrt((1 - explained) * (1 / n_first + 1 / n_second))


def _power(shift: float, df: int) -> float:
    bound = student.isf(ALPHA / 2, df)
    return float(min(1.0, nct.sf(bound, df, shift) + nct.cdf(-bound, df, shift)))


def _least(enough: Callable[[int], bool], start: int) -> int:
    high = start
    while not enough(high):
        high *= 2
    low = max(start, high // 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low
