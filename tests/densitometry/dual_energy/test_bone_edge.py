"""Where bone begins."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.densitometry.dual_energy.bone_edge import BoneEdge

MINERAL = np.array([[0.0, 0.05, 0.15, 0.3, 0.6, 0.6, 0.6, 0.6]])
ALL = np.ones(MINERAL.shape)


def test_a_share_of_the_median_by_default() -> None:
    # the median of these eight is 0.45, a quarter of it 0.1125
    assert BoneEdge().bone_in(MINERAL, ALL).tolist() == [[False, False, True, True, True, True, True, True]]
    assert BoneEdge(share=0.5).bone_in(MINERAL, ALL).sum() == 5


def test_a_constant_threshold_replaces_it_and_loses_weak_bones() -> None:
    edge = BoneEdge(threshold_g_cm2=0.2)
    assert edge.bone_in(MINERAL, ALL).sum() == 5
    assert edge.bone_in(MINERAL / 4, ALL).sum() == 0
    assert BoneEdge().bone_in(MINERAL / 4, ALL).sum() == 6


def test_nothing_outside_the_region_is_bone_and_nothing_there_moves_the_threshold() -> None:
    region = ALL.copy()
    region[:, 4:] = 0
    assert BoneEdge().bone_in(MINERAL, region).tolist() == [[False, True, True, True] + [False] * 4]


def test_an_empty_region_has_no_bone() -> None:
    assert not BoneEdge().bone_in(MINERAL, 0 * ALL).any()


def test_what_is_judged_is_blurred_by_millimetres() -> None:
    spot = np.zeros((61, 61))
    spot[30, 30] = 1.0
    seen = BoneEdge(blur_mm=1.0).judged(spot, np.array([0.25, 0.5]))
    down, across = seen.sum(1), seen.sum(0)
    place = np.arange(61) - 30
    assert (down @ place**2) ** 0.5 * 0.25 == pytest.approx(1, rel=0.02)
    assert (across @ place**2) ** 0.5 * 0.5 == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize("wrong", [{"share": 1.0}, {"share": -0.1}, {"threshold_g_cm2": 0.0}, {"blur_mm": 0.0}])
def test_impossible_edges_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        BoneEdge(**wrong)
