"""Analysis of covariance at one visit: how the arms differ at equal baseline, by least squares and Student's t."""

from __future__ import annotations

import numpy as np

from oiscan.errors import AnalysisError
from oiscan.followup.compare.results import AdjustedMean, Comparison, Estimate
from oiscan.followup.compare.trial import Trial, design
from oiscan.scan import FloatArray

METHOD = "ANCOVA"
MEASURE = "difference of means"
ROUNDING = 1e-20
"""Share of a sum of squares below which it is rounding."""


def ancova(trial: Trial, visit: str) -> Comparison:
    """The arms at one visit, of the children with a value there (complete cases).

    Parameters
    ----------
    trial
        Whose covariates are adjusted for.
    visit
        Its name.

    Returns
    -------
    The difference with n - 2 - k degrees of freedom, in the unit of the endpoint; a reason instead of it where the
    children are too few or all alike.

    Raises
    ------
    AnalysisError
        Where the trial has no such visit.
    """
    some = trial.only(trial.seen(visit))
    try:
        first, second, difference = _fit(design(some.in_second_arm, some.covariates), some.at(visit))
    except AnalysisError as error:
        return trial.without(visit, METHOD, MEASURE, str(error))
    return compared(trial, visit, METHOD, difference, (first, second), trial.adjusted_for())


def compared(
    trial: Trial, visit: str, method: str, difference: Estimate, means: tuple[Estimate, Estimate], *notes: str
) -> Comparison:
    """A difference of means and the means themselves, as a comparison."""
    counts = trial.counts(visit)
    return Comparison(
        trial.endpoint, visit, method, MEASURE, trial.arms, counts, difference.value, difference.low, difference.high,
        difference.standard_error, difference.df, difference.p_value, note=trial.noted(*notes),
        means=tuple(AdjustedMean(*told) for told in zip(trial.arms, counts, means, strict=True)),
    )  # fmt: skip


def _fit(columns: FloatArray, values: FloatArray) -> tuple[Estimate, Estimate, Estimate]:
    """Adjusted mean of either arm, and their difference."""
    n, p = columns.shape
    spread = np.linalg.inv(columns.T @ columns)
    coefficients = spread @ columns.T @ values
    squares = float(((values - columns @ coefficients) ** 2).sum())
    if squares <= ROUNDING * float(values @ values):
        raise AnalysisError("the values do not vary within the arms")
    contrasts = np.zeros((3, p))
    contrasts[:, :2] = [[1, 0], [1, 1], [0, 1]]
    errors = np.sqrt(np.einsum("cp,pq,cq->c", contrasts, spread, contrasts) * squares / (n - p))
    first, second, difference = (
        Estimate(float(value), float(error), n - p)
        for value, error in zip(contrasts @ coefficients, errors, strict=True)
    )
    return first, second, difference
