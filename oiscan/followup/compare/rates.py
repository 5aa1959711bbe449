"""Events per person-year, such as fractures: exact Poisson rates and their ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest, chi2

from oiscan.errors import AnalysisError
from oiscan.followup.compare.results import CONFIDENCE, NAN, Comparison

MEASURE = "rate ratio"
METHOD = "exact Poisson test"
ASSUMES = "takes events for independent; fractures crowd in some children, and the interval is then too narrow"


@dataclass(frozen=True)
class Rate:
    """Events of an arm over the years its children were watched.

    Parameters
    ----------
    events, person_years
        Counted in so many years.
    per_year, low, high
        Events per person-year with the exact 95 % interval.
    """

    events: int
    person_years: float
    per_year: float
    low: float
    high: float


def poisson_rate(events: int, person_years: float) -> Rate:
    """A rate with Garwood's exact interval (Biometrika 1936;28:437), from 0 where there was no event.

    Raises
    ------
    AnalysisError
        Where the events are negative, or no time was watched.
    """
    if events < 0 or not 0 < person_years < np.inf:
        raise AnalysisError(f"{events} events in {person_years:g} person-years give no rate")
    tail = (1 - CONFIDENCE) / 2
    low = chi2.ppf(tail, 2 * events) / 2 if events else 0.0
    high = chi2.isf(tail, 2 * (events + 1)) / 2
    return Rate(events, person_years, events / person_years, float(low) / person_years, float(high) / person_years)


def rate_ratio(
    endpoint: str, arms: tuple[str, str], reference: Rate, other: Rate, children: tuple[int, int]
) -> Comparison:
    """The rates of two arms, other over reference, by the exact conditional test.

    Given all events, those of the other arm are binomial (Przyborowski and Wilenski, Biometrika 1940;31:313); the
    interval is Clopper and Pearson's, turned into a ratio. The upper end is infinite where the reference arm had none.
    """
    told = endpoint, "", METHOD, MEASURE, arms, children
    note = f"{reference.events} in {reference.person_years:.1f} and {other.events} in {other.person_years:.1f} years"
    events = reference.events + other.events
    if not events:
        return Comparison(*told, reason="no event in either arm", note=note)
    expected = other.person_years / (reference.person_years + other.person_years)
    test = binomtest(other.events, events, expected)
    bounds = test.proportion_ci(CONFIDENCE, method="exact")
    years = reference.person_years / other.person_years
    estimate, low, high = (_odds(share) * years for share in (other.events / events, bounds.low, bounds.high))
    return Comparison(*told, estimate, low, high, p_value=float(test.pvalue), note=f"{note}; {ASSUMES}")


def dispersion(events: npt.ArrayLike, person_years: npt.ArrayLike) -> float:
    """Pearson's chi-square per degree of freedom of the children's counts about one rate; 1 where they are Poisson.

    Well above 1, the Poisson interval is too narrow.

    Parameters
    ----------
    events, person_years
        (n,) of each child. NaN for fewer than two children, or without any event.
    """
    counts, years = np.asarray(events, dtype=float), np.asarray(person_years, dtype=float)
    expected = counts.sum() * years / years.sum()
    if len(counts) < 2 or not counts.any():
        return NAN
    return float(((counts - expected) ** 2 / expected).sum() / (len(counts) - 1))


def _odds(share: float) -> float:
    return float(share / (1 - share)) if share < 1 else float("inf")
