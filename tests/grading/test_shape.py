"""What the posterior height is compared with, worked by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from oiscan.grading.genant import GENANT_1993
from oiscan.grading.morphometry import Heights
from oiscan.grading.shape import Losses, Reference, losses, reference_at, sound_vertebrae, trend_at


def box(height: float) -> Heights:
    return Heights(height, height, height, depth=24)


def references(*heights: Heights | float | None, normal: Sequence[float] | None = None) -> list[Reference | None]:
    """Where nothing is said of it, all levels are normally as tall as one another."""
    spine = [box(h) if isinstance(h, (int, float)) else h for h in heights]
    normal = [1.0] * len(spine) if normal is None else normal
    sound = sound_vertebrae(spine, normal, GENANT_1993)
    return [None if one is None else reference_at(i, sound, normal) for i, one in enumerate(spine)]


WEDGED = Heights(anterior=10, middle=15, posterior=20, depth=24)


def test_between_two_neighbours_their_mean() -> None:
    assert references(20, 21, 24)[1] == Reference(22, (0, 2))


def test_the_reference_follows_growth_along_the_spine() -> None:
    found = references(20, 21, 22, 23, 24, 25, 26)
    assert found[3] == Reference(23, (0, 1, 2, 4, 5, 6))


def test_at_the_ends_the_line_goes_no_further_than_its_points() -> None:
    found = references(20, 21, 22)
    assert found[0] == Reference(21, (1, 2))
    assert found[2] == Reference(21, (0, 1))


def test_normal_proportions_are_followed_whatever_the_size_of_the_child() -> None:
    normal = (24.0, 23.0, 20.0)  # a body that is normally small is not a crushed one
    for size in (0.5, 1.0):
        found = references(*(size * height for height in normal), normal=normal)
        assert [one.posterior for one in found if one] == pytest.approx([size * height for height in normal])


def test_what_neighbours_have_of_their_normal_height_is_expected_too() -> None:
    found = references(8.8, 20, 18.4, normal=(20, 40, 40))  # 0.44, 0.5, 0.46 of the normal heights
    assert found[1] == Reference(pytest.approx(0.45 * 40), (0, 2))
    assert found[0] == Reference(pytest.approx(0.5 * 20), (1, 2))  # the line would go on to 0.54
    assert found[2] == Reference(pytest.approx(0.5 * 40), (0, 1))


def test_a_deformed_or_missing_neighbour_is_passed_over() -> None:
    assert references(20, WEDGED, 22)[0] == Reference(22, (2,))
    assert references(20, None, WEDGED, 22)[0] == Reference(22, (3,))
    assert references(20, None, None, None, 22)[0] == Reference(22, (4,))
    assert references(20, None, None, None, None, 22)[0] is None  # five levels away is out of reach


def test_no_neighbour_no_reference() -> None:
    assert references(20) == [None]
    assert references(None, 20) == [None, None]


def test_a_crushed_vertebra_is_no_reference() -> None:
    found = references(20, 12, 20, 20)
    assert found[0] == Reference(20, (2, 3))
    assert found[1] == Reference(20, (0, 2, 3))


def test_crushed_vertebrae_side_by_side_are_found() -> None:
    heights = (20, 20, 20, 14, 14, 20, 20, 20)
    found = references(*heights)
    assert [reference.posterior for reference in found if reference] == pytest.approx([20] * 8)


def test_one_bad_neighbour_does_not_move_the_line() -> None:
    reference = references(20, 21, 25, 23, 24, 25, 26)[3]  # 25 should be 22
    assert reference is not None
    assert reference.posterior == pytest.approx(23, abs=0.35)


def test_losses_are_never_negative() -> None:
    assert losses(Heights(22, 21, 20, 24), Reference(18, (0,))) == Losses(0, 0, 0)
    lost = losses(Heights(15, 18, 20, 24), Reference(25, (0,)))
    assert (lost.wedge, lost.biconcave, lost.crush, lost.largest) == pytest.approx((25, 10, 20, 25))


def test_the_largest_loss_names_the_deformity() -> None:
    assert Losses(30, 20, 10).deformity == "wedge"
    assert Losses(10, 30, 20).deformity == "biconcave"
    assert Losses(10, 20, 30).deformity == "crush"
    assert Losses(30 - 1e-12, 30, 30).deformity == "wedge"


def test_the_trend_is_that_of_all_other_sound_vertebrae() -> None:
    spine = [box(height) for height in (20, 21, 22, 30, 24, 25)]
    flat = [1.0] * 7
    sound = sound_vertebrae([*spine, WEDGED], flat, GENANT_1993)
    assert trend_at(3, sound, flat) == pytest.approx(23)  # all others lie on 20, 21, ... 25
    assert trend_at(6, sound, flat) == pytest.approx(25, abs=1)
    assert trend_at(0, {i: spine[i] for i in (0, 1, 2, 4)}, flat) is None
    assert trend_at(6, sound, [1.0] * 6 + [0.5]) == pytest.approx(12.5, abs=0.5)
