"""Scatter taken off."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.densitometry.dual_energy.scatter import without_scatter

SPACING = np.array([0.5, 0.5])


def test_a_twentieth_of_an_even_signal_is_taken_off() -> None:
    straight = np.full((80, 120), 2.0)
    counted = straight - np.log(1.05)
    assert without_scatter(counted, SPACING) == pytest.approx(straight, abs=1e-6)


def test_where_there_is_none_nothing_is_taken_off() -> None:
    counted = np.random.default_rng(1).uniform(1, 3, (60, 40))
    assert without_scatter(counted, SPACING, share=0.0) == pytest.approx(counted)


def test_more_is_taken_off_where_less_comes_through() -> None:
    counted = np.full((200, 200), 2.0)
    counted[90:110, 90:110] = 3.0
    change = without_scatter(counted, SPACING) - counted
    assert change[100, 100] > 2 * change[5, 5] > 0


@pytest.mark.parametrize("spacing", [(0.5, 0.5), (1.0, 0.25), (30.0, 30.0)])
def test_pixels_of_any_size_keep_their_shape(spacing: tuple[float, float]) -> None:
    found = without_scatter(np.full((33, 47), 1.0), np.array(spacing))
    assert found.shape == (33, 47)
    assert found == pytest.approx(np.full((33, 47), 1 + np.log(1.05)), abs=1e-6)
