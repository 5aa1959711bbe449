"""Adjustment for height by a user's coefficients; those here are invented."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from oiscan.densitometry.curves.adjust import ADJUSTED, HeightAdjustment, height_adjusted, read_height_adjustments
from oiscan.densitometry.curves.reference import Measured
from oiscan.densitometry.curves.zscore import FROM_SCANNER, FROM_TABLE, ZScore
from oiscan.errors import ConfigError
from oiscan.scan import Subject
from tests.densitometry.tables import written

ROW = {
    "site": "TBLH",
    "quantity": "aBMD",
    "sex": "female",
    "age_min": "7",
    "age_max": "10",
    "intercept": "0.1",
    "slope": "0.5",
    "sd": "0.8",
}
YOUNG = HeightAdjustment("TBLH", "aBMD", "F", 7, 10, 0.1, 0.5, 0.8)
OLD = HeightAdjustment("TBLH", "aBMD", "F", 10, 13, 0.2, 0.4, 1.0)
BODY = Measured("TBLH", "aBMD", 0.6)
GIRL = Subject(8.25, "day", "F")
SCORE = ZScore(z=-3.0, origin=FROM_TABLE, table_id="synthetic-body", age_years=8.25, age_precision="day")
HAZ = ZScore(z=-2.0, origin=FROM_TABLE, table_id="synthetic-height", flags=("doubt",))


def test_by_hand() -> None:
    # -2 SD of height predict 0.1 + 0.5 x -2 = -0.9; what is left of -3 is -2.1, over 0.8.
    found = height_adjusted(SCORE, HAZ, BODY, GIRL, (YOUNG, OLD))
    assert found.z == pytest.approx(-2.625)
    assert replace(found, z=-3.0) == replace(SCORE, flags=(ADJUSTED, "doubt"))


def test_an_age_on_the_border_belongs_to_the_older_band() -> None:
    found = height_adjusted(SCORE, HAZ, BODY, replace(GIRL, age_years=10), (OLD, YOUNG))
    assert found.z == pytest.approx((-3 - (0.2 - 0.8)) / 1)


def test_ends_of_the_range_are_adjusted_each_by_its_own_height() -> None:
    score, haz = replace(SCORE, z_ends=(-2.8, -3.2)), replace(HAZ, z_ends=(-1.8, -2.2))
    found = height_adjusted(score, haz, BODY, Subject(8, "year", "F"), (YOUNG,))
    assert found.z_ends == pytest.approx(((-2.8 - (0.1 - 0.9)) / 0.8, (-3.2 - (0.1 - 1.1)) / 0.8))
    printed = ZScore(z=-3.0, origin=FROM_SCANNER)
    found = height_adjusted(printed, haz, BODY, Subject(8, "year", "F"), (YOUNG,))
    assert found.z_ends == pytest.approx(((-3 - (0.1 - 0.9)) / 0.8, (-3 - (0.1 - 1.1)) / 0.8))


@pytest.mark.parametrize(
    ("score", "haz", "measured", "subject", "reason"),
    [
        (ZScore(reason="no table"), HAZ, BODY, GIRL, "no Z-score to adjust with: no table"),
        (SCORE, ZScore(reason="too young"), BODY, GIRL, "no height-for-age Z to adjust with: too young"),
        (SCORE, HAZ, Measured("L1-L4", "aBMD", 0.6), GIRL, "no height adjustment covers L1-L4 aBMD"),
        (SCORE, HAZ, Measured("TBLH", "BMC", 600), GIRL, "no height adjustment covers TBLH BMC"),
        (SCORE, HAZ, BODY, replace(GIRL, sex="M"), "no height adjustment covers"),
        (SCORE, HAZ, BODY, replace(GIRL, age_years=6.9), "no height adjustment covers"),
        (SCORE, HAZ, BODY, replace(GIRL, age_years=13.1), "no height adjustment covers"),
        (SCORE, HAZ, BODY, Subject(6, "year", "F"), "no height adjustment covers"),
        (SCORE, HAZ, BODY, Subject(None, "", "F"), "no height adjustment covers"),
    ],
)
def test_refusals(score: ZScore, haz: ZScore, measured: Measured, subject: Subject, reason: str) -> None:
    found = height_adjusted(score, haz, measured, subject, (YOUNG, OLD))
    assert found.z is None and reason in found.reason


def test_from_a_file(tmp_path: Path) -> None:
    old = {**ROW, "age_min": "10", "age_max": "13", "intercept": "0.2", "slope": "0.4", "sd": "1"}
    assert read_height_adjustments(written(tmp_path / "mine.csv", [ROW, old])) == (YOUNG, OLD)
    commas = [{name: cell.replace(".", ",") for name, cell in row.items()} for row in (ROW, old)]
    assert read_height_adjustments(written(tmp_path / "mine.csv", commas, ";")) == (YOUNG, OLD)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"site": "hip"}, "site is not known"),
        ({"sex": "x"}, "sex is not known"),
        ({"sd": "0"}, r"sd is not above 0 \(line 4\)"),
        ({"slope": ""}, "slope is missing"),
        ({"slope": "1e999"}, "a number is too large"),
        ({"age_max": "7"}, "age_min is not below age_max"),
    ],
)
def test_faults(told: dict[str, str], fault: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=fault):
        read_height_adjustments(written(tmp_path / "mine.csv", [{**ROW, **told}]))


def test_bands_that_overlap(tmp_path: Path) -> None:
    rows = [ROW, {**ROW, "sex": "male"}, {**ROW, "age_min": "9", "age_max": "12"}]
    with pytest.raises(ConfigError, match=r"the ages of two lines overlap \(line 6\)"):
        read_height_adjustments(written(tmp_path / "mine.csv", rows))
