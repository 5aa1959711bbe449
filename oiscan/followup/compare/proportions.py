"""Children with an event in two arms, such as a new vertebral fracture: exact tests and intervals for few children."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import hypot

import numpy as np
from scipy.stats import binomtest, boschloo_exact, fisher_exact
from scipy.stats.contingency import odds_ratio

from oiscan.errors import AnalysisError
from oiscan.evaluation.agreement.accuracy import wilson
from oiscan.evaluation.bootstrap import Interval
from oiscan.followup.compare.results import CONFIDENCE, Comparison
from oiscan.followup.compare.trial import Trial

FISHER, BOSCHLOO = "Fisher's exact test", "Boschloo's exact test"

Table = tuple[tuple[int, int], tuple[int, int]]
"""With the event, then without; the ARMS IN THE COLUMNS, as Boschloo's test needs them."""


@dataclass(frozen=True)
class Proportion:
    """Children with an event among those of an arm who could be judged.

    Raises
    ------
    AnalysisError
        Where there are more with the event than children, or fewer than none.
    """

    arm: str
    events: int
    children: int

    def __post_init__(self) -> None:
        if not 0 <= self.events <= self.children:
            raise AnalysisError(f"{self.events} with the event among {self.children} children of {self.arm}")

    @property
    def exact(self) -> Interval:
        """Clopper and Pearson's 95 % interval (Biometrika 1934;26:404); NaN without children."""
        if not self.children:
            return wilson((0, 0))
        bounds = binomtest(self.events, self.children).proportion_ci(CONFIDENCE, method="exact")
        return Interval(self.events / self.children, float(bounds.low), float(bounds.high))


def proportions(trial: Trial, visit: str) -> tuple[Proportion, Proportion]:
    """How many of each arm have a value of 1 at a visit, among those with a value.

    Raises
    ------
    AnalysisError
        Where a value is neither 0 nor 1.
    """
    some = trial.only(trial.seen(visit))
    values = some.at(visit)
    if not np.isin(values, (0, 1)).all():
        raise AnalysisError(f"{trial.endpoint} is not a yes (1) or no (0): {values[~np.isin(values, (0, 1))][0]:g}")
    first, second = (
        Proportion(arm, int(values[members].sum()), int(members.sum()))
        for arm, members in zip(trial.arms, (~some.in_second_arm, some.in_second_arm), strict=True)
    )
    return first, second


def fisher(endpoint: str, visit: str, reference: Proportion, other: Proportion) -> Comparison:
    """Fisher's exact test, two-sided, with the odds ratio and its exact conditional interval.

    Conservative: with 13 against 13 children the first significant split with no event in one arm is 0 to 5. The
    p-value sums the tables as unlikely as this one, the interval cuts 2.5 % off either end (as in R): about p = 0.05
    they may disagree.
    """
    reason = _reason(reference, other)
    told = endpoint, visit, FISHER, "odds ratio", (reference.arm, other.arm)
    counts, note = (reference.children, other.children), _events(reference, other)
    if reason:
        return Comparison(*told, counts, reason=reason, note=note)
    table = _table(other, reference)
    ratio = odds_ratio(np.array(table), kind="conditional")
    bounds = ratio.confidence_interval(CONFIDENCE)
    ends = float(bounds.low), float(bounds.high)
    return Comparison(*told, counts, float(ratio.statistic), *ends, p_value=fisher_p(table), note=note)


def boschloo(endpoint: str, visit: str, reference: Proportion, other: Proportion) -> Comparison:
    """Boschloo's exact unconditional test, two-sided, with the difference of the proportions.

    Never less powerful than Fisher's (Boschloo, Stat Neerl 1970;24:1). The interval is Newcombe's, of two Wilson
    intervals (Stat Med 1998;17:873, method 10): approximate, so that it may rarely disagree with the exact p-value.
    """
    reason = _reason(reference, other)
    told = endpoint, visit, BOSCHLOO, "difference of proportions", (reference.arm, other.arm)
    counts, note = (reference.children, other.children), _events(reference, other)
    if reason:
        return Comparison(*told, counts, reason=reason, note=note)
    gap = newcombe(reference, other)
    p_value = boschloo_p(_table(reference, other))
    return Comparison(*told, counts, gap.value, gap.low, gap.high, p_value=p_value, note=note)


@cache
def fisher_p(table: Table) -> float:
    """Two-sided p-value."""
    return float(fisher_exact(table).pvalue)


@cache
def boschloo_p(table: Table) -> float:
    """Two-sided p-value; 1 where no child had the event, or all."""
    return min(1.0, float(boschloo_exact(table).pvalue)) if all(map(sum, table)) else 1.0


def newcombe(reference: Proportion, other: Proportion) -> Interval:
    """The difference of two proportions, other minus reference, with Newcombe's 95 % interval."""
    one, two = wilson((reference.events, reference.children)), wilson((other.events, other.children))
    gap = two.value - one.value
    below, above = hypot(two.value - two.low, one.high - one.value), hypot(two.high - two.value, one.value - one.low)
    return Interval(gap, gap - below, gap + above)


def _table(first: Proportion, second: Proportion) -> Table:
    without = first.children - first.events, second.children - second.events
    return (first.events, second.events), without


def _reason(*arms: Proportion) -> str:
    return "an arm has no child that could be judged" if any(not arm.children for arm in arms) else ""


def _events(*arms: Proportion) -> str:
    return ", ".join(f"{arm.arm} {arm.events} of {arm.children}" for arm in arms)
