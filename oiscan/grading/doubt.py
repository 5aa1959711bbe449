"""From the landmarks' covariance to the loss of height, how sure it is, and how likely each grade.

Three losses are measured with error and the largest is graded. The largest of three noisy numbers is too large in the
mean. By how much, and how far it scatters, is found by measuring the same vertebra again and again with errors of its
own size (a parametric bootstrap: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 10), always with
the same draws, so that the same landmarks always give the same answer.

What covariances leave out (errors that hang together, what a network does not know of itself) is fitted on simulated
exams, one `Band` an age band: `Doubt`, part of a model's card.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Self

import numpy as np

from oiscan.errors import ModelError
from oiscan.grading.genant import TOLERANCE_PERCENT, Scale
from oiscan.grading.morphometry import Heights
from oiscan.grading.shape import Reference, losses
from oiscan.scan import FloatArray

DRAWS = 1024
SEED = 0

NATURAL_SCATTER = 0.03
"""By how much a sound posterior height differs from what its neighbours make one expect, as a share, 1 sd. oiscan's
own, as the simulated spines have it (2.5 % a level); unverified in children."""

CARD_KEY = "grading"
"""Where the doubt of grades stands in a card's calibration."""

_T4_P95 = 2.1318
"""95th percentile of Student's t with 4 degrees of freedom."""

BORDERLINE = 0.4
"""A vertebra is borderline where the grade beyond the nearest edge is this likely. oiscan's own."""


@dataclass(frozen=True)
class Band:
    """How a propagated error becomes a true one, for children of one age band.

    Parameters
    ----------
    below_years
        The band ends here; it begins where the one before ends. Infinite for the last one.
    gain, shift_percent
        The loss is multiplied by the first, and the second is added. A network that leans towards common shapes makes
        fractures look milder and sound bodies a little fractured.
    bias_share
        How much of the bootstrap's bias is taken off before that, 0 to 1.
    factor, added_percent
        The true standard error is the root of (factor * propagated)^2 + added^2, in points of height loss.

    Raises
    ------
    ValueError
        The numbers are no such thing.
    """

    below_years: float
    gain: float = 1.0
    shift_percent: float = 0.0
    bias_share: float = 1.0
    factor: float = 1.0
    added_percent: float = 0.0

    def __post_init__(self) -> None:
        numbers = [self.shift_percent, self.gain, self.bias_share, self.factor, self.added_percent]
        possible = self.below_years > 0 and self.gain > 0 and min(numbers[2:]) >= 0 and self.bias_share <= 1
        if not (np.isfinite(numbers).all() and possible):
            raise ValueError(f"no calibration of grades: {self}")


@dataclass(frozen=True)
class Doubt:
    """The bands of all ages, youngest first, and one for a child of unknown age."""

    bands: tuple[Band, ...]
    any_age: Band

    def __post_init__(self) -> None:
        ends = [band.below_years for band in self.bands]
        if not ends or ends != sorted(set(ends)) or ends[-1] != math.inf:
            raise ValueError(f"age bands must rise and the last must have no end, got {ends}")

    def at(self, age_years: float | None) -> Band:
        """The band of an age."""
        return self.any_age if age_years is None else next(b for b in self.bands if age_years < b.below_years)

    def to_card(self) -> dict[str, Any]:
        """As plain numbers for `card.json`; an age without end is null."""
        return {"bands": [_told(band) for band in self.bands], "any_age": _told(self.any_age)}

    @classmethod
    def from_card(cls, told: Mapping[str, Any]) -> Self:
        """What `to_card` wrote; raises ValueError, LookupError or TypeError where it is something else."""
        return cls(tuple(_band(one) for one in told["bands"]), _band(told["any_age"]))


def doubt_in(card: Mapping[str, Any]) -> Doubt | None:
    """What a model's card tells of the doubt of grades; None where it tells nothing.

    Raises
    ------
    ModelError
        What it tells cannot be used.
    """
    told = (card.get("calibration") or {}).get(CARD_KEY)
    try:
        return None if told is None else Doubt.from_card(told)
    except (ValueError, LookupError, TypeError) as error:
        raise ModelError(f"the card of model '{card.get('name')}' cannot calibrate grades: {error!r}") from error


@dataclass(frozen=True)
class Likely:
    """What is known of a true loss of height, in percent: Student's t with 4 degrees of freedom round a median.

    Errors of landmarks have heavier tails than a Gaussian; `standard_error` is the scale of the distribution.
    """

    percent: float
    standard_error: float

    @property
    def interval(self) -> tuple[float, float]:
        """The bounds that hold 90 % of the true losses; never below 0 or above 100."""
        reach = _T4_P95 * self.standard_error
        return max(0.0, self.percent - reach), min(100.0, self.percent + reach)

    def grades(self, scale: Scale) -> tuple[float, ...]:
        """Probability of each grade of a scale, from 0 up; they add up to 1."""
        at_least = [1.0, *(self._above(edge.percent) for edge in scale.edges), 0.0]
        return tuple(here - beyond for here, beyond in pairwise(at_least))

    def _above(self, percent: float) -> float:
        if self.standard_error <= 0:
            return float(self.percent >= percent - TOLERANCE_PERCENT)
        return float(beyond((percent - self.percent) / self.standard_error))


