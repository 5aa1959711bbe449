"""Agreement beyond chance: Cohen's kappa, plain and weighted, and Fleiss' kappa for many readers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from oiscan.evaluation.bootstrap import Interval
from oiscan.scan import FloatArray

IntArray = npt.NDArray[np.int64]

NORMAL_95 = 1.959964
"""Standard deviations on either side of the mean that hold 95 % of a normal distribution."""


class Weights(StrEnum):
    """How much of an agreement two neighbouring categories are: nothing, or less the further apart (squared)."""

    PLAIN = "plain"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


@dataclass(frozen=True)
class Kappa:
    """Cohen's kappa with its standard error.

    Both are NaN where chance alone would agree always, or nothing was counted. The error alone is NaN where one rater
    used one category only: kappa is then 0 whatever the other one said, and nothing tells how it would vary.
    """

    value: float
    standard_error: float

    @property
    def interval(self) -> Interval:
        """95 % by the normal approximation, as papers print it: the upper end may lie above 1."""
        reach = NORMAL_95 * self.standard_error
        return Interval(self.value, self.value - reach, self.value + reach)


def crosstab(pairs: IntArray, categories: int) -> IntArray:
    """How often each of the pairs (n, 2) of categories 0, 1, ... came up, (categories, categories): first by row."""
    places = pairs @ [categories, 1]
    return np.bincount(places, minlength=categories**2).reshape(categories, categories).astype(np.int64)


def kappa(counts: npt.ArrayLike, weights: Weights = Weights.PLAIN) -> Kappa:
    """Cohen's kappa of two raters (Cohen 1960, 1968).

    The standard error is that of Fleiss, Cohen and Everitt, Psychol Bull 1969;72:323, for a kappa that is not 0.

    Parameters
    ----------
    counts
        (k, k): how often the one rater (rows) and the other (columns) gave each pair of categories, in their order.
    weights
        Linear: 1 - d / (k - 1) for categories d apart; quadratic: 1 - (d / (k - 1))^2.
    """
    table = np.asarray(counts, dtype=float)
    total = table.sum()
    if not total:
        return Kappa(float("nan"), float("nan"))
    share, weight = table / total, _weight_table(len(table), weights)
    rows, columns = share.sum(1), share.sum(0)
    observed, expected = float((weight * share).sum()), float(rows @ weight @ columns)
    if np.isclose(expected, 1):
        return Kappa(float("nan"), float("nan"))
    by_chance = (weight @ columns)[:, None] + rows @ weight
    spread = (share * (weight * (1 - expected) - by_chance * (1 - observed)) ** 2).sum()
    spread -= (observed * expected - 2 * expected + observed) ** 2
    error = np.sqrt(max(spread, 0) / total) / (1 - expected) ** 2
    varied = max(rows.max(), columns.max()) < 1
    return Kappa((observed - expected) / (1 - expected), float(error) if varied else float("nan"))


def fleiss_kappa(counts: npt.ArrayLike) -> float:
    """Kappa of more than two raters (Fleiss, Psychol Bull 1971;76:378); of two it is Scott's pi, not Cohen's kappa.

    Parameters
    ----------
    counts
        (n, k): how many raters put each of n vertebrae into each of k categories; as many raters for every vertebra.

    Returns
    -------
    NaN where there is no vertebra, or where all raters put all of them into one category.

    Raises
    ------
    ValueError
        Some vertebrae have fewer raters than others, or all have fewer than two.
    """
    table = np.asarray(counts, dtype=float)
    if not table.size:
        return float("nan")
    raters = table[0].sum()
    if raters < 2 or not (table.sum(1) == raters).all():
        raise ValueError("Fleiss' kappa needs the same two or more raters for every vertebra")
    observed = ((table**2).sum(1) - raters).mean() / (raters * (raters - 1))
    expected = ((table.mean(0) / raters) ** 2).sum()
    return float("nan") if np.isclose(expected, 1) else float((observed - expected) / (1 - expected))


def _weight_table(categories: int, weights: Weights) -> FloatArray:
    """(k, k): 1 on the diagonal, 0 where two categories agree in nothing."""
    if weights is Weights.PLAIN:
        return np.eye(categories)
    places = np.arange(categories)
    apart = np.abs(places[:, None] - places) / (categories - 1)
    return np.asarray(1 - (apart if weights is Weights.LINEAR else apart**2), dtype=float)
