"""Numbers of published studies, recomputed from what the papers print."""

from __future__ import annotations

import pytest
from scipy.stats import ttest_ind_from_stats

from oiscan.evaluation.agreement.accuracy import wilson
from oiscan.evaluation.agreement.kappa import kappa
from oiscan.followup.compare.proportions import Proportion, boschloo, fisher
from oiscan.followup.compare.results import Estimate
from oiscan.followup.compare.summaries import Summary, difference, welch


@pytest.mark.parametrize(
    ("counts", "agreement", "value", "low", "high"),
    [
        ([[129, 46], [0, 579]], 93.9, 0.81, 0.76, 0.86),  # VFA against X-ray, 754 vertebrae
        ([[35, 1], [0, 22]], 98.3, 0.96, 0.89, 1.03),  # the same, 58 patients
        ([[35, 1], [6, 16]], 87.9, 0.73, 0.55, 0.91),  # morphometry against X-ray, 58 patients
    ],
)
def test_diacinti_2015(counts: list[list[int]], agreement: float, value: float, low: float, high: float) -> None:
    """Agreement in % and kappa with the interval of Fleiss, Cohen and Everitt; it may end above 1."""
    total = sum(map(sum, counts))
    told = kappa(counts)
    assert 100 * (counts[0][0] + counts[1][1]) / total == pytest.approx(agreement, abs=0.05)
    assert (told.value, told.interval.low, told.interval.high) == pytest.approx((value, low, high), abs=0.0055)


def test_bishop_2013() -> None:
    """Clinical fractures in 29 of 94 and 24 of 49: p = 0.0446 by Fisher's test (chi-square 0.0331 is not theirs).

    Percent change of lumbar aBMD: a difference of 8.7 (5.7 to 11.7) is one of standard error 1.53.
    """
    placebo, risedronate = Proportion("placebo", 24, 49), Proportion("risedronate", 29, 94)
    assert fisher("FX", "", placebo, risedronate).p_value == pytest.approx(0.0446, abs=5e-5)
    assert boschloo("FX", "", placebo, risedronate).p_value == pytest.approx(0.0363, abs=5e-5)
    change = Estimate(8.7, 1.53, 94 + 49 - 4)
    assert (change.low, change.high) == pytest.approx((5.7, 11.7), abs=0.05)
    assert change.p_value < 0.0001


def test_alos_2012() -> None:
    """25 of 155 with a new vertebral fracture: 16 % (11 to 23), by Wilson and by Clopper and Pearson."""
    for told in (wilson((25, 155)), Proportion("leukaemia", 25, 155).exact):
        assert [round(100 * one) for one in (told.value, told.low, told.high)] == [16, 11, 23]


def test_halton_2009() -> None:
    """29 of 186 children with a fracture; lumbar Z -2.1 (1.5) of those 29, -1.1 (1.2) of the 157: p < 0.001, pooled."""
    fractured, others = Summary(29, -2.1, 1.5), Summary(157, -1.1, 1.2)
    assert round(100 * 29 / 186) == 16
    assert [round(100 * n / 29) for n in (14, 9, 6)] == [48, 31, 21]
    assert round(100 * 53 / 75) == 71
    assert difference(others, fractured).p_value == pytest.approx(0.00011, abs=5e-6)
    assert welch(others, fractured).p_value == pytest.approx(0.0017, abs=5e-5)
    theirs = ttest_ind_from_stats(-2.1, 1.5, 29, -1.1, 1.2, 157).pvalue
    assert difference(others, fractured).p_value == pytest.approx(theirs)


def test_simm_2011() -> None:
    """Lumbar Z +1.88 (1.24) of 20 children: p < 0.001."""
    change = Summary(20, 1.88, 1.24).estimate
    assert change.value / change.standard_error == pytest.approx(6.78, abs=0.005)
    assert change.p_value == pytest.approx(1.8e-6, abs=1e-7)


def test_hoyer_kuhn_2016() -> None:
    """+19 % (7 to 31) of 10 children implies an SD of 16.8; the motor p-values imply that fewer were tested."""
    change = Summary(10, 19, 16.8).estimate
    assert (change.low, change.high) == pytest.approx((7, 31), abs=0.05)
    gross_motor = {n: Summary(n, 2.72, 4.62).estimate.p_value for n in (7, 10)}
    walk = {n: Summary(n, 11.0, 15.82).estimate.p_value for n in (6, 10)}
    assert gross_motor[7] == pytest.approx(0.16, abs=0.015)
    assert walk[6] == pytest.approx(0.15, abs=0.005)
    assert max(gross_motor[10], walk[10]) < 0.1


@pytest.mark.parametrize(
    ("mean", "sd", "t"),
    [(35.2, 19.5, 10.2), (22.9, 15.1, 8.58), (19.6, 13.9, 7.98), (33.6, 25.5, 7.45), (8.1, 8.8, 5.21)],
)
def test_vertebral_reshaping_2019(mean: float, sd: float, t: float) -> None:
    """Percent changes of 32 children after a year of zoledronic acid (Bone, PubMed 31216496): all p < 0.01."""
    change = Summary(32, mean, sd).estimate
    assert change.value / change.standard_error == pytest.approx(t, abs=0.05)
    assert change.p_value < 0.01


def test_projected_area_2019() -> None:
    change = Summary(32, 35.2, 19.5).estimate
    assert (change.low, change.high) == pytest.approx((28.2, 42.2), abs=0.05)
