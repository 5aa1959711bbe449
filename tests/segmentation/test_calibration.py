"""The table from stated spread to error, worked by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from oiscan.segmentation.calibration import GAUSSIAN_RADIUS, Calibration, spread

TABLE = Calibration(
    axis_factor=np.array([[0.5, 1.0], [1.0, 1.0]]),
    spread_px=np.array([2.0, 4.0]),
    spread_factor=np.array([1.0, 3.0]),
    radius={0.68: 1.5, 0.95: 3.0},
)


def test_spread_and_radius_by_hand() -> None:
    """Variances 9 and 7 have a mean of 16 / 2; exp(-r^2 / 2) of a Gaussian lies beyond r."""
    assert spread(np.diag([9.0, 7.0])) == pytest.approx(np.sqrt(8))
    assert np.exp(-(GAUSSIAN_RADIUS[0.95] ** 2) / 2) == pytest.approx(0.05)


@pytest.mark.parametrize(("stated", "factor"), [(1.0, 1.0), (2.0, 1.0), (3.0, 2.0), (4.0, 3.0), (9.0, 3.0)])
def test_factors_are_interpolated_and_constant_beyond(stated: float, factor: float) -> None:
    covariance = np.tile(stated**2 * np.eye(2), (5, 2, 1, 1))
    applied = TABLE.apply(covariance)
    assert applied.shape == covariance.shape
    np.testing.assert_allclose(applied[4, 0], (stated * factor) ** 2 * np.diag([0.25, 1.0]))
    np.testing.assert_allclose(applied[4, 1], (stated * factor) ** 2 * np.eye(2))


def test_a_slanted_covariance_stays_one() -> None:
    """x is halved, so the covariance of x and y is halved and x's variance quartered."""
    covariance = np.array([[[4.0, 2.0], [2.0, 4.0]]] * 2)
    np.testing.assert_allclose(TABLE.apply(covariance)[0], [[1.0, 1.0], [1.0, 4.0]])


def test_the_card_holds_all_of_it() -> None:
    told = Calibration.from_card(TABLE.to_card())
    assert told.to_card() == TABLE.to_card()
    assert told.radius == {0.68: 1.5, 0.95: 3.0}
    np.testing.assert_array_equal(told.axis_factor, TABLE.axis_factor)


@pytest.mark.parametrize(
    "wrong",
    [
        {"axis_factor": np.ones(4)},
        {"spread_px": np.array([4.0, 2.0])},
        {"spread_factor": np.array([1.0])},
        {"spread_factor": np.array([1.0, np.nan])},
        {"spread_px": np.array([0.0, 2.0])},
        {"radius": {0.68: 1.5}},
    ],
)
def test_no_table_is_no_calibration(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"calibration|factors|spreads"):
        replace(TABLE, **wrong)
