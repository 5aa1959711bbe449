"""Calibration of errors drawn from known distributions: what was put in is found again."""

import numpy as np
import pytest

from oiscan.anatomy import Level, View
from oiscan.errors import LabelError
from oiscan.evaluation.calibration import coverage, cross_checked, fitted
from oiscan.evaluation.landmarks import ImageResult, Match
from oiscan.evaluation.measure import Errors, Residuals
from oiscan.scan import FloatArray
from oiscan.spine import Evidence


def found(error_px: FloatArray, covariance_px: FloatArray, evidence: Evidence = Evidence.CLEAR) -> ImageResult:
    """A picture with one AP vertebra that errs so; nothing else of it matters here."""
    nothing = np.full(4, np.nan)
    residuals = Residuals(error_px, covariance_px)
    errors = Errors(nothing, nothing, nothing, nothing, nothing, np.nan, residuals)
    return ImageResult((Match(Level.L1, True, Level.L1, errors, evidence),), 0)


def drawn(n: int, seed: int, ratio: FloatArray, tail: float = 0.0) -> list[ImageResult]:
    """Vertebrae with stated sd 2 or 4, true sd `ratio` (x, y) of that; a share `tail` errs four times more."""
    rng = np.random.default_rng(seed)
    results = []
    for _ in range(n):
        stated = float(rng.choice([2.0, 4.0]))
        error = rng.normal(0, 1, (4, 2)) * stated * ratio * (4 if rng.random() < tail else 1)
        results.append(found(error, np.tile(stated**2 * np.eye(2), (4, 1, 1))))
    return results


RATIO = np.array([0.4, 0.2])


def test_what_the_network_overstates_is_found_again() -> None:
    """Errors are a fifth of the stated sd along y and two fifths along x, whatever the spread: one table says both."""
    table = fitted(drawn(3000, 1, RATIO), View.AP)
    sd = np.sqrt(np.diagonal(table.apply(np.tile(9 * np.eye(2), (4, 1, 1))), axis1=1, axis2=2))
    np.testing.assert_allclose(sd, np.tile([3 * 0.4, 3 * 0.2], (4, 1)), rtol=0.12)
    assert table.radius[0.68] == pytest.approx(1.51, abs=0.03)
    assert table.radius[0.95] == pytest.approx(2.45, abs=0.12)


def test_regions_hold_on_people_the_table_never_saw() -> None:
    held = cross_checked(drawn(1500, 2, RATIO, tail=0.1), View.AP)
    assert held["68%"] == pytest.approx(0.68, abs=0.03)
    assert held["95%"] == pytest.approx(0.95, abs=0.02)


def test_heavy_tails_reach_further_than_a_gaussian() -> None:
    assert fitted(drawn(2000, 3, RATIO, tail=0.1), View.AP).radius[0.95] > 3


def test_a_larger_spread_never_becomes_the_smaller_one() -> None:
    """Errors that do not depend on the stated spread at all."""
    rng = np.random.default_rng(4)
    results = [
        found(rng.normal(0, 1, (4, 2)), np.tile(variance * np.eye(2), (4, 1, 1)))
        for variance in rng.uniform(4, 16, 600)
    ]
    table = fitted(results, View.AP)
    assert (np.diff(table.spread_px * table.spread_factor) >= -1e-9).all()
    assert table.spread_factor[0] > 1.5 * table.spread_factor[-1]


def test_too_few_vertebrae_are_refused() -> None:
    with pytest.raises(LabelError, match="199 ap vertebrae are too few"):
        fitted(drawn(199, 5, RATIO), View.AP)


def test_coverage_by_hand() -> None:
    """Mahalanobis distances 0.5, 1, 2 and 3 of sd 2; a cut vertebra and an unfound one count for nothing."""
    error = np.array([[1.0, 0], [0, 2], [4, 0], [0, 6]])
    covariance = np.tile(4 * np.eye(2), (4, 1, 1))
    result, cut = found(error, covariance), found(error, covariance, Evidence.CUT)
    assert coverage([result]) == {"68%": 0.5, "95%": 0.75}
    assert coverage([result], {0.68: 0.7, 0.95: 3.1}) == {"68%": 0.25, "95%": 1.0}
    missed = ImageResult((Match(Level.L2, False),), 0)
    assert coverage([result, cut, missed]) == {"68%": 0.5, "95%": 0.75}
    assert np.isnan(coverage([cut, missed])["68%"])
