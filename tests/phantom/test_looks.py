"""Looks: every one a picture, repeatable, nothing moved; each with what makes it that look."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from oiscan.anatomy import View
from oiscan.loaders.margins import scanned_area
from oiscan.phantom.looks import RECIPES, SCANNER_LOOKS, STYLES, Look, Recipe, chain, shown, white_margins
from oiscan.scan import ImageArray

EVERY = [(look, view) for look in Look for view in View]
NOTHING = (0.0, 0.0)


def step_edge(rows: int = 200, columns: int = 160) -> ImageArray:
    """Background, and bone in the right quarter."""
    attenuation = np.zeros((rows, columns), np.float32)
    attenuation[:, columns // 4 * 3 :] = 3
    return attenuation


@pytest.mark.parametrize(("look", "view"), EVERY)
def test_every_look_gives_a_picture_that_depends_on_the_seed_only(look: Look, view: View) -> None:
    attenuation = step_edge()
    one, same, other = (chain(look, view)(np.random.default_rng(seed), attenuation, 2.0) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert (one.shape, one.dtype) == (attenuation.shape, np.float32)
    assert np.isfinite(one).all()
    assert one.min() >= 0
    assert one.max() <= 1 + 1e-6
    np.testing.assert_array_equal(attenuation, step_edge())  # what was drawn is left as it was


@pytest.mark.parametrize(("look", "view"), EVERY)
def test_an_empty_canvas_makes_a_picture_too(look: Look, view: View) -> None:
    picture = chain(look, view)(np.random.default_rng(0), np.zeros((64, 48), np.float32), 2.0)
    assert np.isfinite(picture).all()


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=[f"{look}-{view}" for look, view in RECIPES])
def test_bone_stays_bright_and_edges_stay_where_they_were(recipe: Recipe) -> None:
    slope = np.zeros(159)
    for seed in range(6):
        slope += np.diff(np.median(shown(np.random.default_rng(seed), step_edge(), 2.0, recipe), axis=0))
    assert abs(int(slope.argmax()) - 119) <= 1  # between the last column of background and the first of bone


def test_every_scanner_look_has_a_recipe_for_each_view_and_every_look_a_style() -> None:
    assert set(RECIPES) == {(look, view) for look in SCANNER_LOOKS for view in View}
    assert set(STYLES) == set(Look)


@pytest.mark.parametrize("view", View)
def test_ge_pictures_have_127_even_grey_values(view: View) -> None:
    picture = chain(Look.GE, view)(np.random.default_rng(3), step_edge(), 4.0) * 255
    np.testing.assert_allclose(picture, 2 * np.round(picture / 2), atol=1e-4)
    assert round(float(picture.max())) == 252


def leaning_column() -> ImageArray:
    """A bright column that moves from left to right by a twelfth of the picture's width."""
    picture = np.zeros((400, 240), np.float32)
    for row in range(400):
        at = 110 + row * 20 // 400
        picture[row, at - 10 : at + 10] = 0.8
    return picture


def test_white_margins_follow_the_bone_and_the_loader_takes_them_for_unscanned() -> None:
    before = leaning_column()
    framed = white_margins(np.random.default_rng(0), before, 1.0)
    margin = framed != before
    np.testing.assert_array_equal(scanned_area(np.round(framed * 255)), ~margin)
    assert not margin[before > 0].any()
    assert len(set(margin.sum(1))) == 1  # the scan window only moves sideways
    left = margin[:, :120].sum(1)
    assert left[0] < left[-1]  # to the right, as the bone does


def test_hologic_is_less_sharp_along_the_body_than_across() -> None:
    dot = np.zeros((81, 81), np.float32)
    dot[40, 40] = 1
    for view in View:
        bare = replace(RECIPES[Look.HOLOGIC, view], grain=NOTHING, surround=NOTHING, edges=NOTHING,
                       floor_percent=NOTHING, ceiling_percent=(100, 100), gamma=(1, 1))
        along, across = second_moments(shown(np.random.default_rng(0), dot, 4.0, bare))
        assert along > 1.2 * across


def second_moments(picture: ImageArray) -> tuple[float, float]:
    """Spread of a spot along rows and along columns, in pixels."""
    steps = np.arange(len(picture)) - (len(picture) - 1) / 2
    weight = picture / picture.sum()
    return float(np.sqrt(weight.sum(1) @ steps**2)), float(np.sqrt(weight.sum(0) @ steps**2))


def test_low_dose_is_the_noisiest_look() -> None:
    noise = {look: np.mean([grain_of(look, seed) for seed in range(4)]) for look in SCANNER_LOOKS}
    assert max(noise, key=noise.__getitem__) is Look.LOW_DOSE
    assert noise[Look.LOW_DOSE] > 2 * noise[Look.GE]


def grain_of(look: Look, seed: int) -> float:
    """Noise of a picture without an edge: a slow ramp, its ends left out because they are clipped."""
    ramp = np.tile(np.linspace(0, 3, 160, dtype=np.float32), (200, 1))
    picture = chain(look, View.LATERAL)(np.random.default_rng(seed), ramp, 2.0)
    return float(np.std((picture - cv2.GaussianBlur(picture, (0, 0), 2))[:, 60:100]))
