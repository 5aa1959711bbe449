"""Lengths and areas worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.grading.morphometry import (
    ap_size,
    area_error,
    crosses_itself,
    landmark_sd,
    lateral_errors,
    lateral_heights,
    polygon_area,
    ratio_error,
)
from tests.grading.bodies import body

ONE = np.ones(2)


def test_a_box() -> None:
    h = lateral_heights(body(anterior=18, middle=15, posterior=20, depth=24), ONE)
    assert (h.anterior, h.middle, h.posterior) == pytest.approx((18, 15, 20))
    assert h.depth == pytest.approx(np.hypot(24, 1))  # each endplate slopes by half of 20 - 18
    assert h.anterior_posterior == pytest.approx(0.9)
    assert h.middle_posterior == pytest.approx(0.75)


def test_rows_and_columns_have_their_own_size() -> None:
    h = lateral_heights(body(anterior=20, middle=20, posterior=20, depth=24), np.array([0.5, 2.0]))
    assert (h.posterior, h.depth) == pytest.approx((10, 48))


def test_heights_are_distances_along_a_tilted_body() -> None:
    # 3-4-5: the paired points lie (4, 3) apart
    posterior, step = np.array([0.0, 0.0]), np.array([-3.0, 4.0])
    superior = [posterior, posterior + step, posterior + 2 * step]
    inferior = [point + np.array([4.0, 3.0]) for point in reversed(superior)]
    h = lateral_heights(np.array(superior + inferior), ONE)
    assert (h.anterior, h.middle, h.posterior, h.depth) == pytest.approx((5, 5, 5, 10))


def test_ap_size_is_the_mean_of_both_sides() -> None:
    corners = np.array([[0.0, 0.0], [0.0, 30.0], [20.0, 28.0], [22.0, 2.0]])
    width, height = ap_size(corners, ONE)
    assert width == pytest.approx((30 + np.hypot(2, 26)) / 2)
    assert height == pytest.approx((np.hypot(22, 2) + np.hypot(20, 2)) / 2)


def test_area_of_a_triangle_either_way_round() -> None:
    triangle = np.array([[100.0, 100.0], [100.0, 104.0], [103.0, 100.0]])
    assert polygon_area(triangle, ONE) == pytest.approx(6)
    assert polygon_area(triangle[::-1], ONE) == pytest.approx(6)
    assert polygon_area(triangle, np.array([2.0, 0.5])) == pytest.approx(6)
    assert polygon_area(triangle, np.array([2.0, 2.0])) == pytest.approx(24)


def test_crossing_outlines() -> None:
    square = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]])
    assert not crosses_itself(square)
    assert crosses_itself(square[[0, 2, 1, 3]])
    assert not crosses_itself(body(anterior=20, middle=8, posterior=20, depth=24))
    assert crosses_itself(body(anterior=20, middle=-4, posterior=20, depth=24))


def test_landmark_sd_is_the_root_of_the_mean_variance() -> None:
    covariance = np.array([[[9.0, 3.0], [3.0, 16.0]], [[4.0, 0.0], [0.0, 4.0]]])
    assert landmark_sd(covariance, ONE) == pytest.approx([np.sqrt(12.5), 2])
    assert landmark_sd(covariance, np.array([0.5, 1.0])) == pytest.approx([np.sqrt((9 / 4 + 16) / 2), np.sqrt(2.5)])


def test_depth_is_the_mean_of_both_endplates() -> None:
    landmarks = body(anterior=20, middle=20, posterior=20, depth=24)
    landmarks[3, 1] += 4  # the inferior endplate reaches 4 further forward
    assert lateral_heights(landmarks, ONE).depth == pytest.approx((24 + 28) / 2)


def test_errors_of_lengths_by_hand() -> None:
    """Upright box, 2 x 0.3 mm of row error at each landmark: a height errs by sqrt(2) * 0.3, columns do not matter."""
    covariance = np.tile(np.diag([0.09, 0.16]), (6, 1, 1))
    errors = lateral_errors(body(20, 20, 20, depth=24), covariance, ONE)
    assert (errors.anterior, errors.middle, errors.posterior) == pytest.approx((0.3 * 2**0.5,) * 3)
    assert errors.depth == pytest.approx(0.4)  # sqrt(2) * 0.4 an endplate, the mean of two
    doubled = lateral_errors(body(20, 20, 20, depth=24), covariance, np.array([2.0, 1.0]))
    assert doubled.posterior == pytest.approx(0.6 * 2**0.5)


def test_error_of_a_ratio_by_hand() -> None:
    assert ratio_error(15, 0.3, 20, 0.2) == pytest.approx(0.75 * np.hypot(0.02, 0.01))


def test_error_of_an_area_is_that_of_many_measurements() -> None:
    rng = np.random.default_rng(0)
    points, size = body(15, 14, 20, depth=24), np.array([0.5, 0.4])
    covariance = np.tile([[0.2, 0.05], [0.05, 0.1]], (6, 1, 1))
    noise = rng.multivariate_normal([0, 0], covariance[0], (4000, 6))
    areas = [polygon_area(points + one, size) for one in noise]
    assert area_error(points, covariance, size) == pytest.approx(np.std(areas), rel=0.05)
