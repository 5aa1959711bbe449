from dataclasses import replace

import numpy as np
import pytest

from oiscan.scan import Scan, StoredFrame
from oiscan.segmentation.evidence import edge_distance, is_cut, judge
from oiscan.segmentation.refiner import Refined
from oiscan.spine import Evidence
from tests.segmentation.drawn import quad

INSIDE = np.array([[10.0, 10.0], [10.0, 30.0], [20.0, 30.0], [20.0, 10.0]])


def scan(margin: int = 0) -> Scan:
    scanned = np.ones((40, 50), bool)
    scanned[:, 50 - margin :] = False
    return Scan(np.zeros((40, 50), np.float32), StoredFrame(40, 50), "0" * 64, scanned=scanned if margin else None)


def refined(quality: float = 0.9, spread: float = 0.03) -> Refined:
    covariance = np.broadcast_to(np.eye(2), (4, 2, 2))
    return Refined(INSIDE, covariance, INSIDE, quad(20, 15), relative_spread=spread, quality=quality)


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
    assert judge(refined(), distance) is Evidence.CLEAR
    assert judge(refined(quality=0.4), distance) is Evidence.FAINT
    assert judge(refined(spread=0.3), distance) is Evidence.FAINT
    cut = replace(refined(quality=0.4), landmarks=INSIDE - [10, 0])
    assert judge(cut, distance) is Evidence.CUT


@pytest.mark.parametrize(
    ("spread", "calibrated", "expected"),
    [
        (0.04, True, Evidence.CLEAR),
        (0.06, True, Evidence.FAINT),
        (0.06, False, Evidence.CLEAR),  # what a network states is wider than its errors
        (0.13, False, Evidence.FAINT),
    ],
)
def test_how_much_doubt_is_too_much_depends_on_what_it_means(
    spread: float, calibrated: bool, expected: Evidence
) -> None:
    one = replace(refined(spread=spread), calibrated=calibrated)
    assert judge(one, edge_distance(scan())) is expected
