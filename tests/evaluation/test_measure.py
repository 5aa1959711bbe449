"""Errors of one vertebra, worked by hand on boxes 40 deep and 20 high."""

import numpy as np
import pytest

from oiscan.anatomy import Level, View
from oiscan.evaluation.measure import measure, residuals
from oiscan.labels import LabelledVertebra
from oiscan.scan import FloatArray
from oiscan.spine import Vertebra
from tests.evaluation.boxes import SQUARE, box

PER_CROP = 96 / (2 * 40)
"""Crop pixels per pixel: a crop of 96 shows two depths of 40."""


def vertebra(points: FloatArray, covariance: FloatArray | None = None) -> Vertebra:
    spread = np.zeros((2, 2)) if covariance is None else covariance
    return Vertebra(Level.L1, points, np.tile(spread, (len(points), 1, 1)), points, 0.9)


def test_a_box_one_row_taller_in_front() -> None:
    """Rows of 2 mm, columns of 1 mm: a box 40 mm high and 40 mm deep, the upper front corner 1 row = 2 mm up."""
    points = box(50)
    points[2] -= [1, 0]
    errors = measure(LabelledVertebra(Level.L1, box(50)), vertebra(points), View.LATERAL, np.array([2.0, 1.0]))
    assert errors.landmark == pytest.approx([0, 0, 2, 0, 0, 0])
    assert errors.corner == pytest.approx([0, 2 / 40, 0, 0])
    assert errors.height == pytest.approx([0, 0, 2])  # posterior, middle, anterior
    assert errors.height_share == pytest.approx([0, 0, 0.05])
    assert errors.ratio == pytest.approx([0.05, 0])  # ha/hp, hm/hp
    assert errors.outline_dice == pytest.approx(1, abs=0.02)


def test_what_needs_an_unlabelled_landmark_is_not_a_number() -> None:
    truth = box(50)
    truth[[1, 4]] = np.nan
    errors = measure(LabelledVertebra(Level.L1, truth), vertebra(box(50)), View.LATERAL, SQUARE)
    assert np.isnan(errors.landmark).tolist() == [False, True, False, False, True, False]
    assert np.isnan(errors.height).tolist() == [False, True, False]
    assert errors.ratio[0] == 0
    assert np.isnan(errors.ratio[1])
    assert errors.outline_dice == pytest.approx(1, abs=0.01)  # of the corners, the middle being unknown


def test_a_labelled_outline_is_what_the_mask_is_compared_with() -> None:
    """The outline labelled is the upper half of what was found: 2 * 1/2 / (1 + 1/2)."""
    corners = box(50)[[0, 2, 3, 5]]
    half = corners - [[0, 0], [0, 0], [10, 0], [10, 0]]
    errors = measure(LabelledVertebra(Level.L1, corners, outline_px=half), vertebra(corners), View.AP, SQUARE)
    assert errors.outline_dice == pytest.approx(2 / 3, abs=0.02)


@pytest.mark.parametrize("mirrored", [False, True])
def test_residuals_lie_in_the_frame_of_the_body(mirrored: bool) -> None:
    """3 columns too far forwards and 2 rows too low, whichever way the patient faces; sd 4 forwards, 1 down."""
    face = np.array([1, -1 if mirrored else 1])
    truth = box(50) * face
    found = vertebra(truth + np.array([2, 3]) * face, np.diag([1.0, 16.0]))
    told = residuals(truth, found, View.LATERAL, SQUARE)
    np.testing.assert_allclose(told.error_px, np.tile([3 * PER_CROP, 2 * PER_CROP], (6, 1)))
    np.testing.assert_allclose(told.covariance_px[0], np.diag([16.0, 1.0]) * PER_CROP**2, atol=1e-9)
    assert told.distance == pytest.approx(np.full(6, np.hypot(3 / 4, 2 / 1)))


def test_residuals_turn_with_the_body() -> None:
    """A body turned by 90 degrees: what was down is along its endplates now."""
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])  # (row, column) -> (column, -row)
    truth = box(0) @ turn
    found = vertebra(truth + np.array([0.0, 3.0]) @ turn)
    told = residuals(truth, found, View.LATERAL, SQUARE)
    np.testing.assert_allclose(told.error_px, np.tile([3 * PER_CROP, 0], (6, 1)), atol=1e-9)


def test_left_and_right_of_an_ap_picture_are_never_exchanged() -> None:
    corners = box(50)[[0, 2, 3, 5]]
    told = residuals(corners, vertebra(corners + [0, 3]), View.AP, SQUARE)
    np.testing.assert_allclose(told.error_px, np.tile([3 * PER_CROP, 0], (4, 1)), atol=1e-9)
