"""How well a measurement repeats: RMS-SD, RMS-%CV and the least significant change (LSC) of a precision study.

Each person is measured twice or more, repositioned in between, on one day and one machine (ISCD precision guidance).
The standard deviations within people are pooled; LSC = 2.77 x RMS-SD is the change that 95 in 100 unchanged people stay
below. ISCD prefers RMS-SD in g/cm2 to the %CV.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from oiscan.errors import ConfigError
from oiscan.scan import FloatArray

LSC_FACTOR = 2.77
"""1.96 x sqrt(2), rounded as ISCD's precision calculator states it."""

FEWEST_DEGREES_OF_FREEDOM = 30
FEWEST_PEOPLE = 15
"""ISCD: 15 people three times or 30 people twice, people like those to be measured; both give 30 degrees of freedom."""

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Precision:
    """What a precision study shows, in the unit of its values.

    Parameters
    ----------
    people, scans, degrees_of_freedom
        Those with two scans or more; degrees of freedom = scans - people.
    mean
        Of the people's means.
    rms_sd, rms_cv_percent, lsc, lsc_percent
        `lsc_percent` is 2.77 x RMS-%CV.
    rms_sd_interval, lsc_interval
        95 % confidence limits by the chi-square distribution of a pooled variance of normal values.
    remarks
        What is amiss with the study.
    """

    people: int
    scans: int
    degrees_of_freedom: int
    mean: float
    rms_sd: float
    rms_cv_percent: float
    lsc: float
    lsc_percent: float
    rms_sd_interval: tuple[float, float]
    lsc_interval: tuple[float, float]
    remarks: tuple[str, ...] = ()

    @property
    def is_large_enough(self) -> bool:
        """Whether it has the size ISCD asks for."""
        return self.degrees_of_freedom >= FEWEST_DEGREES_OF_FREEDOM and self.people >= FEWEST_PEOPLE


def precision_of(repeats: Mapping[str, Sequence[float]]) -> Precision:
    """Precision from repeated values of several people.

    Parameters
    ----------
    repeats
        Values above 0 by person. Who has one value only counts for nothing, and that is said. Where people have unlike
        numbers of values, each one's variance weighs by its degrees of freedom; with like numbers that is ISCD's
        sqrt(sum of SD^2 / people).

    Raises
    ------
    ConfigError
        Where nobody has two values, or a value is not above 0.

    Examples
    --------
    >>> round(precision_of({"a": [0.50, 0.52], "b": [0.60, 0.60]}).rms_sd, 6)
    0.01
    """
    values = {person: np.asarray(numbers, dtype=float) for person, numbers in repeats.items()}
    if not all(np.isfinite(one).all() and (one > 0).all() for one in values.values()):
        raise ConfigError("every value of a precision study must be a number above 0")
    repeated = [one for one in values.values() if len(one) > 1]
    if not repeated:
        raise ConfigError("a precision study needs people with two scans or more: nobody has a second value")
    weights = np.array([len(one) - 1 for one in repeated])
    means = np.array([one.mean() for one in repeated])
    variances = np.array([one.var(ddof=1) for one in repeated])
    rms_sd = float(np.sqrt(np.average(variances, weights=weights)))
    cv = 100 * float(np.sqrt(np.average(variances / means**2, weights=weights)))
    freedom = int(weights.sum())
    low, high = (rms_sd * factor for factor in sd_limit_factors(freedom))
    return Precision(
        people=len(repeated),
        scans=sum(len(one) for one in repeated),
        degrees_of_freedom=freedom,
        mean=float(means.mean()),
        rms_sd=rms_sd,
        rms_cv_percent=cv,
        lsc=LSC_FACTOR * rms_sd,
        lsc_percent=LSC_FACTOR * cv,
        rms_sd_interval=(low, high),
        lsc_interval=(LSC_FACTOR * low, LSC_FACTOR * high),
        remarks=_remarks(list(values.values()), freedom),
    )


def sd_limit_factors(degrees_of_freedom: int) -> tuple[float, float]:
    """What to multiply a pooled standard deviation by to get its 95 % confidence limits."""
    from scipy.stats import chi2

    tails = (1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2
    low, high = (float(np.sqrt(degrees_of_freedom / chi2.ppf(tail, degrees_of_freedom))) for tail in tails)
    return low, high


def _remarks(values: Sequence[FloatArray], freedom: int) -> tuple[str, ...]:
    repeated = [one for one in values if len(one) > 1]
    same = sum(float(np.ptp(one)) == 0 for one in repeated)
    said = []
    if freedom < FEWEST_DEGREES_OF_FREEDOM or len(repeated) < FEWEST_PEOPLE:
        said.append(
            f"too small: {len(repeated)} people and {freedom} degrees of freedom; ISCD asks for 15 people three times "
            "or 30 people twice (30 degrees of freedom)"
        )
    if single := len(values) - len(repeated):
        said.append(f"{single} with one value only, not counted")
    if 2 * same > len(repeated):
        said.append(f"{same} of {len(repeated)} have the same value each time: was one scan entered twice?")
    return tuple(said)
