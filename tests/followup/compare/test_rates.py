"""Events per person-year."""

from __future__ import annotations

import math

import pytest

from oiscan.errors import AnalysisError
from oiscan.followup.compare.rates import dispersion, poisson_rate, rate_ratio

ARMS = ("zol", "dmab")


@pytest.mark.parametrize(
    ("events", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.390), (20, 12.217, 30.888)]
)
def test_exact_limits_as_printed_in_tables(events: int, low: float, high: float) -> None:
    """Garwood's limits of a Poisson mean, Biometrika 1936;28:437, here per 2 person-years."""
    told = poisson_rate(events, 2.0)
    assert (told.per_year, told.low, told.high) == pytest.approx((events / 2, low / 2, high / 2), abs=5e-4)


@pytest.mark.parametrize(("events", "years"), [(3, 0.0), (-1, 2.0), (3, math.inf), (3, math.nan)])
def test_no_rate_without_time(events: int, years: float) -> None:
    with pytest.raises(AnalysisError, match="give no rate"):
        poisson_rate(events, years)


def test_equal_time_is_a_coin_tossed_for_each_event() -> None:
    """2 against 8 events in equal years: two-sided binomial, 2 x (1 + 10 + 45) / 1024."""
    told = rate_ratio("FX", ARMS, poisson_rate(8, 26), poisson_rate(2, 26), (13, 13))
    assert told.p_value == pytest.approx(112 / 1024)
    assert told.estimate == pytest.approx(0.25)
    # Clopper-Pearson of 2 in 10 is 0.02521 to 0.55610
    assert (told.low, told.high) == pytest.approx((0.02521 / 0.97479, 0.55610 / 0.44390), rel=1e-3)
    assert "fractures crowd" in told.note


def test_unequal_time_is_counted() -> None:
    told = rate_ratio("FX", ARMS, poisson_rate(4, 10), poisson_rate(8, 20), (10, 10))
    assert told.estimate == pytest.approx(1)
    assert told.p_value == pytest.approx(1)


def test_no_event_in_the_reference_arm() -> None:
    told = rate_ratio("FX", ARMS, poisson_rate(0, 26), poisson_rate(6, 26), (13, 13))
    assert told.estimate == told.high == math.inf
    assert told.low > 1
    assert told.p_value == pytest.approx(2 / 64)


def test_no_event_at_all() -> None:
    assert rate_ratio("FX", ARMS, poisson_rate(0, 26), poisson_rate(0, 26), (13, 13)).reason == "no event in either arm"


def test_events_that_crowd_in_one_child() -> None:
    """1 1 1 1 is calmer than chance; 4 0 0 0 has chi-square (9 + 1 + 1 + 1) / 3 = 4."""
    assert dispersion([1, 1, 1, 1], [2, 2, 2, 2]) == 0
    assert dispersion([4, 0, 0, 0], [2, 2, 2, 2]) == pytest.approx(4)
    assert math.isnan(dispersion([0, 0], [1, 1]))
