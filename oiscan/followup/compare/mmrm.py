"""Mixed model for repeated measures (MMRM): all visits in one model, each with its own effect of the arm.

Covariance of the visits unstructured, arm x visit and every covariate x visit, REML, Satterthwaite's degrees of
freedom. A child who misses a visit still counts at the others; the result is unbiased where what was measured explains
who is missing (missing at random). With nothing missing it is the ANCOVA of each visit, to the last digit.
"""

from __future__ import annotations

import numpy as np

from oiscan.errors import AnalysisError
from oiscan.followup.compare.ancova import MEASURE, compared
from oiscan.followup.compare.reml import Fit, fit_reml
from oiscan.followup.compare.results import Comparison
from oiscan.followup.compare.trial import FEWEST_IN_AN_ARM, Trial, design
from oiscan.scan import FloatArray

METHOD = "MMRM"


def mmrm(trial: Trial) -> tuple[Comparison, ...]:
    """The arms at every visit, from one model.

    Returns
    -------
    One comparison a visit, in their order. Where the model cannot be fitted, each says why and has no number; so does a
    visit with too few children, while the others are fitted without it.
    """
    usable = [visit for visit in trial.visits if min(trial.counts(visit)) >= FEWEST_IN_AN_ARM]
    try:
        fitted = _compared(trial, usable)
    except AnalysisError as error:
        fitted = {visit: trial.without(visit, METHOD, MEASURE, str(error)) for visit in usable}
    few = f"fewer than {FEWEST_IN_AN_ARM} children in an arm"
    return tuple(fitted.get(visit) or trial.without(visit, METHOD, MEASURE, few) for visit in trial.visits)


def _compared(trial: Trial, visits: list[str]) -> dict[str, Comparison]:
    if not visits:
        return {}
    values = np.column_stack([trial.at(visit) for visit in visits])
    some = trial.only(np.asarray(~np.isnan(values).all(axis=1)))
    values = np.column_stack([some.at(visit) for visit in visits])
    columns = design(some.in_second_arm, some.covariates)
    fit = fit_reml(crossed(columns, len(visits)), values)
    second = int(some.in_second_arm.sum())
    note = f"{trial.adjusted_for()} at each visit; {len(values) - second} and {second} children with any visit"
    return {visit: _at(trial, visit, fit, place, columns.shape[1], note) for place, visit in enumerate(visits)}


def crossed(columns: FloatArray, visits: int) -> FloatArray:
    """(n, visits, visits * k): the columns (n, k) of a model of one visit, once more for each visit."""
    n, k = columns.shape
    x = np.zeros((n, visits, visits * k))
    for visit in range(visits):
        x[:, visit, visit * k : (visit + 1) * k] = columns
    return x


def _at(trial: Trial, visit: str, fit: Fit, place: int, coefficients: int, note: str) -> Comparison:
    contrasts = np.zeros((3, fit.x.shape[2]))
    contrasts[:, place * coefficients : place * coefficients + 2] = [[1, 0], [1, 1], [0, 1]]
    first, second, difference = (fit.estimate(contrast) for contrast in contrasts)
    return compared(trial, visit, METHOD, difference, (first, second), note)
