"""Precision by hand on three pairs, and by simulation from a known standard deviation."""

import math

import numpy as np
import pytest

from oiscan.densitometry.repeat.precision import precision_of, sd_limit_factors
from oiscan.errors import ConfigError

PAIRS = {"a": (0.50, 0.52), "b": (0.60, 0.61), "c": (0.80, 0.76)}


def test_three_pairs_by_hand() -> None:
    # SD of a pair is its difference over the root of 2, so the variances are 0.0002, 0.00005 and 0.0008.
    study = precision_of(PAIRS)
    assert study.rms_sd == pytest.approx(math.sqrt(0.00105 / 3)) == pytest.approx(0.018708, abs=1e-6)
    assert study.lsc == pytest.approx(0.051822, abs=1e-6)  # 2.77 x 0.0187083
    # Variances over squared means: 0.0002/0.2601, 0.00005/0.366025, 0.0008/0.6084; their mean is 0.000740147.
    assert study.rms_cv_percent == pytest.approx(2.7206, abs=1e-4)
    assert study.lsc_percent == pytest.approx(2.77 * study.rms_cv_percent)
    assert (study.people, study.scans, study.degrees_of_freedom) == (3, 6, 3)
    assert study.mean == pytest.approx((0.51 + 0.605 + 0.78) / 3)
    # Chi-square with 3 degrees of freedom, tables: 9.348 above 2.5 %, 0.2158 above 97.5 %.
    low, high = study.rms_sd_interval
    assert (low, high) == pytest.approx((0.018708 * math.sqrt(3 / 9.348), 0.018708 * math.sqrt(3 / 0.2158)), rel=1e-3)
    assert study.lsc_interval == pytest.approx((2.77 * low, 2.77 * high))


def test_threes_by_hand() -> None:
    # Variances of (1, 2, 3) and (4, 4, 7): 1 and 3.
    study = precision_of({"a": (1, 2, 3), "b": (4, 4, 7)})
    assert study.rms_sd == pytest.approx(math.sqrt(2))
    assert study.degrees_of_freedom == 4


def test_unlike_numbers_weigh_by_their_degrees_of_freedom() -> None:
    study = precision_of({"a": (1, 2, 3), "b": (5, 5 + math.sqrt(8))})  # variances 1 and 4, with 2 and 1 degrees
    assert study.rms_sd == pytest.approx(math.sqrt((2 * 1 + 4) / 3))


@pytest.mark.parametrize("scale", [0.001, 1000.0])
def test_another_unit_changes_the_numbers_and_no_percent(scale: float) -> None:
    one, other = precision_of(PAIRS), precision_of({who: [scale * v for v in values] for who, values in PAIRS.items()})
    assert other.lsc == pytest.approx(scale * one.lsc)
    assert other.rms_cv_percent == pytest.approx(one.rms_cv_percent)


@pytest.mark.parametrize(("people", "scans", "enough"), [(30, 2, True), (15, 3, True), (29, 2, False), (10, 4, False)])
def test_the_size_iscd_asks_for(people: int, scans: int, enough: bool) -> None:
    values = np.random.default_rng(0).normal(0.6, 0.01, (people, scans))
    study = precision_of({str(n): row for n, row in enumerate(values)})
    assert study.is_large_enough is enough
    assert any(remark.startswith("too small") for remark in study.remarks) is not enough


def test_thirty_pairs_from_a_known_sd_give_it_within_their_limits() -> None:
    rng = np.random.default_rng(20)
    held, studies = 0, 400
    for _ in range(studies):
        means = rng.uniform(0.4, 0.8, 30)
        study = precision_of({str(n): rng.normal(mean, 0.008, 2) for n, mean in enumerate(means)})
        held += study.rms_sd_interval[0] <= 0.008 <= study.rms_sd_interval[1]
    # 95 in 100, give or take 3 standard errors of 400 studies.
    assert abs(held / studies - 0.95) < 3 * math.sqrt(0.95 * 0.05 / studies)


def test_limits_of_thirty_degrees_of_freedom() -> None:
    assert sd_limit_factors(30) == pytest.approx((math.sqrt(30 / 46.979), math.sqrt(30 / 16.791)), rel=1e-4)  # tables


def test_what_is_amiss_is_said() -> None:
    same = precision_of({"a": (0.5, 0.5), "b": (0.6, 0.6), "c": (0.7, 0.71), "d": (0.8,)})
    assert "1 with one value only, not counted" in same.remarks
    assert "2 of 3 have the same value each time: was one scan entered twice?" in same.remarks
    assert (same.people, same.scans) == (3, 6)


@pytest.mark.parametrize("repeats", [{}, {"a": (0.5,)}, {"a": (0.5, 0.0)}, {"a": (0.5, math.nan)}, {"a": (0.5, -1.0)}])
def test_what_cannot_be_used(repeats: dict[str, tuple[float, ...]]) -> None:
    with pytest.raises(ConfigError):
        precision_of(repeats)
