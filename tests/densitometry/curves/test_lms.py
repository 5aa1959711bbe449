"""LMS by hand, and what must hold for every distribution."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oiscan.densitometry.curves.lms import Lms, LmsCurve

POWERS = st.floats(-5, 5)
LMS = st.builds(Lms, POWERS, st.floats(0.05, 200), st.floats(0.01, 0.5))
VALUES = st.floats(0.01, 1000)


@pytest.mark.parametrize(
    ("power", "value", "z"),
    [
        (1, 0.45, -1.0),  # (0.9 - 1) / 0.1
        (1, 0.6, 2.0),
        (2, 0.25, -3.75),  # (0.25 - 1) / 0.2
        (-1, 0.25, -10.0),  # (2 - 1) / -0.1
        (0, 0.5 * math.e, 10.0),  # ln e / 0.1
        (0, 0.25, -math.log(2) / 0.1),
    ],
)
def test_by_hand(power: float, value: float, z: float) -> None:
    assert Lms(power, 0.5, 0.1).z(value) == pytest.approx(z, abs=1e-12)


@given(LMS)
def test_the_median_has_z_0(lms: Lms) -> None:
    assert lms.z(lms.median) == 0


@given(LMS, VALUES)
def test_the_inverse_gives_the_value_back(lms: Lms, value: float) -> None:
    z = lms.z(value)
    assume(abs(1 + lms.power * lms.variation * z) > 1e-6)  # nearer to a bound the digits are gone
    assert lms.value(z) == pytest.approx(value, rel=1e-6)


@given(LMS, VALUES, st.floats(1.001, 3))
def test_a_larger_value_never_has_a_lower_z(lms: Lms, value: float, factor: float) -> None:
    low, high = lms.z(value), lms.z(value * factor)
    assert low <= high + 1e-12 * abs(high)  # far from the median both round to the same bound
    assume(abs(lms.power * math.log(value / lms.median)) < 5)  # there z still moves in double precision
    assert low < high


@given(st.floats(1e-12, 1e-4), VALUES, st.floats(0.05, 200), st.floats(0.01, 0.5))
def test_small_powers_tend_to_the_logarithm(power: float, value: float, median: float, variation: float) -> None:
    limit = Lms(0, median, variation).z(value)
    # The next term of the series is L ln(value/M)^2 / (2 S).
    slack = power * math.log(value / median) ** 2 / variation + 1e-12
    assert Lms(power, median, variation).z(value) == pytest.approx(limit, abs=slack)
    assert Lms(-power, median, variation).z(value) == pytest.approx(limit, abs=slack)


@given(LMS, VALUES, st.floats(0.1, 10))
def test_the_unit_does_not_matter(lms: Lms, value: float, factor: float) -> None:
    scaled = Lms(lms.power, lms.median * factor, lms.variation)
    assert scaled.z(value * factor) == pytest.approx(lms.z(value), rel=1e-9, abs=1e-9)


def test_low_values_are_not_clipped() -> None:
    assert Lms(0, 0.6, 0.12).z(0.2) == pytest.approx(math.log(1 / 3) / 0.12)  # -9.2
    assert Lms(1, 0.6, 0.12).z(0.2) == pytest.approx(-2 / 3 / 0.12)  # -5.6


def test_bounds() -> None:
    skewed = Lms(2, 0.5, 0.1)
    assert (skewed.lowest_z, skewed.highest_z) == (-5.0, math.inf)
    assert skewed.z(1e-9) == pytest.approx(-5)
    with pytest.raises(ValueError, match="no value has Z -5"):
        skewed.value(-5)
    other = Lms(-2, 0.5, 0.1)
    assert (other.lowest_z, other.highest_z) == (-math.inf, 5.0)
    with pytest.raises(ValueError, match="no value has Z 6"):
        other.value(6)
    assert (Lms(0, 1, 0.1).lowest_z, Lms(0, 1, 0.1).highest_z) == (-math.inf, math.inf)


@pytest.mark.parametrize("value", [0, -0.1, math.nan, math.inf])
def test_what_is_no_value(value: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Lms(1, 0.5, 0.1).z(value)


@pytest.mark.parametrize(
    "told", [(math.nan, 1, 1), (31, 1, 1), (1, 0, 1), (1, 1, 0), (1, math.nan, 1), (1, 1, math.inf)]
)
def test_impossible_distributions(told: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        Lms(*told)


CURVE = LmsCurve((5.0, 15.0), (Lms(1, 0.5, 0.1), Lms(-1, 0.9, 0.2)))


def test_linear_between_ages() -> None:
    assert CURVE.at(5) == Lms(1, 0.5, 0.1)
    assert CURVE.at(15) == Lms(-1, 0.9, 0.2)
    middle = CURVE.at(7.5)
    assert (middle.power, middle.median, middle.variation) == pytest.approx((0.5, 0.6, 0.125))
    assert (CURVE.first_years, CURVE.last_years) == (5, 15)


@pytest.mark.parametrize("age_years", [4.999, 15.001, math.nan])
def test_never_beyond_its_ages(age_years: float) -> None:
    with pytest.raises(ValueError, match="ages 5 to 15"):
        CURVE.at(age_years)


@pytest.mark.parametrize("ages", [(5.0,), (5.0, 5.0), (6.0, 5.0), (5.0, 6.0, 7.0)])
def test_impossible_curves(ages: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="ages"):
        LmsCurve(ages, (Lms(1, 1, 1),) * (2 if len(ages) == 3 else len(ages)))
