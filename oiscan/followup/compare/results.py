"""What a comparison of two arms says, and what is only said of one arm."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import stdtr, stdtrit

CONFIDENCE = 0.95

NAN = float("nan")


@dataclass(frozen=True)
class Estimate:
    """A value with its standard error and degrees of freedom, both tested and bounded by Student's t.

    Parameters
    ----------
    value, standard_error
        In the unit of the endpoint.
    df
        Degrees of freedom; not always whole (Satterthwaite).
    """

    value: float
    standard_error: float
    df: float

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.value - self._reach

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.value + self._reach

    @property
    def p_value(self) -> float:
        """Two-sided, that the true value is 0; NaN where the values do not vary."""
        if not self.standard_error > 0:
            return NAN
        return float(2 * stdtr(self.df, -abs(self.value) / self.standard_error))

    @property
    def _reach(self) -> float:
        return float(stdtrit(self.df, (1 + CONFIDENCE) / 2)) * self.standard_error


@dataclass(frozen=True)
class AdjustedMean:
    """An arm's mean at the average of the covariates (least-squares mean). Two of them are no test of a difference."""

    arm: str
    n: int
    mean: Estimate


@dataclass(frozen=True)
class Comparison:
    """One arm against another at one visit: one test, with the number of children in it.

    Parameters
    ----------
    endpoint, visit
        What was compared, and when; `visit` is blank for what is counted over the whole study.
    method
        The test, in words.
    measure
        What `estimate` is, such as "difference of means" or "rate ratio".
    arms
        Reference arm first; differences are the second minus the first, ratios the second over the first.
    n
        Children of each arm in this very test.
    estimate, low, high
        With its 95 % interval; NaN where the test gives none.
    standard_error, df
        NaN where the test has none.
    p_value
        Two-sided; NaN where there is no number.
    reason
        Why there is no number; blank where there is one.
    note
        What a reader must know: covariates, who was left out, how many permutations.
    means
        Each arm's adjusted mean, where the method has one.
    """

    endpoint: str
    visit: str
    method: str
    measure: str
    arms: tuple[str, str]
    n: tuple[int, int]
    estimate: float = NAN
    low: float = NAN
    high: float = NAN
    standard_error: float = NAN
    df: float = NAN
    p_value: float = NAN
    reason: str = ""
    note: str = ""
    means: tuple[AdjustedMean, ...] = ()

    def __post_init__(self) -> None:
        if not self.reason and math.isnan(self.p_value):
            raise ValueError("a comparison without a p-value says why")

    @property
    def name(self) -> str:
        """What tells this test from the others of a study."""
        return " ".join(part for part in (self.endpoint, self.visit, self.method) if part)

    def to_row(self) -> dict[str, str | int | float]:
        """One row of a table of comparisons."""
        reference, other = self.arms
        return {
            "endpoint": self.endpoint, "visit": self.visit, "method": self.method, "measure": self.measure,
            "arm": other, "n_arm": self.n[1], "reference": reference, "n_reference": self.n[0],
            "estimate": self.estimate, "ci_low": self.low, "ci_high": self.high,
            "standard_error": self.standard_error, "df": self.df, "p_value": self.p_value,
            "reason": self.reason, "note": self.note,
        }  # fmt: skip


CAUTION = "change within one arm: growth and healing are in it; says nothing about the other arm"


@dataclass(frozen=True)
class WithinArm:
    """The change inside one arm. Not a `Comparison`, and nothing here accepts it as one.

    Two arms that both changed significantly, or of which only one did, are not thereby different (Bland and Altman,
    Trials 2011;12:264: comparisons against baseline within randomised groups are misleading).

    Parameters
    ----------
    endpoint, visit, arm, n
        What changed, by when, in whom, in how many children.
    mean, low, high
        Mean change with its 95 % interval (Student's t), in the unit of the endpoint.
    sd
        Standard deviation of the changes; NaN for one child.
    p_t, p_wilcoxon
        That the mean change is 0 (paired t), that the changes lie evenly about 0 (Wilcoxon's signed ranks).
    reason
        Why there is no number; blank where there is one.
    """

    endpoint: str
    visit: str
    arm: str
    n: int
    mean: float = NAN
    sd: float = NAN
    low: float = NAN
    high: float = NAN
    p_t: float = NAN
    p_wilcoxon: float = NAN
    reason: str = ""

    def to_row(self) -> dict[str, str | int | float]:
        """One row of a table of changes, with the caution in it."""
        return {
            "endpoint": self.endpoint, "visit": self.visit, "arm": self.arm, "n": self.n, "mean_change": self.mean,
            "sd": self.sd, "ci_low": self.low, "ci_high": self.high, "p_within_arm_t": self.p_t,
            "p_within_arm_wilcoxon": self.p_wilcoxon, "reason": self.reason, "caution": CAUTION,
        }  # fmt: skip
