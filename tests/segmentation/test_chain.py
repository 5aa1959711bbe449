import numpy as np
import pytest

from oiscan.segmentation.chain import USUAL_STEP, Column, best_column, link_cost
from tests.segmentation.drawn import candidate, column, quad


def centres(found: Column) -> list[tuple[int, int]]:
    return [(round(x), round(y)) for x, y in (one.centre_xy.tolist() for one in found.vertebrae)]


def test_no_candidates_no_column() -> None:
    assert best_column([]).vertebrae == ()
    assert best_column([candidate(quad(50, 50), sacrum=True)]).vertebrae == ()


def test_a_whole_column_from_head_to_foot_whatever_the_order() -> None:
    bodies = [candidate(corners) for corners in column(8)]
    found = best_column(bodies[::-1])
    assert list(found.vertebrae) == bodies
    assert found.sacrum is None
    assert found.score > 0.7 * 8


@pytest.mark.parametrize("scale", [0.3, 1.0, 5.0])
def test_the_score_does_not_depend_on_the_scale(scale: float) -> None:
    scores = [best_column([candidate(c * s) for c in column(8)]).score for s in (1.0, scale)]
    assert scores[0] == pytest.approx(scores[1])


def test_false_candidates_beside_the_column_stay_out() -> None:
    bodies = [candidate(corners, score=0.6) for corners in column(8)]
    beside = [candidate(quad(150, 80 + 50 * i), score=0.9) for i in range(3)]
    found = best_column(bodies + beside)
    assert centres(found) == [(100, 40 + 28 * i) for i in range(8)]


def test_a_screw_between_two_vertebrae_stays_out() -> None:
    screw = candidate(quad(104, 40 + 28 * 3.5, depth=9, height=7), score=0.9)
    found = best_column([screw, *(candidate(corners) for corners in column(8))])
    assert screw not in found.vertebrae
    assert len(found.vertebrae) == 8


def test_a_faint_false_body_beyond_the_end_stays_out() -> None:
    beyond = candidate(quad(118, 40 + 28 * 8.6, depth=22, degrees=25), score=0.35)
    assert len(best_column([beyond, *(candidate(corners) for corners in column(8))]).vertebrae) == 8


@pytest.mark.parametrize("missing", [1, 2])
def test_missing_vertebrae_are_filled_in_with_score_0(missing: int) -> None:
    bodies = [candidate(corners) for corners in column(9)]
    del bodies[4 : 4 + missing]
    found = best_column(bodies)
    assert centres(found) == [(100, 40 + 28 * i) for i in range(9)]
    assert [one.score == 0 for one in found.vertebrae] == [4 <= i < 4 + missing for i in range(9)]


def test_three_missing_vertebrae_part_two_columns() -> None:
    bodies = [candidate(corners) for corners in column(12)]
    del bodies[4:7]
    assert centres(best_column(bodies)) == [(100, 40 + 28 * i) for i in range(7, 12)]


def test_a_curved_column_is_followed() -> None:
    """45 degrees of curve over 10 vertebrae, each turned with the curve."""
    angles = np.radians(np.linspace(-22.5, 22.5, 10))
    at = np.array([100.0, 40.0]) + np.cumsum(28 * np.stack([-np.sin(angles), np.cos(angles)], 1), axis=0)
    bodies = [candidate(quad(x, y, degrees=np.degrees(a))) for (x, y), a in zip(at, angles, strict=True)]
    assert list(best_column(bodies).vertebrae) == bodies


def test_a_crushed_vertebra_is_no_gap() -> None:
    heights = np.array([22, 22, 22, 8, 22, 10, 22, 22.0])
    y = 40 + np.cumsum(heights) - heights / 2 + 6 * np.arange(8)
    bodies = [candidate(quad(100, at, 31, height)) for at, height in zip(y, heights, strict=True)]
    assert list(best_column(bodies).vertebrae) == bodies


def test_s1_ends_the_column_and_is_not_part_of_it() -> None:
    bodies = [candidate(corners) for corners in column(7)]
    s1 = candidate(bodies[-1].corners_xy, sacrum=True)
    found = best_column([*bodies[:-1], s1])
    assert list(found.vertebrae) == bodies[:-1]
    assert found.sacrum is s1


def test_a_second_s1_below_the_first_is_told_and_a_far_one_is_not() -> None:
    bodies = column(8)
    s1 = [candidate(corners, sacrum=True) for corners in bodies[-2:]]
    found = best_column([*(candidate(corners) for corners in bodies[:-2]), *s1])
    assert (found.sacrum, found.lower_sacrum) == (s1[0], s1[1])
    far = candidate(quad(180, 300), sacrum=True)
    assert best_column([*(candidate(corners) for corners in bodies[:-2]), s1[0], far]).lower_sacrum is None


def test_s1_below_a_missing_l5_leaves_a_place_for_it() -> None:
    bodies = [candidate(corners) for corners in column(8)]
    s1 = candidate(bodies[-1].corners_xy, sacrum=True)
    found = best_column([*bodies[:-2], s1])
    assert [one.score for one in found.vertebrae] == [0.9] * 6 + [0.0]
    assert found.sacrum is s1


def test_what_a_step_costs() -> None:
    upper = candidate(quad(100, 40, 30, 20))
    step = USUAL_STEP * np.sqrt(600)
    assert link_cost(upper, candidate(quad(100, 40 + step, 30, 20))) == pytest.approx(0)
    assert link_cost(upper, candidate(quad(100, 40 + step, 30, 20, degrees=20))) > 0.1
    assert link_cost(upper, candidate(quad(100, 40 + 2 * step, 30, 20))) == pytest.approx(0.45)
    assert np.isinf(link_cost(upper, candidate(quad(100, 45, 30, 20))))
    assert np.isinf(link_cost(upper, candidate(quad(130, 50, 30, 20))))
    assert np.isinf(link_cost(upper, candidate(quad(100, 40 + 5 * step, 30, 20))))
