"""Height-for-age Z by the table that comes with oiscan."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from oiscan.densitometry.curves.height import CAVEAT, height_for_age, height_reference
from oiscan.scan import Subject

GOLDEN = Path(__file__).parent / "golden_height_for_age_z.csv"
LINES = [line for line in GOLDEN.read_text("utf-8").splitlines() if not line.startswith("#")]
VECTORS = list(csv.DictReader(LINES))
SHORT = "below -3: height adjustments were made on healthy children, none as short"


@pytest.mark.parametrize("told", VECTORS, ids=lambda told: "-".join(told.values()))
def test_golden_vectors(told: dict[str, str]) -> None:
    subject = Subject(float(told["age_months"]) / 12, "day", told["sex"][0].upper())
    found = height_for_age(float(told["height_cm"]), subject)
    assert found.z == pytest.approx(float(told["haz_cdc2000"]), abs=1e-4)
    assert found.table_id == "CDC-2000-height"


def test_there_are_thirty() -> None:
    assert len(VECTORS) == 30


def test_the_table_names_its_source_and_licence() -> None:
    reference = height_reference()
    assert "CDC" in reference.source and "public domain" in reference.licence
    assert [(curve.sex, curve.ages, len(curve.curve.ages_years)) for curve in reference.curves] == [
        ("M", "2 to 20", 218),
        ("F", "2 to 20", 218),
    ]


def test_doubts_about_height_always_stand_beside_it() -> None:
    assert height_for_age(110, Subject(5, "day", "M")).flags == (CAVEAT,)
    assert height_for_age(95, Subject(66.5 / 12, "day", "M")).flags == (SHORT, CAVEAT)  # -3.52
    extreme, short, caveat = height_for_age(85, Subject(5, "day", "M")).flags  # -5.003
    assert "extrapolated" in extreme and (short, caveat) == (SHORT, CAVEAT)


def test_one_end_of_the_range_below_minus_3_is_enough() -> None:
    found = height_for_age(98, Subject(5, "year", "M"))
    assert found.z is not None and found.z > -3 > min(found.z_ends)
    assert SHORT in found.flags


@pytest.mark.parametrize("age_years", [1.99, 20.01])
def test_outside_its_ages(age_years: float) -> None:
    found = height_for_age(100, Subject(age_years, "day", "F"))
    assert found.z is None and "CDC-2000-height is for ages 2 to 20" in found.reason


def test_a_taller_child_is_never_lower() -> None:
    scores = [height_for_age(height, Subject(6.2, "day", "F")).z or 0 for height in range(70, 140, 5)]
    assert scores == sorted(scores) and len(set(scores)) == len(scores)
