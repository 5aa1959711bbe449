"""Attenuation of known layers, and mineral from two counts."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.phantom.physics import (
    Detector,
    Materials,
    attenuation,
    bone_mineral,
    dual_energy,
    without_soft_tissue,
)
from oiscan.scan import FloatArray


def layers(bone: float, lean: float = 12.0, fat: float = 3.0, shape: tuple[int, int] = (64, 64)) -> Materials:
    return Materials(*(np.full(shape, v) for v in (bone, lean, fat)))


def test_air_stops_nothing() -> None:
    low, high = attenuation(layers(0, 0, 0))
    assert low == pytest.approx(np.zeros((64, 64)), abs=1e-12) and high == pytest.approx(low, abs=1e-12)


def test_thin_layers_weaken_the_beam_as_their_mean_attenuation_says() -> None:
    low, high = attenuation(layers(0, 1e-4, 0, (1, 1)))
    # muscle: 0.20 to 0.25 cm2/g at 50 keV, 0.17 to 0.19 at 85 keV, weighted over the spectra
    assert 0.19 < low[0, 0] / 1e-4 < 0.28 and 0.165 < high[0, 0] / 1e-4 < 0.19


def test_bone_differs_more_between_the_energies_than_soft_tissue() -> None:
    (bone_low, bone_high), (soft_low, soft_high) = attenuation(layers(1, 0, 0)), attenuation(layers(0, 20, 0))
    assert (bone_low / bone_high).min() > 1.5 * (soft_low / soft_high).max()


@pytest.mark.parametrize("bone", [0.0, 0.5, 1.2, 3.0])
@pytest.mark.parametrize("tissue", [8.0, 20.0, 32.0])
def test_the_wedge_gives_mineral_back_from_exact_counts(bone: float, tissue: float) -> None:
    found = bone_mineral(*attenuation(layers(bone, 0.8 * tissue, 0.2 * tissue, (1, 1))))
    assert found[0, 0] == pytest.approx(bone, abs=0.02)


def test_more_fat_than_the_wedge_has_looks_like_less_bone_and_the_pixels_beside_put_it_right() -> None:
    bone = np.zeros((40, 60))
    bone[:, 20:40] = 0.8
    fatty = Materials(bone, np.full(bone.shape, 9.0), np.full(bone.shape, 9.0))
    raw = bone_mineral(*attenuation(fatty))
    assert raw[:, 30].mean() < 0.77
    assert without_soft_tissue(raw, bone == 0, 2.0)[:, 30] == pytest.approx(np.full(40, 0.8), abs=0.02)


def test_rows_with_nothing_beside_the_bone_stay() -> None:
    mineral: FloatArray = np.ones((20, 10))
    assert without_soft_tissue(mineral, np.zeros((20, 10), bool), 1.0) == pytest.approx(mineral)


def test_counting_scatters_as_the_root_of_the_counts_and_is_unbiased() -> None:
    exact = attenuation(layers(0.5))[0]
    detector = Detector(quanta=1e6, scatter=0.0, blur_mm=1e-3)
    low, _ = dual_energy(np.random.default_rng(1), layers(0.5), detector, 2.0)
    expected = np.sqrt(4 / (1e6 * np.exp(-exact[0, 0])))  # a pixel of 0.5 mm has a quarter of the quanta
    assert low.std() == pytest.approx(expected, rel=0.05)
    assert low.mean() == pytest.approx(exact[0, 0], abs=4 * expected / 64)


def test_scatter_makes_the_person_look_thinner() -> None:
    quiet, hazy = (Detector(quanta=1e9, scatter=s, blur_mm=0.3) for s in (0.0, 0.1))
    one, other = (dual_energy(np.random.default_rng(1), layers(0), d, 2.0)[0] for d in (quiet, hazy))
    assert (one - other).mean() == pytest.approx(np.log(1.1), rel=0.02)
