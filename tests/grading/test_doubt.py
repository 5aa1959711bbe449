"""From errors of landmarks to errors of losses and probabilities of grades: by hand, by simulation, as properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oiscan.errors import ModelError
from oiscan.grading.doubt import (
    BORDERLINE,
    NATURAL_SCATTER,
    Band,
    Doubt,
    Likely,
    borderline_grades,
    doubt_in,
    likeliest_grade,
    likely_loss,
    reference_error,
)
from oiscan.grading.genant import GENANT_1993
from oiscan.grading.morphometry import Heights
from oiscan.grading.shape import Reference, losses

PLAIN = Band(math.inf)
BODY = Heights(16, 18, 20, 24)
NO_ERROR = Heights(0, 0, 0, 0)


def test_without_errors_the_loss_is_exact_and_certain() -> None:
    likely = likely_loss(BODY, NO_ERROR, Reference(20, (0, 2)), 0.0, PLAIN)
    assert (likely.percent, likely.standard_error) == (pytest.approx(20), pytest.approx(0, abs=1e-9))
    assert Likely(20.0, 0.0).grades(GENANT_1993) == (0, 1, 0, 0)
    assert Likely(20.0, 0.0).interval == (20, 20)


def test_one_loss_far_from_the_others_has_the_error_of_its_ratio() -> None:
    """ha/hp = 0.5 with 1 % errors of both heights: 0.5 * sqrt(2) * 1 % = 0.71 points, and hardly a bias."""
    likely = likely_loss(Heights(10, 20, 20, 24), Heights(0.1, 0.1, 0.2, 0), None, 0.0, PLAIN)
    assert likely.standard_error == pytest.approx(0.707, rel=0.05)
    assert likely.percent == pytest.approx(50, abs=0.05)


def test_the_largest_of_three_equal_losses_is_too_large_and_that_is_taken_off() -> None:
    """Three independent losses with one error s: the mean of the largest is 0.846 s too large (order statistics)."""
    heights, errors = Heights(14, 14, 20, 24), Heights(0.4, 0.4, 0.0, 0)
    reference = Reference(20 / 0.7, (0, 2))  # hp has lost 30 % too
    likely = likely_loss(heights, errors, reference, 0.4 / 20 * (20 / 0.7) / 0.7, PLAIN)
    assert likely.percent == pytest.approx(30 - 0.846 * 2, abs=0.15)
    half = likely_loss(heights, errors, reference, 0.4 / 20 * (20 / 0.7) / 0.7, Band(math.inf, bias_share=0.5))
    assert half.percent == pytest.approx((likely.percent + 30) / 2)


def test_measuring_many_times_the_corrected_loss_is_nearer_the_truth() -> None:
    rng = np.random.default_rng(1)
    errors, reference = Heights(0.5, 0.5, 0.5, 0), Reference(20, (0, 2))
    plain, corrected = [], []
    for _ in range(300):
        seen = Heights(*(np.array([16, 16, 20]) + 0.5 * rng.standard_normal(3)).tolist(), 24)
        plain.append(losses(seen, reference).largest)
        corrected.append(likely_loss(seen, errors, reference, 0.0, PLAIN).percent)
    assert np.mean(plain) - 20 > 0.8
    assert 0 < np.mean(corrected) - 20 < 0.6 * (np.mean(plain) - 20)


def test_the_same_landmarks_always_give_the_same_answer() -> None:
    errors = Heights(0.5, 0.5, 0.5, 0)
    assert likely_loss(BODY, errors, None, 0.0, PLAIN) == likely_loss(BODY, errors, None, 0.0, PLAIN)


def test_a_band_stretches_shifts_and_adds() -> None:
    errors = Heights(0.3, 0.3, 0.3, 0)
    plain = likely_loss(BODY, errors, None, 0.0, PLAIN)
    band = likely_loss(BODY, errors, None, 0.0, Band(math.inf, 1.2, 2, 1, 2, 3))
    assert band.percent == pytest.approx(1.2 * plain.percent + 2)
    assert band.standard_error == pytest.approx(math.hypot(2 * plain.standard_error, 3))


def test_probabilities_of_students_t_with_four_degrees_of_freedom() -> None:
    """Tables: t of 2.132 leaves 5 %, of 0.741 leaves 25 %."""
    below, one, two, three = Likely(20 - 2.132, 1.0).grades(GENANT_1993)
    assert below == pytest.approx(0.95, abs=1e-3)
    assert Likely(20 + 0.741, 1.0).grades(GENANT_1993)[0] == pytest.approx(0.25, abs=1e-3)
    assert below + one + two + three == pytest.approx(1)
    assert Likely(50, 2).interval == pytest.approx((50 - 2 * 2.132, 50 + 2 * 2.132), abs=1e-3)
    assert Likely(1, 2).interval[0] == 0


@given(st.floats(0, 60), st.floats(0, 10), st.floats(0.01, 15))
def test_more_loss_is_never_less_likely_a_fracture(percent: float, more: float, error: float) -> None:
    low, high = (Likely(loss, error).grades(GENANT_1993) for loss in (percent, percent + more))
    assert low[0] >= high[0] - 1e-12
    assert all(-1e-12 <= probability <= 1 for probability in (*low, *high))
    assert sum(low) == pytest.approx(1)


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ((0.6, 0.3, 0.1, 0), 0),
        ((0.3, 0.5, 0.2, 0), 1),
        ((0.45, 0.35, 0.2, 0), 1),  # 0 is the likeliest single grade, yet a fracture is likelier than none
        ((0.1, 0.2, 0.6, 0.1), 2),
        ((0, 0, 0.4, 0.6), 3),
    ],
)
def test_the_likeliest_grade(probabilities: tuple[float, ...], expected: int) -> None:
    assert likeliest_grade(probabilities) == expected


def test_borderline_is_what_the_next_grade_nearly_is() -> None:
    assert borderline_grades((1 - BORDERLINE, BORDERLINE, 0, 0), 0) == (0, 1)
    assert borderline_grades((1.01 - BORDERLINE, BORDERLINE - 0.01, 0, 0), 0) == ()
    assert borderline_grades((0, 0.1, 0.5, 0.4), 2) == (2, 3)
    assert borderline_grades((0, 0, 0.45, 0.55), 3) == (2, 3)


def test_the_error_of_a_reference_by_hand() -> None:
    """Two neighbours with errors of 0.3 and 0.5 round 20 mm, nature's scatter 0.6 mm."""
    errors = [Heights(0, 0, 0.3, 0), None, Heights(0, 0, 0.5, 0)]
    scatter = NATURAL_SCATTER * 20
    expected = math.sqrt(scatter**2 + ((0.09 + 0.25) / 2 + scatter**2) / 2)
    assert reference_error(Reference(20, (0, 2)), errors) == pytest.approx(expected)


