"""Thickness of solids whose shape is known."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.phantom.project import joined, loft, thickness
from oiscan.scan import FloatArray

SQUARE = np.array([[0.0, 0], [10, 0], [10, 20], [0, 20]])


def box(depth_mm: float = 6.0) -> FloatArray:
    """Rings of a box 10 wide, 20 high."""
    return np.stack([np.c_[SQUARE, np.full(4, d)] for d in (0.0, depth_mm)])


def ball(radius: float = 10.0) -> FloatArray:
    """Rings of a ball round the origin."""
    height, turn = np.linspace(-0.9999, 0.9999, 81)[:, None], np.linspace(0, 2 * np.pi, 80, endpoint=False)
    wide = np.sqrt(1 - height**2)
    return radius * np.stack([wide * np.cos(turn), wide * np.sin(turn), height + 0 * turn], -1)


def test_a_box_is_as_thick_as_it_is_deep_and_nothing_lies_beside_it() -> None:
    seen = thickness(loft(box()), (12, 8), 0.5, (-1.0, -1.0))  # pixels of 2 mm, first centre at (-1, -1)
    expected = np.zeros((12, 8))
    expected[1:11, 1:6] = 6  # centres from (1, 1) to (9, 19)
    assert seen == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("rings", [box(), box()[::-1], box() * [-1, 1, 1], box() * [1, 1, -1]])
def test_which_way_round_a_solid_was_built_does_not_matter(rings: FloatArray) -> None:
    assert loft(rings).volume_mm3 == pytest.approx(1200)
    assert thickness(loft(rings), (30, 30), 1.0, (-14.5, -4.5)).sum() == pytest.approx(1200)


def test_a_mirrored_frame_leaves_the_thickness() -> None:
    seen = thickness(loft(box()).moved(np.diag([1.0, 1, -1]), [5.0, 0, 3]), (30, 30), 1.0, (-4.5, -4.5))
    assert seen.sum() == pytest.approx(1200)


def test_a_ball_is_thickest_in_the_middle_and_keeps_its_volume() -> None:
    seen = thickness(loft(ball()), (49, 49), 2.0, (-12.0, -12.0))
    assert seen[24, 24] == pytest.approx(20, rel=0.005)
    assert seen[24, 24 + 12] == pytest.approx(2 * np.sqrt(100 - 36), rel=0.01)
    assert seen.sum() / 4 == pytest.approx(4 / 3 * np.pi * 1000, rel=0.01)


def test_solids_add_up_wherever_they_stand_along_the_ray() -> None:
    two = joined([loft(box()), loft(box(3.0)).moved(np.eye(3), [0, 0, 100])])
    assert thickness(two, (5, 5), 1.0, (2.0, 2.0)) == pytest.approx(np.full((5, 5), 9.0))


def test_a_hollow_in_an_outline_stays_empty() -> None:
    notched = np.array([[0.0, 0], [30, 0], [30, 30], [20, 30], [20, 10], [10, 10], [10, 30], [0, 30]])
    solid = loft(np.stack([np.c_[notched, np.full(8, d)] for d in (0.0, 5.0)]))
    seen = thickness(solid, (3, 3), 0.1, (5.0, 5.0))
    assert seen == pytest.approx(np.array([[5.0, 5, 5], [5, 0, 5], [5, 0, 5]]))


def test_only_what_lies_in_the_picture_is_seen() -> None:
    assert not thickness(loft(box()), (5, 5), 1.0, (50.0, 50.0)).any()


def test_an_inset_ball_is_smaller_all_round_and_flatter_where_it_is_asked_to_be() -> None:
    smaller = loft(ball()).inset(1.0, 1.0)
    assert smaller.volume_mm3 == pytest.approx(4 / 3 * np.pi * 729, rel=0.01)
    flatter = loft(ball()).inset(1.0, 3.0).vertices
    assert np.abs(flatter).max(0) == pytest.approx([9, 7, 9], abs=0.1)
