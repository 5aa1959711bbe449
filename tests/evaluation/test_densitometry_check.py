"""Figures of measured bone, worked out by hand; and one person measured from drawing to number."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from oiscan.evaluation import densitometry_check
from oiscan.evaluation.densitometry_cases import AGE_BANDS, Measurement, measured, people
from oiscan.evaluation.densitometry_check import figures_of, repeat_cv_percent, told
from oiscan.evaluation.landmarks import ImageResult
from oiscan.phantom.dual_energy import DualEnergySettings, draw_dual_energy_exam
from oiscan.segmentation import Model


def scan(seed: int, age: float, abmd: float, true: float, area: float = 10.0, true_area: float = 10.0) -> Measurement:
    return Measurement(DualEnergySettings(seed, age), area, true_area, abmd, true, ImageResult((), 0))


SCANS = [
    scan(1, 4, 0.51, 0.50, 10.2), scan(1, 4, 0.53, 0.50, 10.4),
    scan(2, 30, 0.98, 1.00, 9.8), scan(2, 30, 0.98, 1.00, 10.0),
]  # fmt: skip


def test_bias_is_the_mean_error_by_age_and_area_in_percent() -> None:
    found = told(SCANS)
    assert found["abmd_bias_g_cm2"]["3-6 years"]["value"] == pytest.approx(0.02)
    assert found["abmd_bias_g_cm2"]["18-70 years"]["value"] == pytest.approx(-0.02)
    assert found["abmd_bias_g_cm2"]["6-10 years"] == {"value": None, "ci95": None}
    assert found["area_bias_percent"]["value"] == pytest.approx((2 + 4 - 2 + 0) / 4)
    assert (found["n_people"], found["n_scans"], found["n_measured"]) == (2, 4, 4)


def test_the_coefficient_of_variation_of_pairs() -> None:
    # sd of 0.51 and 0.53 is 0.0141421, of their mean 2.7196 %; the other pair has none: root of half of its square
    expected = math.sqrt(0.5) * 100 * 0.02 / math.sqrt(2) / 0.52
    assert repeat_cv_percent([0.51, 0.53, 0.98, 0.98]) == pytest.approx(expected)
    assert repeat_cv_percent([0.51, math.nan, 0.90, 0.99]) == pytest.approx(100 * 0.09 / math.sqrt(2) / 0.945)
    assert math.isnan(repeat_cv_percent([0.5, math.nan]))


def test_scans_without_a_number_count_for_no_bias_but_are_counted() -> None:
    lost = [*SCANS, scan(3, 8, math.nan, 0.6, math.nan), scan(3, 8, math.nan, 0.6, math.nan)]
    assert figures_of(lost)["abmd_bias_g_cm2"] == pytest.approx(figures_of(SCANS)["abmd_bias_g_cm2"])
    assert (told(lost)["n_scans"], told(lost)["n_measured"]) == (6, 4)


@pytest.mark.parametrize(("error", "kept"), [(0.0149, True), (-0.0149, True), (0.0151, False), (-0.0151, False)])
def test_a_bias_either_way_breaks_the_promise(error: float, kept: bool) -> None:
    scans = [scan(seed, sum(band) / 2, 0.6 + error, 0.6) for seed, band in enumerate(AGE_BANDS) for _ in range(2)]
    found = {one["figure"]: one["kept"] for one in densitometry_check.promises(told(scans))}
    assert len(found) == len(AGE_BANDS) + 2
    assert all(found[f"abmd_bias_g_cm2, {band}"] is kept for band in ("3-6 years", "18-70 years"))
    assert found["area_bias_percent"] and found["repeat_cv_percent"]


def test_a_figure_that_nobody_has_keeps_no_promise() -> None:
    assert not any(one["kept"] for one in densitometry_check.promises(told([])))


def test_people_are_spread_evenly_over_what_the_measuring_side_does_not_know() -> None:
    some = people(50, 100)
    assert [one.seed for one in some] == list(range(100, 150))
    for place, (youngest, oldest) in enumerate(AGE_BANDS):
        band = some[place::5]
        assert all(youngest <= one.age_years < oldest for one in band)
        for values, (low, high) in (
            ([one.fat_share for one in band], (0.05, 0.4)),
            ([one.scatter for one in band], (0.0, 0.1)),
            ([one.beams.low_drift for one in band], (-2, 2)),
            ([one.beams.high_drift for one in band], (-2, 2)),
        ):
            tenths = np.floor((np.array(values) - low) / (high - low) * 10)
            assert sorted(tenths) == list(range(10))  # one person in every tenth of the range


def test_one_child_from_drawing_to_number() -> None:
    settings = DualEnergySettings(seed=6001, age_years=7.5)
    found = measured(draw_dual_energy_exam(settings), Model.load())
    assert found.overlap.named_right
    assert found.area_cm2 == pytest.approx(found.true_area_cm2, rel=0.05)
    assert found.abmd_g_cm2 == pytest.approx(found.true_abmd_g_cm2, abs=0.02)
    assert found.settings == replace(settings, visit=0)
