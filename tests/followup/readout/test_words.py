"""Numbers as they are read."""

import pytest

from oiscan.followup.readout.words import (
    day,
    interval,
    mean_sd,
    measured,
    median_range,
    number,
    p_value,
    share,
    with_unit,
)
from oiscan.followup.study.params import Kind

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.12345, "0.123"), (1234.4, "1234"), (-2.0, "\N{MINUS SIGN}2.00"), (0.0, "0"), (NAN, "\N{EN DASH}")],
)
def test_a_number_has_three_digits(value, told):
    assert number(value) == told


@pytest.mark.parametrize(
    ("mean", "sd", "told"),
    [
        (0.45, 0.0258, "0.450 ± 0.026"),
        (5.0, 2.58, "5.0 ± 2.6"),
        (35.2, 19.5, "35.2 ± 19.5"),
        (309.0, 152.3, "309 ± 152"),
        (-2.2, 0.26, "\N{MINUS SIGN}2.20 ± 0.26"),
        (1.6, 1e-17, "1.60 ± 0"),
        (1.6, NAN, "1.60"),
    ],
)
def test_the_mean_has_as_many_decimals_as_its_spread(mean, sd, told):
    assert mean_sd({"mean": mean, "sd": sd}) == told


def test_a_median_stands_with_its_quartiles():
    assert median_range({"median": 4.0, "q1": 3.0, "q3": 5.5}) == "4 [3 to 5.5]"


def test_a_share_says_of_how_many():
    assert share(5, 13) == "5/13 (38 %)"
    assert share(0, 0) == "\N{EN DASH}"


@pytest.mark.parametrize(("p", "told"), [(0.0004, "<0.001"), (0.001, "0.001"), (0.0496, "0.050"), (NAN, "\N{EN DASH}")])
def test_p_values(p, told):
    assert p_value(p) == told


@pytest.mark.parametrize(
    ("value", "kind", "told"),
    [(1.0, Kind.BINARY, "yes"), (0.0, Kind.BINARY, "no"), (7.0, Kind.ORDINAL, "7"), (0.41, Kind.CONTINUOUS, "0.410")],
)
def test_a_value_is_told_as_what_it_is(value, kind, told):
    assert measured(value, kind) == told


def test_a_z_score_has_its_unit_in_its_name():
    assert with_unit("Weight", "kg") == "Weight (kg)"
    assert with_unit("Height-for-age Z-score", "Z") == "Height-for-age Z-score"


def test_an_interval_and_a_day():
    assert interval(-0.1, 0.9) == "\N{MINUS SIGN}0.100 to 0.900"
    assert day(-3.0) == "day \N{MINUS SIGN}3"
    assert day(NAN) == "day not known"
