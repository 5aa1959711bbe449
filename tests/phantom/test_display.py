"""From attenuation to picture: grey between 0 and 1, repeatable, and nothing moved."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.phantom.display import display
from oiscan.scan import ImageArray


def step_edge(column: int = 50) -> ImageArray:
    """Background left, bone right of a column."""
    attenuation = np.zeros((120, 100), np.float32)
    attenuation[:, column:] = 3
    return attenuation


@pytest.mark.parametrize("seed", range(25))
def test_pictures_are_finite_and_between_0_and_1(seed: int) -> None:
    attenuation = step_edge()
    picture = display(np.random.default_rng(seed), attenuation, 1.6)
    assert picture.shape == attenuation.shape
    assert picture.dtype == np.float32
    assert np.isfinite(picture).all()
    assert picture.min() >= 0
    assert picture.max() <= 1 + 1e-6
    np.testing.assert_array_equal(attenuation, step_edge())  # what was drawn is left as it was


def test_a_picture_depends_on_the_seed_only() -> None:
    one, same, other = (display(np.random.default_rng(seed), step_edge(), 1.6) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_bone_stays_bright_and_edges_stay_where_they_were() -> None:
    slope = np.zeros(99)
    for seed in range(30):
        picture = display(np.random.default_rng(seed), step_edge(), 1.6)
        slope += np.diff(np.median(picture, axis=0))
    assert int(slope.argmax()) == 49  # between the last column of background and the first of bone


@pytest.mark.parametrize("seed", range(8))
def test_an_empty_canvas_makes_a_picture_too(seed: int) -> None:
    picture = display(np.random.default_rng(seed), np.zeros((64, 48), np.float32), 1.6)
    assert np.isfinite(picture).all()
