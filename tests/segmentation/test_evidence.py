from dataclasses import replace

import numpy as np
import pytest

from oiscan.anatomy import View
from oiscan.scan import Scan, StoredFrame
from oiscan.segmentation.evidence import edge_distance, grey_range, is_cut, judge
from oiscan.segmentation.refiner import Refined
from oiscan.spine import Evidence
from tests.segmentation.drawn import quad

BOX = np.zeros((40, 50), np.float32)
BOX[10:21, 10:31] = 1  # the body of INSIDE, bone bright
INSIDE = np.array([[10.0, 10.0], [10.0, 30.0], [20.0, 30.0], [20.0, 10.0]])


def scan(margin: int = 0) -> Scan:
    scanned = np.ones((40, 50), bool)
    scanned[:, 50 - margin :] = False
    return Scan(np.zeros((40, 50), np.float32), StoredFrame(40, 50), "0" * 64, scanned=scanned if margin else None)


def refined(quality: float = 0.9, spread: float = 0.03, doubled: float = 0.0) -> Refined:
    covariance = np.broadcast_to(np.eye(2), (4, 2, 2))
    return Refined(INSIDE, covariance, INSIDE, quad(20, 15), relative_spread=spread, quality=quality, doubled=doubled)


@pytest.mark.parametrize(
    ("point", "cut"),
    [
        ((20.0, 25.0), False),
        ((2.0, 25.0), False),
        ((38.0, 25.0), False),
        ((39.0, 25.0), True),
        ((0.4, 25.0), True),
        ((-0.7, 25.0), True),
        ((20.0, 49.3), True),
        ((20.0, 60.0), True),
    ],
)
def test_a_landmark_at_or_beyond_the_edge_is_cut(point: tuple[float, float], cut: bool) -> None:
    assert is_cut(np.vstack([INSIDE, point]), edge_distance(scan())) == cut


@pytest.mark.parametrize(("column", "cut"), [(28.0, False), (29.4, True), (33.0, True)])
def test_an_unscanned_margin_is_an_edge(column: float, cut: bool) -> None:
    landmarks = np.array([[10.0, 10.0], [10.0, column]])
    assert is_cut(landmarks, edge_distance(scan(margin=20))) == cut


def test_clear_faint_and_cut() -> None:
    distance = edge_distance(scan())
    assert judge(View.LATERAL, refined(), distance, BOX) is Evidence.CLEAR
    assert judge(View.LATERAL, refined(quality=0.4), distance, BOX) is Evidence.FAINT
    assert judge(View.LATERAL, refined(spread=0.3), distance, BOX) is Evidence.FAINT
    assert judge(View.LATERAL, refined(doubled=0.9), distance, BOX) is Evidence.DOUBLED
    assert judge(View.LATERAL, refined(doubled=0.7), distance, BOX) is Evidence.CLEAR
    assert judge(View.AP, refined(doubled=0.9), distance, BOX) is Evidence.CLEAR  # endplates lean in that picture
    cut = replace(refined(quality=0.4), landmarks=INSIDE - [10, 0])
    assert judge(View.LATERAL, cut, distance, BOX) is Evidence.CUT


@pytest.mark.parametrize(
    ("view", "spread", "calibrated", "expected"),
    [
        (View.LATERAL, 0.034, True, Evidence.CLEAR),
        (View.LATERAL, 0.036, True, Evidence.FAINT),
        (View.AP, 0.049, True, Evidence.CLEAR),
        (View.AP, 0.051, True, Evidence.FAINT),
        (View.LATERAL, 0.11, False, Evidence.CLEAR),  # what a network states is wider than its errors
        (View.LATERAL, 0.13, False, Evidence.FAINT),
    ],
)
def test_how_much_doubt_is_too_much_depends_on_what_it_means(
    view: View, spread: float, calibrated: bool, expected: Evidence
) -> None:
    one = replace(refined(spread=spread), calibrated=calibrated)
    assert judge(view, one, edge_distance(scan()), BOX) is expected


def test_what_does_not_stand_out_must_be_placed_surely() -> None:
    distance = edge_distance(scan())
    assert judge(View.LATERAL, refined(spread=0.024), distance, np.full_like(BOX, 0.5)) is Evidence.CLEAR
    assert judge(View.LATERAL, refined(), distance, np.full_like(BOX, 0.5)) is Evidence.FAINT
    # a hundredth of the grey is not seen on a screen
    assert judge(View.LATERAL, refined(), distance, 0.01 * BOX) is Evidence.FAINT
    assert judge(View.LATERAL, refined(), distance, 0.05 * BOX) is Evidence.CLEAR
    assert judge(View.LATERAL, refined(), distance, 1 - BOX) is Evidence.FAINT


def test_the_grey_range_is_0_to_1_with_bone_bright() -> None:
    stored = Scan(np.array([[10.0, 20.0, 60.0]] * 3, np.float32), StoredFrame(3, 3), "0" * 64)
    assert np.allclose(grey_range(stored, False), [[0, 0.2, 1]])
    assert np.allclose(grey_range(stored, True), [[1, 0.8, 0]])
    assert np.allclose(grey_range(scan(), False), 0)
