"""Whole scenes: shapes, repeatability, and truth in the pixels of the picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from oiscan.anatomy import LANDMARKS, View
from oiscan.phantom.anatomy import draw_anatomy
from oiscan.phantom.ap import ap_corners
from oiscan.phantom.lateral import lateral_bodies, lateral_landmarks
from oiscan.phantom.scene import Scene, draw_scene
from oiscan.phantom.training_scene import draw_training_scene
from tests.phantom.people import straight_person

SHAPE = (240, 130)


def training_scene(view: View, seed: int) -> Scene:
    return draw_training_scene(np.random.default_rng(seed), view, SHAPE, 0.5)


@pytest.mark.parametrize("view", View)
def test_a_training_scene_is_whole(view: View) -> None:
    scene = training_scene(view, 1)
    assert scene.picture.shape == SHAPE
    assert 0 <= scene.picture.min() < scene.picture.max() <= 1 + 1e-6
    assert scene.landmarks_px.shape == (18, len(LANDMARKS[view]), 2)
    assert len(scene.outlines_px) == 17
    assert (np.diff(scene.landmarks_px.mean(1)[:, 1]) > 0).all()  # from head to foot
    for outline, points in zip(scene.outlines_px, scene.landmarks_px, strict=False):
        assert cv2.pointPolygonTest(outline.astype(np.float32), points.mean(0).tolist(), False) > 0


@pytest.mark.parametrize("view", View)
def test_a_training_scene_depends_on_the_seed_only(view: View) -> None:
    one, same, other = (training_scene(view, seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one.picture, same.picture)
    np.testing.assert_array_equal(one.landmarks_px, same.landmarks_px)
    assert not np.array_equal(one.picture, other.picture)


@pytest.mark.parametrize("view", View)
def test_landmarks_are_those_of_the_person_at_the_scale_of_the_picture(view: View) -> None:
    scene = training_scene(view, 2)
    truth = ap_corners(scene.anatomy) if view is View.AP else lateral_landmarks(lateral_bodies(scene.anatomy))
    from_first = (scene.landmarks_px - scene.landmarks_px[0, 0]) / scene.pixels_per_mm
    np.testing.assert_allclose(from_first, truth - truth[0, 0], atol=1e-9)


@pytest.mark.parametrize("view", View)
def test_the_spine_is_usually_in_the_picture(view: View) -> None:
    """Scanners frame what they are told to look at: on most scenes five vertebrae or more, on some not all."""
    inside = []
    for seed in range(12):
        centre = training_scene(view, seed).landmarks_px.mean(1)
        inside.append(int(((centre > 0) & (centre < SHAPE[::-1])).all(1).sum()))
    assert np.median(inside) >= 5
    assert min(inside) < 18


@pytest.mark.parametrize("view", View)
def test_the_origin_is_the_centre_of_the_first_pixel(view: View) -> None:
    """T9 lies at the origin of the anatomy, so 30 mm right and 40 mm below the first pixel; 2 pixels a mm."""
    scene = draw_scene(
        np.random.default_rng(0), view, straight_person(), (160, 120), 2.0, np.array([-30.0, -40.0]), style=1.0
    )
    assert scene.landmarks_px[8].mean(0) == pytest.approx([60, 80])


@pytest.mark.parametrize("view", View)
def test_bone_is_bright_where_the_truth_says(view: View) -> None:
    """Over many pictures of one person, bodies shifted onto the truth are brighter than shifted off it by a depth."""
    person = draw_anatomy(np.random.default_rng(2), 30.0, 0.0)
    middle = person.centre_mm[13][[0 if view is View.LATERAL else 1, 2]]
    contrast = []
    for seed in range(10):
        scene = draw_scene(np.random.default_rng(seed), view, person, (200, 160), 1.0, middle - [80, 100], 1.0)
        on, beside = np.zeros((2, *scene.picture.shape), np.uint8)
        for outline in scene.outlines_px[12:15]:
            cv2.fillPoly(on, [np.round(outline).astype(np.int32)], 1)
            cv2.fillPoly(beside, [np.round(outline + [55, 0]).astype(np.int32)], 1)
        contrast.append(scene.picture[on > 0].mean() - scene.picture[(beside > 0) & (on == 0)].mean())
    assert np.median(contrast) > 0.1
