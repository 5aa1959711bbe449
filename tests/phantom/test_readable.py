"""Readable or not: boxes drawn by hand, seen, cut, burnt out, faint, drowned in noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from oiscan.contrast import edge_contrast
from oiscan.phantom.readable import BURNT_OUT, METAL, burnt_share, rim_distance, unreadable_reason
from oiscan.phantom.scene import Scene
from oiscan.scan import FloatArray, ImageArray
from oiscan.spine import Evidence
from tests.phantom.people import straight_person

TWICE = Evidence.DOUBLED.value
TOP, BOTTOM, LEFT, RIGHT = 40, 80, 30, 90  # edges of the box, in pixel centres


def box(inside: float, above: float = 0.4, below: float = 0.4, beside: float = 0.4) -> ImageArray:
    """A box of one grey between strips of others; black and white pixels stand far away from it."""
    picture = np.full((140, 120), beside, np.float32)
    picture[:TOP, LEFT : RIGHT + 1], picture[BOTTOM + 1 :, LEFT : RIGHT + 1] = above, below
    picture[TOP : BOTTOM + 1, LEFT : RIGHT + 1] = inside
    picture[0, 0], picture[0, 1] = 0, 1
    return picture


def lateral_points() -> FloatArray:
    x, middle = (LEFT, (LEFT + RIGHT) / 2, RIGHT), float
    upper = [(middle(at), float(TOP)) for at in x]
    return np.array([*upper, *((at, float(BOTTOM)) for at, _ in upper[::-1])])


def scene(picture: ImageArray, points: FloatArray) -> Scene:
    """One body as T1; the other levels do not matter here."""
    corners = [0, 2, 3, 5] if len(points) == 6 else [0, 1, 2, 3]
    return Scene(picture, points[None], (points[corners],), 1.0, straight_person())


def reason(picture: ImageArray, points: FloatArray | None = None) -> str:
    return unreadable_reason(scene(picture, lateral_points() if points is None else points), 0, None)


def test_contrast_is_the_difference_of_grey_across_the_edge() -> None:
    points, up = lateral_points(), np.array([0.0, TOP - BOTTOM])
    assert edge_contrast(box(0.7, above=0.4), points[:3], up) == pytest.approx(0.3, abs=1e-6)
    assert edge_contrast(box(0.7, above=0.9), points[:3], up) < 0


def test_a_box_brighter_than_its_surroundings_can_be_read() -> None:
    assert reason(box(0.7)) == ""


@pytest.mark.parametrize(("rows_covered", "expected"), [(10, ""), (20, METAL)])
def test_metal_over_half_a_body_makes_it_unreadable_a_screw_does_not(rows_covered: int, expected: str) -> None:
    """10 of the body's 40 rows are a quarter, 20 a half; the limit is 0.35."""
    picture, points = box(0.7), lateral_points()
    metal = np.zeros(picture.shape, bool)
    metal[TOP : TOP + rows_covered] = True
    assert unreadable_reason(replace(scene(picture, points), metal=metal), 0, None) == expected


def test_one_hidden_endplate_is_hard_but_not_unreadable() -> None:
    assert reason(box(0.7, above=0.7)) == ""


@pytest.mark.parametrize("inside", [0.4, 0.41, 0.3])
def test_a_box_that_does_not_stand_out_is_too_faint(inside: float) -> None:
    assert reason(box(inside)) == Evidence.FAINT.value


def test_noise_drowns_a_contrast_that_was_enough_without_it() -> None:
    noise = np.random.default_rng(0).standard_normal((140, 120)).astype(np.float32)
    assert reason(box(0.45)) == ""
    assert reason(box(0.45) + 0.5 * noise) == Evidence.FAINT.value
    assert reason(box(0.45) + 0.05 * noise) == ""


@pytest.mark.parametrize("grey", [0.0, 1.0])
def test_a_box_at_the_end_of_the_grey_scale_is_burnt_out(grey: float) -> None:
    picture = box(grey)
    assert burnt_share(picture, lateral_points()[[0, 2, 3, 5]]) == 1
    assert reason(picture) == BURNT_OUT


def test_a_box_that_reaches_the_edge_or_an_unscanned_margin_is_cut() -> None:
    points = lateral_points()
    assert reason(box(0.7), points - [LEFT, 0]) == Evidence.CUT.value
    scanned = np.ones((140, 120), bool)
    scanned[:, 88:] = False
    assert unreadable_reason(scene(box(0.7), points), 0, scanned) == Evidence.CUT.value


def test_from_the_front_the_sides_count() -> None:
    """Endplates of neighbours lie over each other there: above and below may be as bright as the body."""
    corners = lateral_points()[[0, 2, 3, 5]]
    assert reason(box(0.7, above=0.7, below=0.7), corners) == ""
    assert reason(box(0.7, beside=0.7), corners) == Evidence.FAINT.value


def leaning(degrees: float) -> Scene:
    """A body 30 mm wide and 20 mm high that leans to one side."""
    one = scene(box(0.7), lateral_points())
    person = replace(
        one.anatomy,
        width_mm=np.full(18, 30.0), anterior_mm=np.full(18, 20.0), posterior_mm=np.full(18, 20.0),
        coronal_tilt=np.full(18, np.radians(degrees)),
    )  # fmt: skip
    return replace(one, anatomy=person)


@pytest.mark.parametrize(("degrees", "expected"), [(0, ""), (-11.4, ""), (11.6, TWICE), (-30, TWICE)])
def test_a_leaning_body_shows_its_endplates_twice(degrees: float, expected: str) -> None:
    """30 mm sin(11.54 degrees) = 6 mm: 0.3 of its 20 mm."""
    assert unreadable_reason(leaning(degrees), 0, None) == expected
    assert rim_distance(leaning(degrees).anatomy, 0) == pytest.approx(1.5 * abs(np.sin(np.radians(degrees))))


def test_from_the_front_a_leaning_body_is_seen_well() -> None:
    corners = lateral_points()[[0, 2, 3, 5]]
    one = replace(leaning(30), landmarks_px=corners[None])
    assert unreadable_reason(one, 0, None) == ""
