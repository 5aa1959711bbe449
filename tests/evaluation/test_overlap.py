import numpy as np
import pytest

from oiscan.evaluation.overlap import dice, intersection_over_union

SQUARE = np.array([[0.0, 0], [10, 0], [10, 10], [0, 10]])


def test_the_same_outline_covers_itself() -> None:
    assert dice(SQUARE, SQUARE) == 1
    assert intersection_over_union(SQUARE, SQUARE) == 1


@pytest.mark.parametrize("scale", [0.01, 1, 300])
def test_half_a_step_aside(scale: float) -> None:
    """Shifted by half its side: a third of the union is shared, half of each square."""
    moved = SQUARE + [5, 0]
    assert intersection_over_union(scale * SQUARE, scale * moved) == pytest.approx(1 / 3, abs=0.01)
    assert dice(scale * SQUARE, scale * moved) == pytest.approx(1 / 2, abs=0.01)


def test_a_triangle_is_half_of_its_square() -> None:
    assert intersection_over_union(SQUARE, SQUARE[:3]) == pytest.approx(0.5, abs=0.01)


def test_outlines_apart_and_no_outline_at_all() -> None:
    assert dice(SQUARE, SQUARE + 50) == 0
    assert dice(SQUARE, np.empty((0, 2))) == 0
    assert intersection_over_union(np.empty((0, 2)), np.empty((0, 2))) == 0
