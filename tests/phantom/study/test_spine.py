"""A simulated child's spine over time: growth changes no ratio, and each body goes where it was drawn to go."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.phantom.anatomy import FRACTURE, SACRUM, draw_anatomy, growth_factor
from oiscan.phantom.study.spine import Course, draw_course, grown

MONTHS = (0, 12, 24)


def course(seed: int) -> Course:
    rng = np.random.default_rng(seed)
    return draw_course(rng, draw_anatomy(rng, 5.0, 0.4), MONTHS)


def test_growth_makes_everything_larger_and_changes_no_ratio() -> None:
    child = draw_anatomy(np.random.default_rng(1), 4.0, 0.3)
    later = grown(child, 2.0)
    factor = growth_factor(6.0) / growth_factor(4.0)
    assert factor > 1
    assert later.age_years == 6.0
    assert later.height_loss == pytest.approx(child.height_loss)
    assert later.posterior_mm == pytest.approx(factor * child.posterior_mm)
    assert later.centre_mm == pytest.approx(factor * child.centre_mm)
    assert (later.sagittal_tilt == child.sagittal_tilt).all()


def test_at_the_first_visit_nobody_has_changed() -> None:
    one = course(2)
    first = one.at(0)
    assert first.height_loss == pytest.approx(one.baseline.height_loss)
    assert first.centre_mm == pytest.approx(one.baseline.centre_mm)


def test_reshaping_sinking_and_breaking_all_happen_and_only_where_drawn() -> None:
    better = worse = new = 0
    for seed in range(12):
        one = course(seed)
        loss = np.stack([one.at(month).height_loss for month in MONTHS])[:, :SACRUM]
        still = one.share[24][:SACRUM] == 0
        assert loss[2][still] == pytest.approx(loss[0][still])
        fractured = loss[0] >= FRACTURE
        better += int((fractured & (loss[2] < loss[0] - 0.05)).sum())
        worse += int((fractured & (loss[2] > loss[0] + 0.05)).sum())
        new += int((~fractured & (loss[2] >= FRACTURE)).sum())
        assert (one.at(24).deformity[:SACRUM][~fractured & (loss[2] >= FRACTURE)] > 0).all()
    assert min(better, worse, new) >= 3


def test_slow_changes_come_little_by_little() -> None:
    one = course(3)
    loss = np.stack([one.at(month).height_loss for month in MONTHS])
    improving = loss[2] < loss[0] - 0.05
    assert improving.any()
    assert (loss[1][improving] < loss[0][improving]).all()
    assert (loss[1][improving] > loss[2][improving]).all()


def test_the_bodies_are_piled_up_anew_with_the_discs_they_had() -> None:
    """Between two centres lie half of each body and a disc, which only growth makes thicker."""
    one = course(5)
    last = one.at(24)

    def discs(anatomy: object) -> np.ndarray:
        height = 0.5 * (anatomy.posterior_mm + anatomy.anterior_mm)
        steps = np.linalg.norm(np.diff(anatomy.centre_mm, axis=0), axis=1)
        return np.asarray((steps - 0.5 * (height[:-1] + height[1:])) / anatomy.size)

    assert discs(last) == pytest.approx(discs(one.baseline))
