"""Mineral from two attenuations: right on the wedge, refitted on any other, and nothing but its coefficients."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.densitometry.dual_energy.beam import Beams, log_attenuation
from oiscan.densitometry.dual_energy.decomposition import Decomposition, nominal_decomposition


def layers(bone: float, tissue: float, fat_share: float = 0.2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.array([bone]), np.array([(1 - fat_share) * tissue]), np.array([fat_share * tissue])


@pytest.mark.parametrize("bone", [0.0, 0.3, 0.55, 1.1, 2.4])
@pytest.mark.parametrize("tissue", [5.0, 13.7, 31.0])
def test_mineral_between_the_steps_of_the_wedge_comes_back(bone: float, tissue: float) -> None:
    found = nominal_decomposition().mineral_g_cm2(*log_attenuation(*layers(bone, tissue)))
    assert found[0] == pytest.approx(bone, abs=0.002)


def test_fat_looks_like_less_bone_and_a_tube_too_low_like_more() -> None:
    def found(fat_share: float, drift: float) -> float:
        attenuation = log_attenuation(*layers(0.6, 15, fat_share), Beams(drift, 0))
        return float(nominal_decomposition().mineral_g_cm2(*attenuation)[0])

    assert found(0.4, 0) < found(0.2, 0) - 0.05
    assert found(0.2, -2) > found(0.2, 0) + 0.02


def test_a_wedge_measured_on_another_tube_calibrates_that_tube() -> None:
    steps = np.meshgrid(np.linspace(0, 2, 9), np.linspace(5, 30, 9))
    bone, tissue = (step.ravel() for step in steps)
    off = Beams(-2, 1)
    own = Decomposition.fitted(*log_attenuation(bone, 0.8 * tissue, 0.2 * tissue, off), bone, "measured wedge")
    attenuation = log_attenuation(*layers(0.6, 15), off)
    assert own.mineral_g_cm2(*attenuation)[0] == pytest.approx(0.6, abs=0.003)
    assert abs(nominal_decomposition().mineral_g_cm2(*attenuation)[0] - 0.6) > 0.02


def test_a_polynomial_is_evaluated_as_written_down() -> None:
    coefficients = np.zeros(15)
    coefficients[[0, 1, 5, 6]] = 0.5, 2, 3, 4  # 1, high, low, low * high
    one = Decomposition(tuple(coefficients), "by hand")
    assert one.mineral_g_cm2(np.array([2.0]), np.array([10.0]))[0] == pytest.approx(0.5 + 20 + 6 + 80)


@pytest.mark.parametrize("coefficients", [(1.0,) * 14, (float("nan"),) * 15])
def test_half_a_calibration_is_none(coefficients: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="15 finite"):
        Decomposition(coefficients, "")