DOUBT = Doubt((Band(6, 1.1, 1, 0.5, 1.2, 0.4), Band(math.inf, shift_percent=-1)), Band(math.inf, factor=1.5))


def test_every_age_has_its_band() -> None:
    assert [DOUBT.at(age) for age in (5.99, 6.0, 17.0, None)] == [*DOUBT.bands, DOUBT.bands[1], DOUBT.any_age]


def test_a_card_keeps_it() -> None:
    assert Doubt.from_card(DOUBT.to_card()) == DOUBT
    assert doubt_in({"calibration": {"grading": DOUBT.to_card()}}) == DOUBT
    assert doubt_in({"calibration": None}) is None
    assert doubt_in({}) is None


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"bands": [], "any_age": DOUBT.to_card()["any_age"]},
        DOUBT.to_card() | {"bands": [{"below_years": 6}]},
        DOUBT.to_card() | {"any_age": {"below_years": None, "shift_percent": "x"}},
    ],
)
def test_a_card_that_cannot_be_used_is_named(told: dict[str, object]) -> None:
    with pytest.raises(ModelError, match="'mine'"):
        doubt_in({"name": "mine", "calibration": {"grading": told}})


@pytest.mark.parametrize(
    "numbers",
    [(0,), (6, math.nan), (6, 0), (6, 1, math.inf), (6, 1, 0, 1.1), (6, 1, 0, 1, -1), (6, 1, 0, 1, 1, -0.1)],
)
def test_impossible_bands(numbers: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="no calibration"):
        Band(*numbers)


@pytest.mark.parametrize("ends", [(), (6,), (math.inf, 6), (6, 6, math.inf)])
def test_bands_that_leave_ages_out(ends: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="must rise"):
        Doubt(tuple(Band(end) for end in ends), PLAIN)
