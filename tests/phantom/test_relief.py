"""The look no network was trained on: what makes it one, and that training never draws it."""

from __future__ import annotations

import cv2
import numpy as np

from oiscan.anatomy import View
from oiscan.phantom import relief, training_scene
from oiscan.phantom.relief import relief_display
from oiscan.scan import ImageArray

SCALE = 1.0


def block() -> ImageArray:
    """A block of bone in the middle of the picture."""
    attenuation = np.zeros((120, 100), np.float32)
    attenuation[40:80, 30:70] = 1
    return attenuation


def mean_of(attenuation: ImageArray, pictures: int = 8) -> ImageArray:
    drawn = [relief_display(np.random.default_rng(seed), attenuation, SCALE) for seed in range(pictures)]
    return np.asarray(np.mean(drawn, axis=0))


def test_bone_stands_in_relief() -> None:
    """Lit from above, in shadow below: the late energy, which lies further down, is taken away."""
    picture = mean_of(block())
    middle = picture[:, 45:55].mean(1)
    assert middle[40:42].mean() > middle[55:65].mean() + 0.1  # the upper edge is brighter than the bone
    assert middle[80:82].mean() < middle[95:110].mean() - 0.1  # below the lower edge it is darker than beside the bone
    assert middle[55:65].mean() > middle[95:110].mean()  # bone is bright


def test_every_second_line_lies_aside() -> None:
    """Across an upright edge, even lines have it further right than odd ones, by what the beam is said to be off."""
    edge = np.zeros((120, 100), np.float32)
    edge[:, 50:] = cv2.GaussianBlur(np.ones((120, 50), np.float32), (0, 0), 3)
    slope = np.clip(np.diff(mean_of(edge, 16)[20:-20], axis=1), 0, None)[:, 40:60]
    centre = (slope @ np.arange(20)) / slope.sum(1)
    assert 0.4 < centre[::2].mean() - centre[1::2].mean() < 2 * relief.LINE_SHIFT_MM * SCALE


def test_training_never_draws_it() -> None:
    for seed in range(200):
        for view in View:
            _, chain = training_scene._style_and_chain(np.random.default_rng(seed), view)
            assert chain is not relief_display
