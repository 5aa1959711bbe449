"""Permutation tests: what the difference would have been, had the children been dealt into the arms another way.

They assume nothing of the values; only that any deal within the strata was as likely as the one that was made.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.stats import rankdata

from oiscan.errors import AnalysisError
from oiscan.followup.compare.ancova import MEASURE, ancova
from oiscan.followup.compare.results import Comparison
from oiscan.followup.compare.trial import IntArray, Trial, design
from oiscan.scan import BoolArray, FloatArray

METHOD = "permutation test"
RANK_METHOD = "permutation test of ranks"
RANK_MEASURE = "probability of a higher value"
PERMUTATIONS = 9_999
"""With the deal that was made: 10,000, so that a p-value has four digits."""
AS_LARGE = 1 - 1e-9
"""Share of the statistic from which on another deal counts as large: equal ones differ by rounding."""


def permutation_test(trial: Trial, visit: str, permutations: int = PERMUTATIONS, seed: int = 0) -> Comparison:
    """The difference ANCOVA estimates, with the p-value of dealing the arms anew within the strata.

    The statistic is the correlation of arm and values after the covariates (Freedman and Lane, J Bus Econ Stat
    1983;1:292, with the arm permuted instead of the residuals, which randomisation makes exact); two-sided. The p-value
    counts the deal that was made, so it is never 0 (Phipson and Smyth, Stat Appl Genet Mol Biol 2010;9:39).

    Returns
    -------
    Without interval; a reason instead of a number where ANCOVA has none.
    """
    fitted = ancova(trial, visit)
    if fitted.reason:
        return trial.without(visit, METHOD, MEASURE, fitted.reason)
    some = trial.only(trial.seen(visit))
    p_value = _p_value(some, some.at(visit), permutations, seed)
    note = trial.noted(trial.adjusted_for(), _told(some, permutations, seed))
    return Comparison(
        trial.endpoint, visit, METHOD, MEASURE, trial.arms, fitted.n, fitted.estimate, p_value=p_value, note=note
    )


def rank_test(trial: Trial, visit: str, permutations: int = PERMUTATIONS, seed: int = 0) -> Comparison:
    """The arms by the ranks of their values, for scores that have an order and no unit (BAMF, walking ability).

    Nothing is adjusted for. The estimate is the probability that a child of the second arm has the higher value than
    one of the first, ties half (Mann and Whitney 1947); 0.5 is no difference.
    """
    some = trial.only(trial.seen(visit))
    plain = replace(some, covariates=np.empty((len(some.values), 0)), covariate_names=())
    ranks = rankdata(plain.at(visit))
    try:
        design(plain.in_second_arm, plain.covariates)
        if not np.ptp(ranks):
            raise AnalysisError("all children have the same value")
    except AnalysisError as error:
        return trial.without(visit, RANK_METHOD, RANK_MEASURE, str(error))
    (first, second), p_value = trial.counts(visit), _p_value(plain, ranks, permutations, seed)
    higher = (float(ranks[plain.in_second_arm].sum()) - second * (second + 1) / 2) / (first * second)
    return Comparison(
        trial.endpoint, visit, RANK_METHOD, RANK_MEASURE, trial.arms, (first, second), higher, p_value=p_value,
        note=trial.noted("not adjusted", _told(plain, permutations, seed)),
    )  # fmt: skip


def _p_value(trial: Trial, values: FloatArray, permutations: int, seed: int) -> float:
    deals = _deals(trial.in_second_arm, trial.strata, permutations, seed)
    columns = design(trial.in_second_arm, trial.covariates)
    others = np.delete(columns, 1, axis=1)
    rest = np.eye(len(values)) - others @ np.linalg.pinv(others)
    left = deals @ rest
    squares = np.einsum("dn,dn->d", left, deals)
    statistic = (left @ values) ** 2 / np.where(squares > 1e-12, squares, np.nan)
    as_large = ~(statistic[1:] < statistic[0] * AS_LARGE)
    return float((1 + as_large.sum()) / (1 + permutations))


def _deals(in_second_arm: BoolArray, strata: IntArray, permutations: int, seed: int) -> FloatArray:
    """(1 + permutations, n): the arms as dealt, then as they might have been."""
    deals = np.tile(in_second_arm.astype(float), (1 + permutations, 1))
    generator = np.random.default_rng(seed)
    for stratum in np.unique(strata):
        members = strata == stratum
        deals[1:, members] = generator.permuted(deals[1:, members], axis=1)
    return deals


def _told(trial: Trial, permutations: int, seed: int) -> str:
    strata = [trial.in_second_arm[trial.strata == stratum] for stratum in np.unique(trial.strata)]
    possible = math.prod(math.comb(len(second), int(second.sum())) for second in strata)
    dealt = f" within {len(strata)} strata" if len(strata) > 1 else ""
    return f"{permutations} random of {possible} deals{dealt}, seed {seed}"