def beyond(t: FloatArray | float) -> FloatArray:
    """Probability that Student's t with 4 degrees of freedom is larger than `t`."""
    bent = np.asarray(t) / np.sqrt(4 + np.square(t))
    return np.asarray(0.5 - 0.75 * (bent - bent**3 / 3))


def likely_loss(
    heights: Heights, errors: Heights, reference: Reference | None, reference_error: float, band: Band
) -> Likely:
    """The true loss of height of a vertebra, as far as its landmarks tell.

    Parameters
    ----------
    heights, errors
        Its lengths and their standard errors, in one unit.
    reference, reference_error
        What its posterior height is compared with, and the standard error of that.
    band
        Of the child's age.
    """
    measured = losses(heights, reference).largest
    again = _measured_again(heights, errors, reference, reference_error)
    bias = float(again.mean()) - measured
    unbiased = band.gain * (measured - band.bias_share * bias) + band.shift_percent
    spread = math.hypot(band.factor * float(again.std()), band.added_percent)
    return Likely(min(max(unbiased, 0.0), 100.0), spread)


def reference_error(reference: Reference, errors: Sequence[Heights | None]) -> float:
    """Standard error of a posterior height expected from neighbours: theirs, and nature's scatter about the line.

    `errors` are those of all vertebrae of the spine, in the order `reference.neighbours` counts in. The expected
    height is taken for a mean of the neighbours, which it is near enough.
    """
    of_neighbours = [one.posterior for i in reference.neighbours if (one := errors[i]) is not None]
    scatter = NATURAL_SCATTER * reference.posterior
    share = (np.square(of_neighbours).mean() + scatter**2) / len(of_neighbours)
    return math.sqrt(scatter**2 + float(share))


def likeliest_grade(probabilities: Sequence[float]) -> int:
    """The likeliest grade: fractured or not is settled first, then how much.

    Grade 1 is narrow: 0 and 2 may each be likelier than it where a loss between 20 and 25 % is the best guess. What is
    more likely fractured than not is never called grade 0.
    """
    first = 1 if 1 - probabilities[0] >= 0.5 else 0
    graded = range(first, len(probabilities)) if first else range(1)
    return max(graded, key=lambda number: probabilities[number])


def borderline_grades(probabilities: Sequence[float], given: int) -> tuple[int, ...]:
    """The given grade and its neighbour where that is nearly as likely, lower first; empty where it is not."""
    beside = [number for number in (given - 1, given + 1) if 0 <= number < len(probabilities)]
    other = max(beside, key=lambda number: probabilities[number])
    return tuple(sorted((given, other))) if probabilities[other] >= BORDERLINE else ()


def _measured_again(
    heights: Heights, errors: Heights, reference: Reference | None, reference_error: float
) -> FloatArray:
    """Largest loss, (DRAWS,) in percent, of vertebrae like this one measured with errors like its own."""
    of = _draws()
    anterior, middle, posterior = (
        np.maximum(height + error * drawn, 1e-9)
        for height, error, drawn in zip(
            (heights.anterior, heights.middle, heights.posterior),
            (errors.anterior, errors.middle, errors.posterior),
            of, strict=False,
        )
    )  # fmt: skip
    parts = [1 - anterior / posterior, 1 - middle / posterior, np.zeros(DRAWS)]
    if reference is not None:
        parts.append(1 - posterior / np.maximum(reference.posterior + reference_error * of[3], 1e-9))
    return np.asarray(100 * np.clip(np.max(parts, axis=0), -1, 1))


@cache
def _draws() -> FloatArray:
    """(4, DRAWS) standard normal numbers: a half, and the same with the other sign, so that their mean is 0."""
    half = np.random.default_rng(SEED).standard_normal((4, DRAWS // 2))
    return np.concatenate([half, -half], axis=1)


def _told(band: Band) -> dict[str, float | None]:
    rounded: dict[str, float | None] = {name: round(value, 4) for name, value in asdict(band).items()}
    return rounded | ({"below_years": None} if math.isinf(band.below_years) else {})


def _band(told: Mapping[str, Any]) -> Band:
    end = told["below_years"]
    return Band(
        math.inf if end is None else float(end),
        *(float(told[name]) for name in ("gain", "shift_percent", "bias_share", "factor", "added_percent")),
    )
