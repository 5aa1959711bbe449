"""REML of repeated measures: derivatives, degrees of freedom, refusals, and another program's numbers."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from oiscan.errors import AnalysisError
from oiscan.followup.compare.mmrm import crossed
from oiscan.followup.compare.reml import Fit, fit_reml
from oiscan.followup.compare.trial import design
from oiscan.scan import FloatArray
from tests.followup.compare.dental import dental_trial

FEV = Path(__file__).parents[4] / "shared" / "reference" / "fev_data.csv"


def dental_fit() -> Fit:
    trial = dental_trial()
    return fit_reml(crossed(design(trial.in_second_arm, trial.covariates), 3), trial.values)


def elsewhere(covariance: FloatArray) -> Fit:
    return replace(dental_fit(), covariance=covariance)


def test_dental_growth_as_nlme_fits_it() -> None:
    """R 4.2.2, nlme 3.1-162: gls, corSymm, varIdent, REML."""
    fit = dental_fit()
    assert fit.deviance == pytest.approx(260.621143052, abs=1e-6)
    assert np.diag(fit.covariance) == pytest.approx([2.98292, 3.90403, 4.94736], abs=2e-5)
    assert fit.covariance[0, 2] == pytest.approx(1.30901, abs=1e-5)
    told = [fit.estimate(np.eye(9)[place]) for place in (1, 4, 7)]
    assert [one.value for one in told] == pytest.approx([0.588909, 1.455676, 3.108098], abs=2e-6)
    assert [one.standard_error for one in told] == pytest.approx([0.733019, 0.851750, 0.965157], abs=2e-6)


def test_gradient_and_hessian_are_those_of_the_deviance() -> None:
    """Away from the minimum, against central differences."""
    covariance = np.array([[3.0, 0.5, 1.0], [0.5, 5.0, 2.0], [1.0, 2.0, 4.0]])
    fit, step = elsewhere(covariance), 1e-5
    for k, entry in enumerate(fit.entries):
        up, down = elsewhere(covariance + step * entry), elsewhere(covariance - step * entry)
        assert fit.gradient[k] == pytest.approx((up.deviance - down.deviance) / (2 * step), abs=1e-6)
        assert fit.hessian[k] == pytest.approx((up.gradient - down.gradient) / (2 * step), abs=1e-6)


def test_degrees_of_freedom_do_not_depend_on_how_the_covariance_is_written() -> None:
    """Satterthwaite's formula once more, by differences over the logarithm of the covariance's Cholesky factor."""
    fit, places = dental_fit(), np.tril_indices(3)
    root = np.linalg.cholesky(fit.covariance)
    root[np.diag_indices(3)] = np.log(np.diag(root))
    start, steps = root[places], np.eye(6) * 1e-4

    def at(theta: FloatArray) -> Fit:
        lower = np.zeros((3, 3))
        lower[places] = theta
        lower[np.diag_indices(3)] = np.exp(np.diag(lower))
        return elsewhere(lower @ lower.T)

    deviance = [[at(start + s * a + t * b).deviance for s, t in SIGNS] for a in steps for b in steps]
    hessian = (np.array(deviance) @ [1, -1, -1, 1] / (4 * 1e-8)).reshape(6, 6)
    gradient = np.array([(at(start + a).spread[7, 7] - at(start - a).spread[7, 7]) / 2e-4 for a in steps])
    df = 2 * fit.spread[7, 7] ** 2 / (gradient @ (2 * np.linalg.inv(hessian)) @ gradient)
    assert fit.estimate(np.eye(9)[7]).df == pytest.approx(df, rel=1e-3)
    assert df == pytest.approx(17.22, abs=0.01)


SIGNS = ((1, 1), (1, -1), (-1, 1), (-1, -1))


def test_of_one_visit_it_is_least_squares() -> None:
    """Values 1, 2, 6: mean 3, variance 7, two degrees of freedom."""
    fit = fit_reml(np.ones((3, 1, 1)), [[1.0], [2.0], [6.0]])
    assert fit.covariance.item() == pytest.approx(7)
    told = fit.estimate([1.0])
    assert (told.value, told.standard_error, told.df) == pytest.approx((3, (7 / 3) ** 0.5, 2))


def test_the_minimum_is_found_from_a_poor_start() -> None:
    """Nearly all children miss one visit or the other."""
    generator = np.random.default_rng(5)
    y = generator.multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]], 40)
    y[3:20, 0], y[22:, 1] = np.nan, np.nan
    fit = fit_reml(np.repeat(np.eye(2)[None], 40, axis=0), y)
    assert abs(fit.gradient).max() < 1e-6
    assert np.linalg.eigvalsh(fit.hessian)[0] > 0


NAN = float("nan")


@pytest.mark.parametrize(
    ("y", "reason"),
    [
        ([[1, NAN], [2, NAN], [4, NAN], [NAN, 1], [NAN, 3], [NAN, 4]], "no child has a value at both"),
        ([[1, 2], [2, 4], [3, 6], [4, 8], [7, 14], [9, 18]], "too few children were seen at several"),
        ([[5, 1], [5, 3], [5, 2], [5, 9], [5, 4], [5, 4]], "do not vary"),
    ],
)
def test_no_number_where_the_values_do_not_allow_one(y: list[list[float]], reason: str) -> None:
    with pytest.raises(AnalysisError, match=reason):
        fit_reml(np.repeat(np.eye(2)[None], len(y), axis=0), y)


def test_columns_that_say_the_same_are_refused() -> None:
    with pytest.raises(AnalysisError, match="says the same"):
        fit_reml(np.ones((4, 1, 2)), [[1.0], [2.0], [3.0], [5.0]])


@pytest.mark.skipif(not FEV.exists(), reason="the fev_data set of the R package mmrm is not at hand")
def test_fev_as_sas_fits_it() -> None:
    """SAS PROC MIXED, REML, unstructured, Satterthwaite (R package mmrm, design/SAS/sas_coef_ci_reml_un.txt)."""
    rows = [row for row in csv.DictReader(FEV.open(encoding="utf-8")) if row["FEV1"] not in ("", "NA")]
    children, visits = (sorted({row[name] for row in rows}) for name in ("USUBJID", "AVISIT"))
    x, y = np.zeros((len(children), len(visits), 3)), np.full((len(children), len(visits)), np.nan)
    for row in rows:
        place = children.index(row["USUBJID"]), visits.index(row["AVISIT"])
        x[place], y[place] = (1, row["ARMCD"] == "TRT", row["SEX"] == "Female"), float(row["FEV1"])
    fit = fit_reml(x, y)
    assert fit.deviance == pytest.approx(3666.967, abs=1e-3)
    assert np.diag(fit.covariance) == pytest.approx([108.64, 40.1475, 24.7713, 152.49], rel=2e-4)
    told = [fit.estimate(contrast) for contrast in np.eye(3)]
    assert [one.value for one in told] == pytest.approx([41.0762, 3.8265, -0.1404], abs=1e-3)
    assert [one.standard_error for one in told] == pytest.approx([0.5504, 0.6421, 0.6434], abs=2e-4)
    assert [one.df for one in told] == pytest.approx([156, 161, 161], abs=0.6)
