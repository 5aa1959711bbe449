"""Soft tissue under the bones, from beside them."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.densitometry.dual_energy.baseline import soft_tissue_baseline
from oiscan.errors import UnsupportedScanError

SPACING = np.array([0.5, 0.5])
SHAPE = (200, 160)
ACROSS = np.linspace(-1, 1, SHAPE[1])


def spine() -> np.ndarray:
    covered = np.zeros(SHAPE, bool)
    covered[:, 60:100] = True
    return covered


@pytest.mark.parametrize("order", [0, 1, 2])
def test_a_parabola_across_the_body_goes_on_under_the_spine(order: int) -> None:
    tissue = np.broadcast_to(-0.2 + 0.1 * ACROSS**order, SHAPE)
    mineral = tissue + 0.7 * spine()
    assert soft_tissue_baseline(mineral, spine(), SPACING) == pytest.approx(tissue, abs=1e-3)


def test_it_changes_slowly_from_line_to_line() -> None:
    tissue = np.broadcast_to(np.linspace(-0.3, 0.1, SHAPE[0])[:, None], SHAPE)
    found = soft_tissue_baseline(tissue + 0.7 * spine(), spine(), SPACING)
    assert found[40:-40] == pytest.approx(tissue[40:-40], abs=2e-3)


@pytest.mark.parametrize("side", [slice(0, 35), slice(125, 160)])
def test_ribs_and_pelvis_beside_the_spine_are_seen_and_left_out(side: slice) -> None:
    mineral = np.random.default_rng(3).normal(0, 0.05, SHAPE) + 0.7 * spine()
    mineral[30:50, side] += 0.4
    mineral[150:, side] += 0.8
    assert np.abs(soft_tissue_baseline(mineral, spine(), SPACING)[:165, 60:100]).max() < 0.02


def test_noise_does_not_lift_or_lower_it() -> None:
    mineral = np.random.default_rng(5).normal(0.1, 0.2, SHAPE)
    assert soft_tissue_baseline(mineral, spine(), SPACING).mean() == pytest.approx(0.1, abs=0.006)


def test_a_picture_of_nothing_but_bone_has_none() -> None:
    with pytest.raises(UnsupportedScanError, match="no soft tissue"):
        soft_tissue_baseline(np.ones(SHAPE), np.ones(SHAPE, bool), SPACING)
