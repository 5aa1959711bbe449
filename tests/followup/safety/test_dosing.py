import math

import pytest

from oiscan.errors import ConfigError
from oiscan.followup.safety.dosing import check_doses, dose_counts
from oiscan.followup.safety.dosing_table import dosing_table
from oiscan.followup.study.cells import BLANK
from tests.followup.safety.rows import dose, lab, table

PLAN = dosing_table()


def weight(kg, day=1, unit="kg", **more) -> dict:
    return lab("WEIGHT", kg, unit, day, **more)


def checked(*rows) -> list[dict]:
    return check_doses(table(*rows), PLAN).to_dict("records")


@pytest.mark.parametrize(
    ("drug", "age_years", "low", "high"),
    [
        ("Denosumab", 3.4, 15.0, 15.0),
        ("zoledronic acid", 2.0, 0.375, 0.375),
        ("Zoledronic acid", 5.0, 0.375, 0.375),
        ("Zoledronic acid", 5.01, 0.375, 0.75),
    ],
)
def test_the_planned_amount_for_15_kg(drug, age_years, low, high):
    assert PLAN.rule(drug, age_years).planned_mg(15.0) == pytest.approx((low, high))


def test_no_plan_for_other_drugs_and_ages():
    assert PLAN.rule("Placebo", 5.0) == "the dosing table has no drug called 'Placebo'"
    assert (
        PLAN.rule("Zoledronic acid", 1.9) == "the dosing table has no dose of Zoledronic acid for a child of 1.9 years"
    )
    assert "a child of unknown age" in PLAN.rule("Zoledronic acid", math.nan)


def test_a_dose_on_plan_has_no_flag():
    first, second = checked(weight(15.0), dose(1, 15.0), dose(113, 16.5))
    assert (first["PLANLOMG"], first["PLANHIMG"], first["DEVPCT"], first["FLAGS"]) == (15, 15, 0, "")
    assert math.isnan(first["INTERVAL"])
    assert (second["DOSEN"], second["INTERVAL"], second["DEVDAYS"]) == (2, 112, 0)
    assert second["DEVPCT"] == pytest.approx(10)
    assert second["FLAGS"] == ""


def test_a_dose_off_plan_says_by_how_much():
    high, low, late, early = checked(
        weight(15.0), dose(1, 18.0), dose(113, 12.0), dose(240, 15.0), weight(15.0, 240), dose(330, 15.0)
    )
    assert high["FLAGS"] == "amount +20 % from the plan"
    assert low["FLAGS"] == "amount -20 % from the plan"
    assert late["FLAGS"] == "15 days late"
    assert early["FLAGS"] == "22 days early"


def test_within_the_range_of_zoledronic_acid_nothing_deviates():
    arm = {"ARM": "Zoledronic acid", "AGE": 6.0}
    rows = [checked(weight(20.0, **arm), dose(1, mg, **arm))[0]["DEVPCT"] for mg in (0.4, 0.5, 0.7, 1.0, 1.25)]
    assert rows == pytest.approx([-20, 0, 0, 0, 25])


def test_the_ten_fold_slip_is_found():
    arm = {"ARM": "Zoledronic acid", "AGE": 4.0}
    (row,) = checked(weight(16.0, **arm), dose(1, 4.0, **arm))
    assert row["FLAGS"] == "amount +900 % from the plan"


def test_the_last_weight_on_or_before_the_dose_counts_in_any_unit():
    _, second = checked(weight(15.0), weight(16000.0, 110, "g"), weight(30.0, 114), dose(1, 15.0), dose(113, 16.0))
    assert (second["WEIGHTKG"], second["WEIGHTDY"], second["FLAGS"]) == (16, 110, "")


def test_an_old_weight_is_pointed_out_and_a_missing_one_is_the_reason():
    (old,) = checked(weight(15.0, -130), dose(1, 15.0))
    assert old["FLAGS"] == "the weight is 130 days old"
    (none,) = checked(weight(15.0, 2), dose(1, 15.0))
    assert "no weight on or before the day of the dose" in none["REASON"]
    assert math.isnan(none["PLANLOMG"])


def test_a_dose_not_given_is_a_row_and_not_an_interval():
    rows = checked(weight(15.0), dose(1), dose(113, 0.0, REASON="fever"), weight(15.0, 200), dose(225))
    assert [row["DOSEN"] for row in rows] == [1, 0, 2]
    assert (rows[1]["FLAGS"], rows[1]["REASON"]) == ("not given", "fever")
    assert rows[2]["FLAGS"] == "112 days late"


def test_two_rows_of_one_day_are_one_dose():
    both = {"REASON": "another value of the same child and time stands elsewhere: neither counts"}
    first, second, third = checked(weight(15.0), dose(1, 15.0, **both), dose(1, 1.5, **both), dose(113))
    assert [first["DOSEN"], second["DOSEN"], third["DOSEN"]] == [1, 1, 2]
    assert (first["REASON"], second["FLAGS"]) == (both["REASON"], "another row of the same day")
    assert math.isnan(first["DEVPCT"])
    assert third["INTERVAL"] == 112


def test_a_blank_cell_is_no_dose():
    _, blank, third = checked(weight(15.0), dose(1), dose(113, None, REASON=BLANK), dose(225))
    assert (blank["DOSEN"], blank["FLAGS"], third["DOSEN"]) == (0, "not given", 2)


def test_a_dose_without_a_day_is_not_checked():
    (row,) = checked(weight(15.0), dose(None))
    assert "that day is not known" in row["REASON"]


def test_an_amount_that_is_missing_or_in_another_unit_is_not_checked():
    (missing,) = checked(weight(15.0), dose(1, None, REASON="not written down"))
    assert (missing["DOSEN"], missing["REASON"]) == (1, "not written down")
    (unit,) = checked(weight(15.0), dose(1, 1.0, AVALU="mL"))
    assert unit["REASON"] == "the amount is missing or not in mg"


def test_doses_planned_and_given_up_to_the_last_day():
    rows = table(weight(15.0), dose(1), dose(113, 30.0), dose(245), lab("CA", 2.4, "mmol/L", 337))
    (found,) = dose_counts(check_doses(rows, PLAN), rows, PLAN).to_dict("records")
    assert (found["NPLANNED"], found["NGIVEN"], found["NAMOUNT"], found["NINTERVAL"]) == (4, 3, 1, 1)


OWN = """
name = "own"
source = "protocol"
interval_weeks = 12
interval_tolerance_days = 7
amount_tolerance_percent = 5
oldest_weight_days = 60
[[doses]]
drug = "Group A"
mg_per_kg = [1, 1]
most_mg = 60
"""


def test_a_study_brings_its_own_plan(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(OWN)
    plan = dosing_table(path)
    assert plan.interval_days == 84
    assert plan.rule("group a", 9.0).planned_mg(70.0) == (60, 60)


@pytest.mark.parametrize(
    ("told", "instead"),
    [
        ("interval_weeks = 12", ""),
        ("most_mg", "max_mg"),
        ("[1, 1]", "[2, 1]"),
        ("[1, 1]", "1"),
        ('"protocol"', '"p"\nx = 1'),
    ],
)
def test_a_plan_that_cannot_be_used_is_refused(tmp_path, told, instead):
    path = tmp_path / "plan.toml"
    path.write_text(OWN.replace(told, instead))
    with pytest.raises(ConfigError, match=r"plan\.toml holds no dosing table"):
        dosing_table(path)
