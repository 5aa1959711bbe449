"""Two beams: what they are made of, and what layers leave of them."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.densitometry.dual_energy.beam import ATTENUATION_CM2_G, Beams, log_attenuation

NONE = np.zeros(1)


@pytest.mark.parametrize("drift", [-2.0, -1.0, 0.0, 0.5, 2.0])
def test_shares_of_a_beam_are_a_whole(drift: float) -> None:
    for shares in Beams(drift, drift).shares:
        assert shares.sum() == pytest.approx(1, abs=2e-4)
        assert (shares >= 0).all()


def test_half_way_to_a_table_column_is_half_of_it() -> None:
    as_set, off, half = (Beams(0, drift).shares[1] for drift in (0, 2, 1))
    assert half == pytest.approx((as_set + off) / 2)


def test_more_kilovolts_are_stopped_less() -> None:
    layer = np.array([0.5]), np.array([10.0]), np.array([2.0])
    weak, as_set, strong = (np.concatenate(log_attenuation(*layer, Beams(d, d))) for d in (-2, 0, 2))
    assert (weak > as_set).all() and (as_set > strong).all()


@pytest.mark.parametrize("drift", [2.1, -3.0, float("nan")])
def test_beams_nobody_computed_are_refused(drift: float) -> None:
    with pytest.raises(ValueError, match="kV off"):
        Beams(drift, 0)


def test_a_thin_layer_weakens_a_beam_by_the_mean_of_its_attenuation() -> None:
    low, high = log_attenuation(NONE, np.array([1e-5]), NONE)
    for attenuation, shares in zip((low, high), Beams().shares, strict=True):
        assert attenuation[0] / 1e-5 == pytest.approx(shares @ ATTENUATION_CM2_G[:, 1] / shares.sum(), rel=1e-4)


def test_a_beam_hardens_on_its_way() -> None:
    one, two = (log_attenuation(NONE, np.array([depth]), NONE)[0][0] for depth in (10.0, 20.0))
    assert two < 2 * one
