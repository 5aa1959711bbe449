"""The physical route: the fast route's truth under another picture, and bone mass in the range of real people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from oiscan.anatomy import View
from oiscan.phantom.anatomy import Anatomy, draw_anatomy
from oiscan.phantom.bone_mass import bone_map, bone_truth
from oiscan.phantom.display import plain_display
from oiscan.phantom.physical import draw_materials, draw_physical_scene
from oiscan.phantom.scene import Scene, draw_scene
from tests.phantom.people import straight_person

SHAPE = (260, 140)
LUMBAR = slice(12, 16)


def drawn(view: View, seed: int = 1, style: float = 1.0, physical: bool = True) -> Scene:
    anatomy = straight_person()
    draw = draw_physical_scene if physical else draw_scene
    return draw(np.random.default_rng(seed), view, anatomy, SHAPE, 1.0, np.array([-70.0, 60.0]), style, plain_display)


@pytest.mark.parametrize("view", list(View))
def test_both_routes_tell_one_truth(view: View) -> None:
    one, other = drawn(view), drawn(view, physical=False)
    assert np.array_equal(one.landmarks_px, other.landmarks_px)
    assert one.picture.shape == other.picture.shape == SHAPE
    assert one.picture.dtype == np.float32
    assert 0 <= one.picture.min() < one.picture.max() <= 1


@pytest.mark.parametrize("view", list(View))
def test_the_same_seed_gives_the_same_picture_and_another_another(view: View) -> None:
    assert np.array_equal(drawn(view).picture, drawn(view).picture)
    assert not np.array_equal(drawn(view).picture, drawn(view, seed=2).picture)


@pytest.mark.parametrize("style", [0.0, 1.0])
def test_bodies_are_brighter_than_the_discs_between_them(style: float) -> None:
    scene = drawn(View.LATERAL, style=style)
    middles = scene.landmarks_px[11:16].mean(1)
    discs = 0.5 * (middles[1:] + middles[:-1])
    def bright(points: np.ndarray) -> float:
        return float(np.mean([scene.picture[round(y) - 2 : round(y) + 3, round(x) - 6 : round(x) + 7].mean()
                              for x, y in points]))
    assert bright(middles) > bright(discs) + 0.05


def test_a_scanner_sees_the_mineral_that_is_there_but_for_noise() -> None:
    from oiscan.phantom.physics import attenuation, bone_mineral

    anatomy = replace(draw_anatomy(np.random.default_rng(2), 10.0, 0.0), density=0.9)
    low = anatomy.centre_mm[12:16, 1:].mean(0) - 50
    materials = draw_materials(np.random.default_rng(2), View.AP, anatomy, (200, 200), 2.0, low)
    seen = bone_mineral(*attenuation(materials))
    assert np.abs(seen - materials.bone).mean() < 0.08


def healthy(age_years: float, seed: int) -> Anatomy:
    return replace(draw_anatomy(np.random.default_rng(seed), age_years, 0.0), density=0.9)


@pytest.mark.parametrize(("age_years", "low", "high"), [(5, 0.4, 0.68), (8, 0.45, 0.75), (30, 0.8, 1.15)])
def test_healthy_people_have_the_bone_mass_scanners_print(age_years: float, low: float, high: float) -> None:
    lumbar = np.mean([bone_truth(healthy(age_years, seed)).abmd_g_cm2[LUMBAR].mean() for seed in range(3)])
    assert low < lumbar < high


def test_half_the_density_is_less_bone_on_the_same_area() -> None:
    one = bone_truth(healthy(8, 1))
    other = bone_truth(replace(healthy(8, 1), density=0.45))
    assert np.array_equal(one.area_cm2, other.area_cm2)
    assert (other.bmc_g[LUMBAR] / one.bmc_g[LUMBAR] < 0.75).all()
    assert one.abmd_g_cm2 == pytest.approx(one.bmc_g / one.area_cm2)


def test_mass_does_not_depend_on_the_size_of_pixels() -> None:
    anatomy = straight_person()
    origin = np.array([-60.0, 0])
    fine, coarse = (bone_map(anatomy, View.AP, (300 * s, 120 * s), s, origin).sum() / s**2 for s in (4, 2))
    assert fine == pytest.approx(coarse, rel=0.015)
