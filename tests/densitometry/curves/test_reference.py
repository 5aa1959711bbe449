"""Which curve is for a child, what it gives, and why there may be no number."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oiscan.densitometry.curves.age import Age
from oiscan.densitometry.curves.lms import Lms, LmsCurve
from oiscan.densitometry.curves.reference import Measured, Reference, ReferenceCurve, best_z_score, z_score
from oiscan.densitometry.curves.zscore import FROM_SCANNER, FROM_TABLE, ZScore
from oiscan.densitometry.repeat.maker import maker_name
from oiscan.scan import Acquisition, Subject

CURVE = ReferenceCurve(
    table_id="synthetic-spine",
    site="L1-L4",
    quantity="aBMD",
    sex="F",
    curve=LmsCurve((5.0, 15.0), (Lms(1, 0.5, 0.1), Lms(1, 0.9, 0.2))),
    maker="GE Lunar",
    population="invented",
)
BOYS = replace(CURVE, sex="M", curve=LmsCurve((5.0, 15.0), (Lms(1, 0.6, 0.1), Lms(1, 1.0, 0.2))))
BOTH = Reference((CURVE, BOYS))
LUNAR = Acquisition(maker="GE Healthcare", model="Lunar iDXA")
SPINE = Measured("L1-L4", "aBMD", 0.48)
GIRL = Subject(7.5, "day", "F")


def test_by_hand() -> None:
    # At 7.5 years M = 0.6 and S = 0.125: (0.48/0.6 - 1) / 0.125 = -1.6. A boy's M is 0.7: -2.514.
    found = z_score(SPINE, GIRL, LUNAR, BOTH)
    assert found.z == pytest.approx(-1.6)
    assert replace(found, z=None, reason="x") == ZScore(
        reason="x",
        origin=FROM_TABLE,
        table_id="synthetic-spine",
        population="invented",
        age_years=7.5,
        age_precision="day",
    )
    assert z_score(SPINE, replace(GIRL, sex="M"), LUNAR, BOTH).z == pytest.approx((0.48 / 0.7 - 1) / 0.125)


@pytest.mark.parametrize(
    ("measured", "subject", "scanner", "reason"),
    [
        (Measured("TBLH", "aBMD", 0.6), GIRL, LUNAR, "covers TBLH aBMD: synthetic-spine is L1-L4 aBMD"),
        (Measured("L1-L4", "BMC", 20), GIRL, LUNAR, "covers L1-L4 BMC: synthetic-spine is L1-L4 aBMD"),
        (Measured("L1 L3 L4", "aBMD", 0.5), GIRL, LUNAR, "covers L1 L3 L4 aBMD"),
        (SPINE, GIRL, Acquisition(maker="HOLOGIC"), "covers scanners of Hologic: synthetic-spine is for GE Lunar"),
        (SPINE, GIRL, Acquisition(), "covers a scanner of unknown maker"),
        (SPINE, replace(GIRL, sex="O"), LUNAR, "sex is not told as F or M: .*females, synthetic-spine is for males"),
        (SPINE, replace(GIRL, age_years=3.4), LUNAR, r"is for ages 5 to 15, this child is 3\.4$"),
        (SPINE, replace(GIRL, age_years=15.003), LUNAR, r"ages 5 to 15, this child is 15\.003$"),
        (SPINE, Subject(4, "year", "F"), LUNAR, "ages 5 to 15, this child is between 4 and 5$"),
        (SPINE, Subject(None, "", "F"), LUNAR, "age, or how exactly it is known, is not told"),
        (SPINE, Subject(7.5, "", "F"), LUNAR, "age, or how exactly it is known, is not told"),
        (Measured("L1-L4", "aBMD", 0.0), GIRL, LUNAR, "not above 0"),
        (Measured("L1-L4", "aBMD", math.nan), GIRL, LUNAR, "not above 0"),
    ],
)
def test_outside_there_is_a_reason_and_no_number(
    measured: Measured, subject: Subject, scanner: Acquisition, reason: str
) -> None:
    found = z_score(measured, subject, scanner, BOTH)
    assert found.z is None and found.z_range is None and found.table_id == ""
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(found.reason)


@given(st.floats(0, 100))
def test_no_number_beyond_the_ages_of_the_table(age_years: float) -> None:
    found = z_score(SPINE, replace(GIRL, age_years=age_years), LUNAR, BOTH)
    assert (found.z is not None) == (5 <= age_years <= 15)


def test_an_empty_file_covers_nobody() -> None:
    assert z_score(SPINE, GIRL, LUNAR, Reference(())).reason.endswith("the file is empty")


def test_populations_are_not_guessed() -> None:
    other = replace(CURVE, population="other", curve=BOYS.curve)
    both = Reference((CURVE, other))
    assert z_score(SPINE, GIRL, LUNAR, both).reason == (
        "several populations fit and the scan does not tell which: name one of invented, other"
    )
    assert z_score(SPINE, GIRL, LUNAR, both, population="Invented").z == pytest.approx(-1.6)
    assert z_score(SPINE, GIRL, LUNAR, both, population="other").population == "other"
    assert "the population third: " in z_score(SPINE, GIRL, LUNAR, both, population="third").reason


def test_two_tables_for_one_child_are_not_chosen_between() -> None:
    found = z_score(SPINE, GIRL, LUNAR, Reference((CURVE, replace(CURVE, table_id="synthetic-2"))))
    assert found.reason == "several reference tables cover this child: synthetic-spine, synthetic-2; keep one"


def test_far_from_the_median_the_number_stands_with_a_flag() -> None:
    found = z_score(replace(SPINE, value=0.2), GIRL, LUNAR, BOTH)
    assert found.z == pytest.approx((1 / 3 - 1) / 0.125)  # -5.33
    assert found.flags == ("|Z| above 5: extrapolated beyond the children of the reference",)
    assert z_score(replace(SPINE, value=0.23), GIRL, LUNAR, BOTH).flags == ()  # -4.93


def test_near_the_lowest_z_a_curve_can_give() -> None:
    steep = Reference((replace(CURVE, curve=LmsCurve((5.0, 15.0), (Lms(4, 0.6, 0.1), Lms(4, 0.6, 0.1)))),))
    found = z_score(replace(SPINE, value=0.3), GIRL, LUNAR, steep)  # (1/16 - 1) / 0.4
    assert found.z == pytest.approx(-2.34375)
    assert found.flags == ("near -2.50, the lowest Z this reference can give at this age",)
    assert z_score(replace(SPINE, value=0.4), GIRL, LUNAR, steep).flags == ()  # -2.01, of which 0.9 x -2.5 is short


def test_other_software_is_flagged_and_an_unknown_one_is_not() -> None:
    made_with = Reference((replace(CURVE, software="enCORE 16"),))
    flags = [
        z_score(SPINE, GIRL, replace(LUNAR, software=software), made_with).flags
        for software in ("", "encore 16", "enCORE 18")
    ]
    assert flags == [(), (), ("the reference was made with other software than this scan",)]


def test_an_age_in_years_gives_a_range() -> None:
    # 7 to 8 years, reckoned at 7.5: M 0.58 and S 0.12 at 7, M 0.62 and S 0.13 at 8.
    found = z_score(SPINE, Subject(7, "year", "F"), LUNAR, BOTH)
    assert (found.age_years, found.age_precision) == (7.5, "year")
    assert found.z == pytest.approx(-1.6)
    assert found.z_ends == pytest.approx(((0.48 / 0.58 - 1) / 0.12, (0.48 / 0.62 - 1) / 0.13))
    assert found.z_range == tuple(sorted(found.z_ends))
    assert found.flags == ("the age is known to the year only",)
    assert z_score(SPINE, GIRL, LUNAR, BOTH).z_range == pytest.approx((-1.6, -1.6))


@pytest.mark.parametrize(("precision", "span"), [("day", 0), ("week", 7 / 365.25), ("month", 1 / 12), ("year", 1)])
def test_how_old_a_child_may_be(precision: str, span: float) -> None:
    age = Age(6, precision)
    assert (age.youngest_years, age.oldest_years, age.years) == pytest.approx((6, 6 + span, 6 + span / 2))
    assert Age.of(Subject(6, precision)) == age


def test_impossible_values() -> None:
    with pytest.raises(ValueError, match="precision"):
        Age(6, "roughly")
    with pytest.raises(ValueError, match="quantity"):
        Measured("L1-L4", "strength", 1)
    with pytest.raises(ValueError, match="a number or a reason"):
        ZScore()
    with pytest.raises(ValueError, match="a number or a reason"):
        ZScore(z=1.0, reason="none")
    with pytest.raises(ValueError, match="finite"):
        ZScore(z=math.nan)
    with pytest.raises(ValueError, match="two or none"):
        ZScore(z=1.0, z_ends=(1.0,))


def test_the_printed_z_stands_in_where_there_is_no_table() -> None:
    found = best_z_score(SPINE, GIRL, LUNAR, None, printed_z=-2.1, scanner_reference="synthetic database")
    assert found == ZScore(z=-2.1, origin=FROM_SCANNER, table_id="synthetic database")
    unnamed = best_z_score(None, GIRL, LUNAR, None, printed_z=-6.4)
    assert (unnamed.z, unnamed.table_id) == (-6.4, "")
    assert unnamed.flags == (
        "|Z| above 5: extrapolated beyond the children of the reference",
        "the scanner does not name its reference",
    )
    assert "printed no Z-score" in best_z_score(SPINE, GIRL, LUNAR, None).reason


def test_a_table_is_never_mixed_with_printed_z() -> None:
    assert best_z_score(SPINE, GIRL, LUNAR, BOTH, printed_z=-2.1).z == pytest.approx(-1.6)
    young = best_z_score(SPINE, replace(GIRL, age_years=3.4), LUNAR, BOTH, printed_z=-2.1)
    assert young.z is None and "ages 5 to 15" in young.reason
    assert best_z_score(None, GIRL, LUNAR, BOTH, printed_z=-2.1).reason == "there is no value to score"


@pytest.mark.parametrize(
    ("text", "maker"),
    [
        ("HOLOGIC, Inc.", "Hologic"),
        ("GE MEDICAL SYSTEMS", "GE Lunar"),
        ("Lunar Corporation", "GE Lunar"),
        ("Prodigy", "GE Lunar"),
        ("General  Imaging", "General Imaging"),
        ("", ""),
    ],
)
def test_makers(text: str, maker: str) -> None:
    assert maker_name(text) == maker


@pytest.mark.parametrize("maker", ["", "ANONYMIZED"])
def test_a_scan_whose_maker_was_blanked_is_known_by_its_model(maker: str) -> None:
    assert z_score(SPINE, GIRL, Acquisition(maker, "Lunar iDXA"), BOTH).z == pytest.approx(-1.6)


def test_a_maker_without_a_spelling_of_its_own() -> None:
    other = Reference((replace(CURVE, maker="Acme Bone"),))
    assert z_score(SPINE, GIRL, Acquisition("ACME  bone", "X1"), other).z == pytest.approx(-1.6)
    assert "covers scanners of Acme: " in z_score(SPINE, GIRL, Acquisition("Acme", "X1"), other).reason
